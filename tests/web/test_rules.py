"""The rules screen: reading, reviewing, saving, holding, and what it says when Monite is away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.domain.sync_rules import SyncRules
from app.store import revisions, sync_rules
from app.store.database import write
from tests.factories import make_monite
from tests.log_samples import add_bill, add_books, add_record
from tests.web.conftest import NOW, Enter
from tests.wire import Wire, on_the_wire

FEW = "waiting_to_be_paid|issued"


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        yield wire


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def ticked(page: BeautifulSoup) -> list[str]:
    return [str(box["id"]) for box in page.select("#rules-form input[type=checkbox][checked]")]


def test_the_boxes_show_what_monite_has(enter: Enter, wire: Wire) -> None:
    page = read(enter().get("/e/e1/rules").text)

    assert ticked(page) == ["payable-waiting_to_be_paid", "receivable-issued"]
    assert "We send bills when they are waiting to be paid." in " ".join(page.get_text().split())


def test_no_boxes_are_shown_when_the_rules_cannot_be_read(enter: Enter, wire: Wire) -> None:
    wire.is_down = True

    page = read(enter().get("/e/e1/rules").text)

    assert page.select("input[type=checkbox][name]") == []
    assert "We can't read your rules right now" in page.get_text()


def test_a_tick_is_answered_with_a_sentence_and_saves_nothing(enter: Enter, wire: Wire) -> None:
    browser = enter()
    browser.get("/e/e1/rules")

    answer = browser.get("/e/e1/rules/preview?payable=paid&receivable=issued", headers={"HX-Request": "true"})

    assert "2 changes" in answer.text
    assert wire.patched == []


def words_of(page: BeautifulSoup, selector: str) -> str:
    return " ".join(" ".join(part.get_text() for part in page.select(selector)).split())


TICKS = "payable=waiting_to_be_paid&payable=paid&receivable=issued"


def test_the_review_says_how_many_and_which(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        sync_rules.save(store, "e1", SyncRules(("waiting_to_be_paid",), ("issued",)), NOW)
        add_bill(store, "INV-77", {}, status="paid")

    page = read(enter().get(f"/e/e1/rules/review?{TICKS}").text)

    words = words_of(page, "#rules-review")
    assert "Start sending bills that are paid – 1 will be tried with the next automatic sync." in words
    assert "INV-77" in words


def test_the_review_says_which_will_stop_and_that_paid_bills_cannot_be_put_right(
    enter: Enter, wire: Wire, store: Database
) -> None:
    with write(store):
        add_books(store)
        sync_rules.save(store, "e1", SyncRules(("waiting_to_be_paid",), ("issued",)), NOW)
        add_bill(store, "GOOD", {}, status="paid")
        for name in ("BAD-1", "BAD-2"):
            add_bill(store, name, {"ledger_account_id": None}, status="paid")

    page = read(enter().get(f"/e/e1/rules/review?{TICKS}").text)

    words = words_of(page, ".effect")
    assert (
        "3 will be tried with the next automatic sync; "
        "2 of them have a line without an account and will stop." in words
    )
    assert "2 bills that will stop are paid, so their lines can't be changed any more" in words
    assert "Will stop: see the 2" in words
    assert page.select(".effect a[href*=assign]") == []


def test_the_review_leads_to_what_can_still_be_put_right(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
        sync_rules.save(store, "e1", SyncRules(("paid",), ("issued",)), NOW)
        add_bill(store, "b1", {"ledger_account_id": None})

    page = read(enter().get(f"/e/e1/rules/review?{TICKS}").text)

    assert (
        "1 will be tried with the next automatic sync; it has a line without an account and will stop."
        in words_of(page, ".effect")
    )
    assert [a["href"] for a in page.select(".effect a[href*=assign]")] == [
        "/e/e1/assign/bills?bill=b1&show=all"
    ]


def test_the_rules_page_foretells_what_will_stop(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {"tax": 1750})
        add_bill(store, "b2")
    browser = enter()

    browser.post(
        "/e/e1/rules", data={"base": FEW, "payable": ["waiting_to_be_paid"], "receivable": ["issued"]}
    )
    words = words_of(read(browser.get("/e/e1/rules").text), "#rules-due")

    assert (
        "2 records will be tried with the next automatic sync, about 09:42; all of them will stop: "
        "1 of them has no lines, 1 of them has a tax rate that isn't in Xero." in words
    )


def test_saving_puts_the_lists_in_place_and_says_that_it_was_confirmed(enter: Enter, wire: Wire) -> None:
    browser = enter()
    form = {"base": FEW, "payable": ["paid"], "receivable": ["issued"]}

    answer = browser.post("/e/e1/rules", data=form)
    page = browser.get(answer.headers["Location"])

    assert wire.rules == {"payable": ["paid"], "receivable": ["issued"]}
    assert "confirmed by the accounting service" in page.text


def test_sending_nothing_at_all_wants_to_be_confirmed(enter: Enter, wire: Wire) -> None:
    browser = enter()

    without = browser.post("/e/e1/rules", data={"base": FEW})
    confirmed = browser.post("/e/e1/rules", data={"base": FEW, "nothing": "1"})

    assert (without.status_code, confirmed.status_code) == (422, 303)
    assert wire.rules == {"payable": [], "receivable": []}


def test_rules_that_changed_meanwhile_are_shown_beside_mine(enter: Enter, wire: Wire) -> None:
    wire.rules = {"payable": ["partially_paid"], "receivable": []}

    answer = enter().post("/e/e1/rules", data={"base": FEW, "payable": ["paid"], "receivable": ["issued"]})

    assert answer.status_code == 409
    assert wire.patched == []
    assert [h.text for h in read(answer.text).select("main h2")][-2:] == ["In place now", "What you chose"]


def test_hold_and_resume(enter: Enter, wire: Wire) -> None:
    browser = enter()
    browser.post("/e/e1/rules", data={"base": FEW, "payable": ["paid"], "receivable": ["issued"]})

    browser.post("/e/e1/rules/hold")
    held = (dict(wire.rules), browser.get("/e/e1/rules").text)
    browser.post("/e/e1/rules/resume")

    assert held[0] == {"payable": [], "receivable": []}
    assert "Sending is on hold" in held[1]
    assert wire.rules == {"payable": ["paid"], "receivable": ["issued"]}


def test_a_hold_that_nobody_answered_is_never_called_paused(enter: Enter, wire: Wire) -> None:
    wire.is_down = True
    browser = enter()

    browser.post("/e/e1/rules/hold")
    page = browser.get("/e/e1/rules").text

    assert "could not pause sending yet" in page
    assert "Sending is on hold" not in page


def test_the_history_tells_who_changed_what(enter: Enter, wire: Wire) -> None:
    browser = enter()
    browser.post("/e/e1/rules", data={"base": FEW, "payable": ["paid"], "receivable": ["issued"]})

    page = read(browser.get("/e/e1/rules/history").text)

    words = " ".join(page.select_one("ol.timeline").get_text().split())  # type: ignore[union-attr]
    assert words.startswith("Rules saved")
    assert "Before: We send bills when they are waiting to be paid." in words


def test_send_now_needs_a_connection(enter: Enter, wire: Wire) -> None:
    browser = enter()

    browser.post("/e/e1/rules/send-now")

    assert "Connect your accounting system first." in browser.get("/e/e1/rules").text


def test_a_viewer_reads_the_rules_and_changes_nothing(enter: Enter, wire: Wire) -> None:
    browser = enter("viewer")
    page = read(browser.get("/e/e1/rules").text)

    assert page.select("main input[type=checkbox][name], main form[method=post]") == []
    assert browser.post("/e/e1/rules", data={"base": FEW, "payable": "paid"}).status_code == 403


def test_a_version_without_rules_explains_the_usual_set(app: Flask, enter: Enter) -> None:
    house = app.extensions["gangway"]
    newer = make_monite(replace(house.settings, monite_api_version="2024-05-25"))
    app.extensions["gangway"] = replace(house, monite=newer)

    page = enter().get("/e/e1/rules").text
    newer.close()

    assert "can't be changed with your API version" in page


def due(browser: FlaskClient) -> str:
    return words_of(read(browser.get("/e/e1/rules").text), ".rules-due")


def test_what_waits_and_send_now_are_there_on_every_visit(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {})
    browser = enter()

    seen = [due(browser), due(browser)]

    line = "1 record will be tried with the next automatic sync, about 09:42."
    assert seen == [f"{line} Send nowThis also imports from Xero."] * 2


def test_after_send_now_the_page_says_when_and_what_came_of_it(
    enter: Enter, wire: Wire, store: Database
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {})
        add_bill(store, "b2", {})
    browser = enter()

    browser.post("/e/e1/rules/send-now")
    asked = due(browser)
    with write(store):
        add_record(store, "r1", object_id="b1", sync_status="done")
        revisions.bump(store, "e1")
    beat = browser.get("/e/e1/beat?page=rules&since=0").text
    with write(store):
        add_record(store, "r2", object_id="b2")
    ended = due(browser)

    assert "Sending was asked for at 09:42; 0 sent so far." in asked
    assert "Sending was asked for at 09:42; 1 sent so far." in words_of(read(beat), "[hx-swap-oob]")
    assert ended == "Sending was asked for at 09:42; 1 sent so far, 1 stopped."


def test_a_viewer_reads_what_waits_and_sends_nothing(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {})

    assert due(enter("viewer")).endswith("about 09:42.")


def test_lists_that_were_emptied_elsewhere_are_a_hold_on_every_page(
    enter: Enter, wire: Wire, store: Database
) -> None:
    wire.rules = {"payable": [], "receivable": []}
    with write(store):
        add_books(store)
        add_record(store, "r1", sync_status="done")
        sync_rules.save(store, "e1", SyncRules((), ()), NOW)
    browser = enter()

    home = read(browser.get("/e/e1").text)
    log = words_of(read(browser.get("/e/e1/log").text), "#banner")
    rules_page = words_of(read(browser.get("/e/e1/rules").text), "#banner")

    assert words_of(home, "#task-5-status") == "Not started"
    assert "Sending is on hold" in words_of(home, "#banner")
    assert "Sending is on hold" in log
    assert "Save the rules below and sending starts." in rules_page
    browser.post("/e/e1/rules/resume")
    assert set(wire.rules["payable"]) == {"waiting_to_be_paid", "partially_paid", "paid"}
    assert "on hold" not in words_of(read(browser.get("/e/e1/log").text), "#banner")
