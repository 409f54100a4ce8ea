"""The partner's people act for a business only after they said why, and not everything even then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.store import events
from app.store.database import write
from tests.log_samples import NOW, add_bill, add_books, add_record
from tests.web.conftest import Enter

REASON = "They asked in ticket 4711"


def say_why(browser: FlaskClient, entity_id: str = "e1", **more: str) -> str:
    answer = browser.post(f"/support/e/{entity_id}/act", data={"reason": REASON, **more})
    assert answer.status_code == 303
    return answer.headers["Location"]


@pytest.fixture
def books(store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {"ledger_account_id": None})
        add_record(store, "1042", object_id="b1")


@pytest.mark.parametrize("role", ["support", "admin"])
def test_a_change_without_a_reason_asks_for_it_with_the_form(enter: Enter, books: None, role: str) -> None:
    answer = enter(role, "").post("/e/e1/log/1042/handled", headers={"Referer": "http://localhost/e/e1/log"})

    page = BeautifulSoup(answer.text, "html.parser")
    form = page.select_one("main form[action='/support/e/e1/act']")
    assert answer.status_code == 403
    assert form is not None
    assert form.select_one("input[name=next]")["value"] == "/e/e1/log"  # type: ignore[index]
    assert "Say why first" in page.select_one("h1").get_text()  # type: ignore[union-attr]


def test_a_page_that_was_asked_for_without_a_reason_opens_after_it(enter: Enter, books: None) -> None:
    browser = enter("support", "")
    page = BeautifulSoup(browser.get("/e/e1/log/handled?ids=1042").text, "html.parser")
    [wanted] = page.select("main input[name=next]")

    place = say_why(browser, next=str(wanted["value"]))

    assert place == "/e/e1/log/handled?ids=1042"
    assert browser.get(place).status_code == 200


def test_what_is_done_for_them_carries_the_reason(enter: Enter, books: None, store: Database) -> None:
    browser = enter("support", "")
    say_why(browser)

    answer = browser.post("/e/e1/log/1042/handled", data={"why": "by_hand"})

    done = events.find(store, "e1", kinds=["handled_elsewhere", "acting_started"])
    assert answer.status_code == 303
    assert [(e.actor.name, e.actor.reason) for e in done] == [("Alex Lind", REASON)] * 2


def test_the_reason_holds_for_this_business_alone(enter: Enter, books: None) -> None:
    browser = enter("support", "")
    say_why(browser)

    assert browser.post("/e/e2/log/1042/check").status_code != 403
    assert browser.post("/e/e2/log/1042/handled").status_code == 403


def test_it_holds_for_half_an_hour(
    app: Flask, enter: Enter, books: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter("support", "")
    say_why(browser)
    house = app.extensions["gangway"]
    monkeypatch.setattr(type(house), "clock", lambda _self: NOW + timedelta(minutes=31), raising=False)

    assert browser.post("/e/e1/log/1042/handled", data={"why": "by_hand"}).status_code == 403


def test_whoever_stops_acting_only_looks_again(enter: Enter, books: None, store: Database) -> None:
    browser = enter("support", "")
    say_why(browser)

    answer = browser.post("/support/e/e1/act/stop", data={"next": "/e/e1/log"})

    assert answer.headers["Location"] == "/e/e1/log"
    assert browser.post("/e/e1/log/1042/handled").status_code == 403
    assert events.find(store, "e1", limit=1)[0].kind == "acting_stopped"


@pytest.mark.parametrize("reason", ["", "    ", "why", "x" * 201])
def test_a_reason_must_say_something(enter: Enter, store: Database, reason: str) -> None:
    answer = enter("support", "").post("/support/e/e1/act", data={"reason": reason})

    assert answer.status_code == 422
    assert "Error: " in answer.text
    assert events.find(store, "e1") == []


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "/e/e2", "/support", "/e/e1x"])
def test_the_way_back_stays_with_the_business(enter: Enter, store: Database, place: str) -> None:
    assert say_why(enter("support", ""), next=place) == "/e/e1"


def test_the_ribbon_tells_for_whom_why_and_until_when(enter: Enter, books: None) -> None:
    browser = enter("support", "")
    say_why(browser)

    ribbon = BeautifulSoup(browser.get("/e/e1").text, "html.parser").select_one(".ribbon-support")

    assert ribbon is not None
    assert f"Acting for Harbour Lane Coffee Ltd until 10:12 — everything you do is recorded: “{REASON}”" in (
        ribbon.get_text()
    )
    assert [form["action"] for form in ribbon.select("form")] == ["/support/e/e1/act/stop"]
    assert [field["value"] for field in ribbon.select("[name=next]")] == ["/e/e1"]


def test_controls_wait_for_the_reason_in_words(enter: Enter, books: None) -> None:
    browser = enter("support", "")

    before = BeautifulSoup(browser.get("/e/e1/connection").text, "html.parser").select("main a.say-why")
    say_why(browser)
    after = browser.get("/e/e1/connection").text

    assert [a["href"] for a in before] == ["/support/e/e1/act?next=/e/e1/connection"]
    assert "say-why" not in after
    assert 'action="/e/e1/import"' in after


def test_what_nobody_of_the_partner_may_do_names_the_owners(enter: Enter, books: None) -> None:
    browser = enter("admin", "")
    say_why(browser)

    page = browser.get("/e/e1/connection").text
    refused = browser.post("/e/e1/connection/disconnect")

    assert "Only an owner can disconnect. Owner: Dana Price." in page
    assert refused.status_code == 403
    assert "Only an owner can connect or disconnect an accounting system. Owner: Dana Price." in refused.text


def test_a_refusal_to_somebody_of_another_business_names_nobody(enter: Enter, store: Database) -> None:
    answer = enter("owner", "e2").post("/e/e1/connection/disconnect")

    assert "Dana" not in BeautifulSoup(answer.text, "html.parser").select_one("main").text  # type: ignore[union-attr]
    assert "This page belongs to another business." in answer.text


def test_owners_are_named_as_they_came_in_or_were_sent_the_latest_first(
    enter: Enter, books: None, store: Database
) -> None:
    enter("owner", "e1")
    with write(store):
        for n, (entity_id, role, name) in enumerate(
            (("e1", "owner", "Mia Berg"), ("e1", "viewer", "Not Me"), ("e2", "owner", "Nor Me"))
        ):
            store.execute(
                "INSERT INTO launch_links (id, token_hash, entity_id, role, name, created_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, '2025-05-09T10:00:00', '2025-05-09T10:10:00')",
                [str(n), str(n), entity_id, role, name],
            )

    page = enter("viewer", "e1").get("/e/e1/connection").text

    assert "Only an owner can disconnect. Owners: Mia Berg, Dana Price." in page
