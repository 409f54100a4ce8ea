"""The provider's sign-in pages and the presenter's page, through Flask's test client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.emulator.config import EmulatorSettings
from app.emulator.store import clock, faults, sides
from app.emulator.store import connections as rows
from app.emulator.store.database import write
from app.emulator.sync import connections, engine, mishaps, push
from tests.emulator_stages import BACK, Stage, buttons, one, soup


def test_every_sign_in_page_says_that_it_is_for_practice(stage: Stage) -> None:
    _, path = stage.link()

    answer = stage.client.get(path)

    assert one(answer, ".ribbon") == "Practice page — not Xero. There is no password here."
    assert not soup(answer).select("input[type=password]")
    assert buttons(answer) == ["Continue as Maya Rook", "Cancel"]


def test_a_person_walks_the_five_steps_of_xero(stage: Stage) -> None:
    connection_id, path = stage.link()
    own = stage.organisation("fernlight")

    choose = stage.client.get(f"{path}?step=organisation")
    allowed = stage.press(path, action="allow", organisation=own)
    confirm = stage.client.get(allowed.location)
    following = stage.client.get(f"{path}?step=next")
    finish = stage.client.get(f"{path}?step=finish")
    back = stage.press(path, action="finish")

    assert buttons(choose) == ["Allow access", "Cancel"]
    assert len(soup(choose).select("input[type=radio]")) == 2
    assert allowed.status_code == 303
    assert buttons(confirm)[0] == "Confirm"
    assert "Fernlight & Rook Design Studio Ltd" in one(confirm, ".facts")
    assert buttons(following)[0] == "Next"
    assert buttons(finish) == ["Finish"]
    assert (back.status_code, back.location) == (303, f"{BACK}?statusCode=200")
    assert stage.connection(connection_id)["first_pull_done"] == 1


def test_access_is_given_with_allow_access_and_not_with_finish(stage: Stage) -> None:
    connection_id, path = stage.link()
    before = stage.connection(connection_id)["status"]

    stage.press(path, action="allow", organisation=stage.organisation("fernlight"))

    assert (before, stage.connection(connection_id)["status"]) == ("pending_auth", "connected")


def test_quickbooks_has_two_pages_and_then_finish(stage: Stage) -> None:
    connection_id, path = stage.link(platform="quickbooks_online")
    own = stage.organisation("fernlight", platform="quickbooks_online")

    choose = stage.client.get(f"{path}?step=organisation")
    answer = stage.press(path, action="allow", organisation=own)

    assert buttons(choose) == ["Connect", "Cancel"]
    assert answer.location.endswith("?step=finish")
    assert stage.connection(connection_id)["organisation_id"] == own


def test_the_wrong_organisation_can_be_chosen_and_then_the_right_one(stage: Stage) -> None:
    connection_id, path = stage.link()
    wrong, own = stage.organisation("fernlight", own=False), stage.organisation("fernlight")

    stage.press(path, action="allow", organisation=wrong)
    first = stage.connection(connection_id)["organisation_id"]
    again = stage.press(path, action="back")
    stage.press(path, action="allow", organisation=own)

    assert first == wrong
    assert again.location.endswith("?step=organisation")
    assert stage.connection(connection_id)["organisation_id"] == own
    assert stage.connection(connection_id)["status"] == "connected"


def test_no_choice_is_told_in_words_and_nothing_is_connected(stage: Stage) -> None:
    connection_id, path = stage.link()

    answer = stage.press(path, action="allow")

    assert answer.status_code == 422
    assert "Choose an organisation" in one(answer, "[role=alert]")
    assert one(answer, "title").startswith("Error: ")
    assert stage.connection(connection_id)["status"] == "pending_auth"


def test_an_organisation_of_another_business_cannot_be_chosen(stage: Stage) -> None:
    connection_id, path = stage.link()

    answer = stage.press(path, action="allow", organisation=stage.organisation("kettwerk"))

    assert answer.status_code == 422
    assert stage.connection(connection_id)["status"] == "pending_auth"


def test_cancel_leads_back_with_403_and_the_link_still_works(stage: Stage) -> None:
    connection_id, path = stage.link()

    answer = stage.press(path, action="cancel")

    assert answer.location == f"{BACK}?statusCode=403&errorMessage=User+cancelled."
    assert stage.connection(connection_id)["status"] == "pending_auth"
    assert stage.client.get(path).status_code == 200


def test_cancel_after_access_takes_the_access_away(stage: Stage) -> None:
    connection_id, path = stage.link()
    stage.press(path, action="allow", organisation=stage.organisation("fernlight"))

    answer = stage.press(path, action="cancel")

    assert "statusCode=403" in answer.location
    assert stage.connection(connection_id)["status"] == "deauthorized"


def test_without_a_way_back_finish_and_cancel_say_that_the_page_can_be_closed(
    make_stage: Callable[..., Stage],
) -> None:
    stage = make_stage(redirect_url=None)
    _, path = stage.link()

    cancelled = stage.press(path, action="cancel")
    stage.press(path, action="allow", organisation=stage.organisation("fernlight"))
    finished = stage.press(path, action="finish")

    assert one(cancelled, "h1") == "Nothing was connected"
    assert one(finished, "h1") == "You are all set"


def test_a_link_that_was_used_says_so_and_leads_back_with_201(stage: Stage) -> None:
    _, path = stage.link()
    stage.press(path, action="allow", organisation=stage.organisation("fernlight"))

    page = stage.client.get(path)
    back = stage.press(path, action="used")

    assert one(page, "h1") == "This link was used already"
    assert back.location == f"{BACK}?statusCode=201"


def test_the_fault_link_used_shows_before_anything_was_connected(stage: Stage) -> None:
    connection_id, path = stage.link()
    mishaps.arm(stage.db, "link_used", entity_id=stage.entity("fernlight"), count=1)

    page = stage.client.get(path)
    stage.press(path, action="used")

    assert one(page, "h1") == "This link was used already"
    assert stage.connection(connection_id)["status"] == "pending_auth"
    assert buttons(stage.client.get(path))[0] == "Continue as Maya Rook"


def test_an_unknown_link_and_a_link_to_another_company_are_not_found(stage: Stage) -> None:
    _, path = stage.link()
    company = path.split("/")[2]

    unknown = stage.client.get("/companies/nobody/connections/nothing/start")
    mixed = stage.client.get(path.replace(company, "another"))

    assert (unknown.status_code, mixed.status_code) == (404, 404)
    assert one(unknown, "h1") == "There is no such link"


def test_a_link_of_an_ended_connection_no_longer_works(stage: Stage) -> None:
    connection_id, path = stage.link()
    connections.disconnect(stage.db, connection_id)

    page = stage.client.get(path)
    pressed = stage.press(path, action="allow", organisation=stage.organisation("fernlight"))

    assert (page.status_code, pressed.status_code) == (410, 410)
    assert stage.connection(connection_id)["status"] == "disconnected"


def test_the_later_steps_lead_to_the_start_until_access_was_given(stage: Stage) -> None:
    _, path = stage.link()

    answers = [stage.client.get(f"{path}?step={step}") for step in ("confirm", "next", "finish")]

    assert [answer.location for answer in answers] == [path] * 3


def test_a_form_of_another_site_is_refused(stage: Stage) -> None:
    connection_id, path = stage.link()
    form = {"action": "allow", "organisation": stage.organisation("fernlight")}

    by_origin = stage.client.post(path, data=form, headers={"Origin": "https://elsewhere.example"})
    by_fetch = stage.client.post(path, data=form, headers={"Sec-Fetch-Site": "cross-site"})

    assert (by_origin.status_code, by_fetch.status_code) == (403, 403)
    assert stage.connection(connection_id)["status"] == "pending_auth"


def test_pages_load_nothing_from_elsewhere_and_forms_lead_here_or_back(stage: Stage) -> None:
    _, path = stage.link()

    policy = stage.client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:5000" in policy
    assert "script-src" not in policy
    with stage.client.get("/_emulator/static/emulator.css") as style:
        assert style.status_code == 200


def test_a_name_is_never_markup(stage: Stage) -> None:
    with write(stage.db):
        stage.db.execute(
            "UPDATE organisations SET name = '<script>alert(1)</script>' WHERE id = ?",
            [stage.organisation("fernlight", own=False)],
        )
    _, path = stage.link()

    answer = stage.client.get(f"{path}?step=organisation")

    assert not soup(answer).select("script")
    assert "<script>" not in answer.text


@pytest.mark.parametrize("tab", sides.KINDS)
def test_the_presenter_sees_both_sides_of_every_kind(stage: Stage, tab: str) -> None:
    answer = stage.client.get("/_emulator/", query_string={"entity": stage.entity("kettwerk"), "tab": tab})

    assert answer.status_code == 200
    assert one(answer, ".tabs [aria-current]") == tab.capitalize()
    assert "done" in one(answer, "table")


def test_the_presenter_sees_why_a_record_failed_first(stage: Stage) -> None:
    answer = stage.client.get("/_emulator/", query_string={"entity": stage.entity("saguaro")})

    assert one(answer, "tbody tr td[data-label='Synced record']").startswith("error")
    assert "Account Period Closed" in answer.text


def test_the_presenter_sees_the_last_pushes_and_why_they_failed(stage: Stage) -> None:
    with write(stage.db):
        stage.db.execute("DELETE FROM codat_push_operations WHERE status = 'Success'")

    answer = stage.client.get("/_emulator/", query_string={"entity": stage.entity("saguaro")})

    rows = soup(answer).select("section[aria-labelledby=pushes] tbody tr")
    assert len(rows) == 5
    assert all("Failed" in row.text and row.select_one(".problem") for row in rows)


def test_the_presenter_pages_through_two_thousand_bills(stage: Stage) -> None:
    address = {"entity": stage.entity("tamarack"), "page": "80"}

    answer = stage.client.get("/_emulator/", query_string=address)

    assert "Page 80 of 80" in one(answer, ".pages")
    assert len(soup(answer).select("table")[0].select("tbody tr")) == 25


def test_the_presenter_page_stands_without_any_business(stage: Stage) -> None:
    stage.do("reset", scenario="empty")

    answer = stage.client.get("/_emulator/")

    assert "There are no businesses" in one(answer, ".entities")


def test_the_clock_moves_by_a_day_and_due_syncs_run(stage: Stage) -> None:
    before = clock.now(stage.db)
    pulled = rows.find_all(stage.db, stage.entity("kettwerk"))[0]["last_pull"]

    said = stage.do("clock", seconds="86400")

    assert said.startswith("The clock moved forward by one day")
    assert (clock.now(stage.db) - before).total_seconds() >= 86_400
    assert rows.find_all(stage.db, stage.entity("kettwerk"))[0]["last_pull"] > pulled


def test_a_fault_is_armed_shown_and_put_right(stage: Stage) -> None:
    stage.do("break", kind="api_down", scope="all", count="3")
    page = stage.client.get("/_emulator/")
    armed = faults.find_all(stage.db)
    stage.do("mend")

    assert (armed[0]["kind"], armed[0]["entity_id"], armed[0]["remaining"]) == ("api_down", None, 3)
    assert "api down" in one(page, "[aria-labelledby=break]")
    assert faults.find_all(stage.db) == []


def test_a_refusal_is_chosen_by_its_words_and_needs_them(stage: Stage) -> None:
    stage.do("break", kind="refusal", error="xero-lock-date")
    without = stage.do("break", kind="refusal")
    armed = [(fault["options"]["error"], fault["remaining"]) for fault in faults.find_all(stage.db)]
    stage.do("mend")

    assert armed == [("xero-lock-date", 1)]
    assert without.startswith("That did not work: This fault needs options.error")
    assert "The document date cannot be before the period" in one(
        stage.client.get("/_emulator/"), "select[name=error]"
    )


def test_a_wrong_form_is_answered_in_words_and_changes_nothing(stage: Stage) -> None:
    assert stage.do("break", kind="nonsense") == "That did not work: there is no such fault"
    assert stage.do("tax-rate", percent="many").startswith("That did not work: a rate is a number")
    assert stage.do("currency", currency="dollars").startswith("That did not work: a currency")
    assert stage.do("revoke") == "That did not work: this business is not connected"
    assert stage.client.post("/_emulator/desk/explode").status_code == 404


def record_of(stage: Stage, key: str, number: str) -> dict[str, Any]:
    found = stage.db.query(
        """
        SELECT r.* FROM synced_records r JOIN payables p ON p.id = r.object_id
        WHERE r.entity_id = ? AND p.document_id = ? AND r.object_type = 'bill'
        ORDER BY p.issued_at
        """,
        [stage.entity(key), number],
    )
    return next(found)


@pytest.mark.parametrize(
    ("number", "action", "form"),
    [
        ("67246", "period", {"do": "open"}),
        ("61053", "account", {"do": "restore", "code": "60200"}),
        ("93074", "contact", {"do": "restore", "name": "Cintas Corporation"}),
        ("47186", "currency", {"currency": "cad"}),
        ("89766", "twin", {"name": "Cox Business"}),
        ("80020", "tax-rate", {"percent": "8.7"}),
    ],
)
def test_a_cause_in_the_books_is_put_right_and_the_retried_bill_arrives(
    stage: Stage, number: str, action: str, form: dict[str, str]
) -> None:
    failed = record_of(stage, "saguaro", number)
    books = stage.organisation("saguaro", platform="quickbooks_online")
    for column, table in (("code", "book_accounts"), ("name", "book_contacts")):
        if column in form:
            query = f"SELECT id FROM {table} WHERE organisation_id = ? AND {column} = ? ORDER BY rowid DESC"
            form = {**form, "id": next(stage.db.query(query, [books, form[column]]))["id"]}

    stage.do(action, "saguaro", **form)
    stage.do("sync", "saguaro")
    push.push(stage.db, failed["id"])
    engine.run_due(stage.db, EmulatorSettings(database=Path(), instant=True))

    assert failed["sync_status"] == "error"
    assert record_of(stage, "saguaro", number)["sync_status"] == "done"


def test_a_lapsed_subscription_is_shown_and_renewed(stage: Stage) -> None:
    stage.do("subscription", "kettwerk", do="end")
    page = stage.client.get("/_emulator/", query_string={"entity": stage.entity("kettwerk")})
    said = stage.do("subscription", "kettwerk", do="renew")

    assert "Subscription ended" in one(page, "[aria-labelledby=hand]")
    assert said == "The subscription was renewed."
