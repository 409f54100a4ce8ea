"""Send one first: choosing, sending, checking, and what it says where that can't be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.domain.first_sends import Result
from app.domain.sync_rules import NOTHING, USUAL
from app.store import first_sends, holds, sync_rules
from app.store.database import write
from tests.factories import make_monite
from tests.log_samples import add_bill, add_books, add_record
from tests.web.conftest import NOW, Enter
from tests.wire import Wire, on_the_wire


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        wire.rules = {"payable": [], "receivable": []}
        yield wire


@pytest.fixture
def held(store: Database) -> Database:
    """Connected and imported, with sending on hold and three bills of which one goes alone."""
    with write(store):
        add_books(store)
        sync_rules.save(store, "e1", NOTHING, NOW)
        holds.start(store, "e1", USUAL, reason="before connecting", now=NOW, by="Dana Price")
        holds.confirm(store, "e1", NOW)
        add_bill(store, "INV-1", {})
        add_bill(store, "INV-2", {}, {})
        add_bill(store, "ALONE", {}, {}, status="partially_paid")
        add_bill(store, "LACKS", {"ledger_account_id": None}, status="paid")
    return store


def page_of(browser: FlaskClient, path: str = "/e/e1/first-send") -> BeautifulSoup:
    return BeautifulSoup(browser.get(path).text, "html.parser")


def words(page: BeautifulSoup, selector: str = "main") -> str:
    return " ".join(" ".join(part.get_text(" ") for part in page.select(selector)).split())


def test_the_one_that_goes_alone_is_offered_first(enter: Enter, wire: Wire, held: Database) -> None:
    page = page_of(enter())

    assert [str(radio["value"]) for radio in page.select("input[type=radio][name=document]")] == [
        "bill:ALONE",
        "bill:INV-1",
        "bill:INV-2",
    ]
    assert "Bill ALONE · Acme Dairy · £43.20 goes alone" in words(page)
    assert "It goes alone: nothing else that is partly paid waits." in words(page)
    assert words(page, "#send") == "Send this one"


def test_the_preview_says_what_it_becomes(enter: Enter, wire: Wire, held: Database) -> None:
    page = page_of(enter(), "/e/e1/first-send?document=bill:INV-1")

    told = words(page, ".first-table")
    assert "Line 1 Oat milk £43.20 · 20 % 310 Cost of goods sold £43.20 · 20% VAT" in told
    assert "Contact Acme Dairy Acme Dairy matched by name, or added if there is none" in told
    assert told.endswith("Status Waiting to be paid Awaiting payment")


def test_what_goes_with_it_is_counted_before_anything_is_sent(
    enter: Enter, wire: Wire, held: Database
) -> None:
    page = page_of(enter(), "/e/e1/first-send?document=bill:INV-1")

    assert "1 other bill that is waiting to be paid is tried with it" in words(page)
    assert words(page, "#send") == "Send this one and 1 more"


def test_htmx_gets_the_preview_alone(enter: Enter, wire: Wire, held: Database) -> None:
    answer = enter().get("/e/e1/first-send?document=bill:INV-2", headers={"HX-Request": "true"})

    [root] = BeautifulSoup(answer.text, "html.parser").find_all(recursive=False)
    assert root["id"] == "first-preview"


def test_sending_lets_out_that_one_status_and_asks_for_a_sync(
    enter: Enter, wire: Wire, held: Database
) -> None:
    browser = enter()

    browser.post("/e/e1/first-send", data={"document": "bill:ALONE"})

    assert wire.rules == {"payable": ["partially_paid"], "receivable": []}
    assert wire.syncs == 1
    page = page_of(browser)
    assert "On its way since 09:42." in words(page, "#first-state")
    assert words(page, "#banner h2") == "One record is being sent first"


def test_pressing_twice_sends_once(enter: Enter, wire: Wire, held: Database) -> None:
    browser = enter()

    for document in ("bill:ALONE", "bill:ALONE", "bill:INV-1"):
        browser.post("/e/e1/first-send", data={"document": document})

    assert wire.syncs == 1
    assert wire.rules["payable"] == ["partially_paid"]


def test_what_is_not_ready_is_not_sent(enter: Enter, wire: Wire, held: Database) -> None:
    answer = enter().post("/e/e1/first-send", data={"document": "bill:LACKS"})

    assert answer.status_code == 422
    assert "Choose another." in words(BeautifulSoup(answer.text, "html.parser"), "#error-summary")
    assert wire.patched == []


def test_stopping_holds_everything_again(enter: Enter, wire: Wire, held: Database) -> None:
    browser = enter()
    browser.post("/e/e1/first-send", data={"document": "bill:ALONE"})

    browser.post("/e/e1/first-send/stop")

    assert wire.rules == {"payable": [], "receivable": []}
    page = words(page_of(browser))
    assert "It wasn't seen to arrive Everything is on hold again." in page
    assert "Choose one record to try" in page


@pytest.fixture
def arrived(held: Database) -> Database:
    """The one that went alone is in the books, and everything is on hold again."""
    with write(held):
        add_record(held, "r1", object_id="ALONE", sync_status="done", minutes=0)
        held.execute(
            """INSERT INTO first_sends (entity_id, object_type, object_id, status, company, phase, result,
                started_at, started_by, started_role, settled_at)
            VALUES ('e1', 'bill', 'ALONE', 'partially_paid', 0, 'closed', 'sent', ?, 'Dana', 'owner', ?)""",
            [NOW.isoformat(), NOW.isoformat()],
        )
    return held


ALL = ["contact", "account", "tax", "total"]


def test_ticks_are_kept_for_whoever_comes_next(enter: Enter, wire: Wire, arrived: Database) -> None:
    enter().post("/e/e1/first-send/check", data={"checked": ["account", "tax"]})

    page = page_of(enter("bookkeeper"))

    assert [str(box["id"]) for box in page.select("input[name=checked][checked]")] == [
        "check-account",
        "check-tax",
    ]


def test_all_four_are_wanted_before_sending_starts(enter: Enter, wire: Wire, arrived: Database) -> None:
    answer = enter().post("/e/e1/first-send/right", data={"checked": ALL[:3]})

    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one("#check-total[aria-invalid]")
    assert wire.patched == []


def test_when_it_is_right_the_rest_is_sent_by_the_rules_that_were_kept(
    enter: Enter, wire: Wire, arrived: Database
) -> None:
    browser = enter()
    told = words(page_of(browser), "#first-checks")

    browser.post("/e/e1/first-send/right", data={"checked": ALL})

    assert "Then 3 more records are tried with the next automatic sync; 1 of them has a line" in told
    assert set(wire.rules["payable"]) == set(USUAL.payable)
    assert "Sending has started" in words(page_of(browser))
    assert words(page_of(browser, "/e/e1"), "#task-6-status") in ("", "Completed")


def test_while_nobody_confirms_that_sending_starts_everything_is_on_hold_still(
    enter: Enter, wire: Wire, arrived: Database
) -> None:
    wire.is_down = True
    browser = enter()

    browser.post("/e/e1/first-send/right", data={"checked": ALL})

    told = words(page_of(browser))
    assert "Saved here, not confirmed yet" in told
    assert "Sending has started" not in told
    assert "Choose one record to try" not in told


def test_when_something_is_wrong_sending_stays_on_hold_and_says_what_to_put_right(
    enter: Enter, wire: Wire, arrived: Database
) -> None:
    browser = enter()

    browser.post("/e/e1/first-send/wrong", data={"checked": ["contact"]})

    page = page_of(browser)
    assert wire.rules == {"payable": [], "receivable": []}
    assert [a["href"] for a in page.select("#first-wrong a")] == [
        "/e/e1/assign/bills?show=all&q=Acme+Dairy&return=/e/e1/first-send",
        "/e/e1/bills/ALONE/tax?return=%2Fe%2Fe1%2Ffirst-send",
    ]
    assert "Total: change the amounts where the bill is kept." in words(page, "#first-wrong")
    assert "Sending stays on hold" in words(page)


def test_skipping_sends_nothing_and_ends_the_step(enter: Enter, wire: Wire, held: Database) -> None:
    browser = enter()

    browser.post("/e/e1/first-send/skip")

    home = page_of(browser, "/e/e1")
    assert wire.patched == []
    assert words(home, "#task-6-status") == "Completed"
    assert words(home, "#task-6-hint") == "Skipped"


def test_what_failed_shows_why_and_offers_another(enter: Enter, wire: Wire, arrived: Database) -> None:
    with write(arrived):
        arrived.execute(
            "UPDATE synced_records SET sync_status = 'error', state = 'attention', problem = 'TAX_NO_MATCH'"
        )
        arrived.execute("UPDATE first_sends SET result = 'failed'")

    page = page_of(enter())

    assert words(page, ".first-send .banner h2") == "No matching tax rate"
    assert "Sending stays on hold." in words(page)
    assert "Choose one record to try" in words(page)


def test_nothing_ready_says_what_is_missing(enter: Enter, wire: Wire, held: Database) -> None:
    with write(held):
        held.execute("UPDATE payable_lines SET ledger_account_id = NULL")

    page = words(page_of(enter()))

    assert "Nothing is ready yet" in page
    assert "4 records wait to be sent; all of them have a line without an account and will stop." in page


def test_where_sending_cannot_be_held_there_is_a_preview_only(
    app: Flask, enter: Enter, held: Database
) -> None:
    house = app.extensions["gangway"]
    newer = make_monite(replace(house.settings, monite_api_version="2023-09-01"))
    app.extensions["gangway"] = replace(house, monite=newer)

    page = page_of(enter())
    newer.close()

    assert "so this step only shows you the preview" in words(page)
    assert page.select(".first-table")
    assert page.select("#send") == []


def test_a_viewer_sees_the_preview_and_sends_nothing(enter: Enter, wire: Wire, held: Database) -> None:
    browser = enter("viewer")
    page = page_of(browser)

    assert page.select(".first-table")
    assert page.select("main form[method=post]") == []
    assert browser.post("/e/e1/first-send", data={"document": "bill:ALONE"}).status_code == 403


def test_a_step_further_draws_the_page_anew(enter: Enter, wire: Wire, held: Database) -> None:
    browser = enter()
    browser.post("/e/e1/first-send", data={"document": "bill:ALONE"})
    seen = browser.get("/e/e1/beat?page=first-send&since=0&shape=sending--")
    with write(held):
        first_sends.settle(held, "e1", Result.SENT, None, NOW)

    further = browser.get("/e/e1/beat?page=first-send&since=0&shape=sending--")

    assert "HX-Redirect" not in seen.headers
    assert further.headers["HX-Redirect"] == "/e/e1/first-send"


def test_while_a_person_checks_only_the_line_about_the_others_changes(
    enter: Enter, wire: Wire, arrived: Database
) -> None:
    beat = enter().get("/e/e1/beat?page=first-send&since=-1&shape=arrived-")

    assert "HX-Redirect" not in beat.headers
    told = words(BeautifulSoup(beat.text, "html.parser"), "#first-company")
    assert told == "Everything is on hold again."
