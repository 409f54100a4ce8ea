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
from app.web import rules as web_rules
from tests.factories import make_monite
from tests.log_samples import add_bill, add_books, add_invoice, add_record
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
    return " ".join(" ".join(part.get_text(" ") for part in page.select(selector)).split()).replace(" .", ".")


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

    words = words_of(page, "ol.timeline")
    assert words.startswith("Sync rules saved Today 09:42 · Dana Price From: We send bills when they are wai")
    assert "To: We send bills when they are paid. We send invoices when they are issued." in words


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

    page = read(enter().get("/e/e1/rules").text)
    newer.close()

    told = words_of(page, "main")
    assert "can't be changed with your API version" in told
    assert "Bills, also those that are paid: Awaiting payment in Xero, Open in QuickBooks" in told
    assert page.select("main input[type=checkbox]") == []
    assert "Hold sending" not in told


def due(browser: FlaskClient) -> str:
    return words_of(read(browser.get("/e/e1/rules").text), ".rules-due")


def test_what_waits_and_send_now_are_there_on_every_visit(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {})
    browser = enter()

    seen = [due(browser), due(browser)]

    line = "1 record will be tried with the next automatic sync, about 09:42."
    assert seen == [f"{line} Send now This also imports from Xero."] * 2


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
    assert "Save the rules below and sending starts, or send one first." in rules_page
    browser.post("/e/e1/rules/resume")
    assert set(wire.rules["payable"]) == {"waiting_to_be_paid", "partially_paid", "paid"}
    assert "on hold" not in words_of(read(browser.get("/e/e1/log").text), "#banner")


def cell(browser: FlaskClient, status: str) -> str:
    return words_of(
        read(browser.get("/e/e1/rules").text), f"tr:has(#receivable-{status}) > td:nth-of-type(2)"
    )


def test_before_a_system_is_known_both_say_what_they_show(enter: Enter, wire: Wire) -> None:
    browser = enter()

    page = read(browser.get("/e/e1/rules").text)

    assert words_of(page, ".rules-table th:nth-of-type(3)").startswith(
        "In your accounting system it shows as"
    )
    assert cell(browser, "issued") == "Awaiting payment in Xero, Open in QuickBooks"
    assert cell(browser, "overdue") == "Depends on your accounting system"


def test_what_nobody_documents_is_left_open_until_one_was_confirmed_as_sent(
    enter: Enter, wire: Wire, store: Database
) -> None:
    with write(store):
        add_books(store)
        for status in ("overdue", "paid"):
            add_invoice(store, status, status=status)
        of_now = {"object_type": "receivable", "sync_status": "done"}
        add_record(store, "r1", object_id="overdue", object_updated_at=NOW.isoformat(), **of_now)
        add_record(store, "r2", object_id="paid", object_updated_at="2025-05-01T00:00:00+00:00", **of_now)
    browser = enter()

    assert cell(browser, "overdue") == "Confirmed as sent : see one that is overdue"
    assert cell(browser, "paid") == "Depends on Xero"
    assert cell(browser, "canceled") == "Void"


def test_a_closing_date_warns_of_what_it_cannot_hold_back(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
        sync_rules.save(store, "e1", SyncRules(("waiting_to_be_paid",), ("issued",)), NOW)
        for n in range(3):
            add_bill(store, f"b{n}", {}, issued_at="2025-04-30", status="paid")
        add_bill(store, "later", {}, issued_at="2025-05-01", status="paid")
    browser = enter()
    browser.post("/e/e1/rules/closing-date", data={"closed_up_to": "2025-04-30"})

    review = words_of(read(browser.get(f"/e/e1/rules/review?{TICKS}").text), ".effect")

    assert "4 will be tried with the next automatic sync." in review
    assert (
        "3 bills are dated on or before 30 Apr, which you marked as closed. The rules can't hold them back; "
        "Xero will probably refuse them." in review
    )


def test_a_closing_date_is_set_changed_and_removed_and_history_tells(enter: Enter, wire: Wire) -> None:
    browser = enter()
    browser.post("/e/e1/rules/closing-date", data={"closed_up_to": "2025-03-31"})
    browser.post("/e/e1/rules/closing-date", data={"closed_up_to": "2025-04-30"})
    shown = words_of(read(browser.get("/e/e1/rules").text), "#closing-date")
    browser.post("/e/e1/rules/closing-date", data={"closed_up_to": "2025-04-30", "remove": "1"})

    told = words_of(read(browser.get("/e/e1/rules/history").text), "ol.timeline")

    assert "Closed up to 30 Apr. Set by Dana Price, today 09:42" in shown
    assert "From 30 Apr to none" in told
    assert "From 31 Mar to 30 Apr" in told
    assert "From none to 31 Mar" in told


@pytest.mark.parametrize("entered", ["", "30 April", "2031-01-01"])
def test_what_is_no_closing_date_is_refused_in_words(enter: Enter, wire: Wire, entered: str) -> None:
    answer = enter().post("/e/e1/rules/closing-date", data={"closed_up_to": entered})

    assert answer.status_code == 422
    assert read(answer.text).select_one('#error-summary a[href="#closed_up_to"]')


def test_a_slow_answer_is_waited_for_by_a_page_that_says_so(
    enter: Enter, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_rules, "AT_ONCE", 0.0)
    wire.is_down = True
    browser = enter()

    first = read(browser.get("/e/e1/rules").text)
    patient = read(browser.get("/e/e1/rules?patience=1").text)

    assert "Reading current rules…" in words_of(first, "main")
    assert "We can't read your rules right now" in words_of(patient, "main")
    assert ticked(first) == []


def test_a_page_notices_once_that_somebody_else_changed_the_rules(enter: Enter, wire: Wire) -> None:
    browser, other = enter(), enter("bookkeeper")
    browser.get("/e/e1/rules")
    other.post("/e/e1/rules", data={"base": FEW, "payable": ["paid"], "receivable": ["issued"]})

    beat = read(browser.get(f"/e/e1/beat?page=rules&since=0&shape={FEW}").text)
    later = read(browser.get("/e/e1/beat?page=rules&since=0&shape=paid|issued").text)

    assert "Changed by" in words_of(beat, '[hx-swap-oob="innerHTML:#rules-changed"]')
    assert later.select('[hx-swap-oob="innerHTML:#rules-changed"]') == []


def test_rules_changed_elsewhere_are_told_in_the_history(enter: Enter, wire: Wire) -> None:
    browser = enter()
    browser.get("/e/e1/rules")
    wire.rules = {"payable": ["paid"], "receivable": []}
    browser.get("/e/e1/rules")

    told = words_of(read(browser.get("/e/e1/rules/history").text), "ol.timeline")

    assert told.startswith(
        "Sync rules changed elsewhere Today 09:42 · outside Gangway From: We send bills when"
    )


def test_rules_can_be_kept_for_after_one_was_sent_first(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
    browser = enter()
    browser.post("/e/e1/rules/hold")
    review = read(browser.get(f"/e/e1/rules/review?{TICKS}").text)

    form = {"base": FEW, "payable": ["paid"], "receivable": ["issued"], "first": "1"}
    answer = browser.post("/e/e1/rules", data=form)

    assert "Save and send one first" in words_of(review, "button")
    assert answer.headers["Location"] == "/e/e1/first-send"
    assert wire.rules == {"payable": [], "receivable": []}
    page = read(browser.get("/e/e1/rules").text)
    assert ticked(page) == ["payable-paid", "receivable-issued"]
    assert "Used once sending is released." in words_of(page, ".rules-confirmed")


def test_rules_can_be_saved_while_sending_stays_on_hold(enter: Enter, wire: Wire, store: Database) -> None:
    with write(store):
        add_books(store)
    browser = enter()
    browser.post("/e/e1/rules/hold")

    form = {"base": FEW, "payable": ["paid"], "receivable": ["issued"], "hold": "1"}
    answer = browser.post("/e/e1/rules", data=form)

    assert answer.headers["Location"] == "/e/e1/rules"
    assert wire.rules == {"payable": [], "receivable": []}
    assert ticked(read(browser.get("/e/e1/rules").text)) == ["payable-paid", "receivable-issued"]


def test_holding_says_that_what_is_on_its_way_cannot_be_called_back(
    enter: Enter, wire: Wire, store: Database
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {})
        add_record(store, "r1", object_id="b1", sync_status="pending")

    page = read(enter().get("/e/e1/rules").text)

    assert "1 is on its way and can't be called back" in words_of(page, ".rules-side")
