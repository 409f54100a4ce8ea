"""The rules screen: reading, reviewing, saving, holding, and what it says when Monite is away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlite_utils import Database

from app.config import Settings
from app.domain.sync_rules import SyncRules
from app.store import sync_rules
from app.store.database import to_text, write
from tests.factories import make_monite
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


def test_the_review_says_how_many_and_which(enter: Enter, wire: Wire, store: Database) -> None:
    now = to_text(NOW)
    with write(store):
        sync_rules.save(store, "e1", SyncRules(("waiting_to_be_paid",), ("issued",)), NOW)
        store.execute(
            "INSERT INTO payables (id, entity_id, status, document_id, created_at, updated_at, raw, seen_at)"
            " VALUES ('b1', 'e1', 'paid', 'INV-77', ?, ?, '{}', ?)",
            [now, now, now],
        )

    ticks = "payable=waiting_to_be_paid&payable=paid&receivable=issued"
    page = read(enter().get(f"/e/e1/rules/review?{ticks}").text)

    words = " ".join(page.select_one("#rules-review").get_text().split())  # type: ignore[union-attr]
    assert "Start sending bills that are paid – 1 will be sent with the next automatic sync." in words
    assert "INV-77" in words


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
