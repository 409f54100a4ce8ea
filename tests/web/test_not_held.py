"""What is promised before and after connecting when sending could not be put on hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.store import events
from tests.factories import make_monite
from tests.web.conftest import Enter
from tests.wire import Wire, on_the_wire

WARNING = "Records that match your sync rules may be sent from now on."
BOTH_REFUSALS = pytest.mark.parametrize(
    "refusal", [(422, "Not now"), (404, "Not found")], ids=["refused", "no rules"]
)


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        yield wire


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path, follow_redirects=True)
    page = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert page is not None
    return " ".join(page.get_text().split())


def start(browser: FlaskClient) -> None:
    assert browser.post("/e/e1/connect/start", data={"platform": "xero"}).status_code == 303


def sign_in(wire: Wire) -> None:
    assert wire.connection is not None
    wire.connection |= {"status": "connected", "business_info": {"business_name": "Harbour Lane Coffee Ltd"}}


def test_before_anything_was_tried_nothing_is_promised_that_may_fail(enter: Enter, wire: Wire) -> None:
    words = text(enter(), "/e/e1/connect")

    assert "If that isn't confirmed, we tell you." in words
    assert WARNING not in words


@BOTH_REFUSALS
def test_a_hold_that_was_not_confirmed_is_told_on_the_connect_page(
    enter: Enter, wire: Wire, refusal: tuple[int, str]
) -> None:
    wire.refuses_changes = refusal
    browser = enter()

    start(browser)

    assert WARNING in text(browser, "/e/e1/connect")
    assert "Nothing is sent" not in text(browser, "/e/e1")


def test_nobody_is_led_away_while_it_is_not_known_whether_sending_is_on_hold(
    enter: Enter, wire: Wire
) -> None:
    wire.refuses_changes = (503, "down")
    browser = enter()

    answer = browser.post("/e/e1/connect/start", data={"platform": "xero"})

    assert answer.status_code == 502
    assert wire.connection is None
    wire.refuses_changes = None
    start(browser)
    assert wire.rules == {"payable": [], "receivable": []}


@BOTH_REFUSALS
def test_a_hold_that_was_not_confirmed_is_told_on_the_confirm_page(
    enter: Enter, wire: Wire, refusal: tuple[int, str]
) -> None:
    wire.refuses_changes = refusal
    browser = enter()
    start(browser)
    sign_in(wire)

    words = text(browser, "/connect/return?statusCode=200")

    assert "Is this the right organisation?" in words
    assert WARNING in words
    assert "Nothing is sent" not in words


def test_an_api_without_rules_is_told_from_the_start(app: Flask, enter: Enter, wire: Wire) -> None:
    house = app.extensions["gangway"]
    newer = make_monite(replace(house.settings, monite_api_version="2024-05-25"))
    app.extensions["gangway"] = replace(house, monite=newer)

    words = text(enter(), "/e/e1/connect")
    newer.close()

    assert "Sending can't be held with this API version. Once you are connected" in words
    assert "sync rules" not in words


def test_a_confirmed_hold_is_promised_on_both_pages(enter: Enter, wire: Wire) -> None:
    browser = enter()
    start(browser)
    before = text(browser, "/e/e1/connect")
    sign_in(wire)

    after = text(browser, "/connect/return?statusCode=200")

    assert "Sending is on hold: nothing is sent until you have checked what gets sent." in before
    assert "Nothing is sent until you've checked the next steps." in after
    assert WARNING not in before + after


def test_history_never_says_on_hold_when_holding_was_refused(
    enter: Enter, wire: Wire, store: Database
) -> None:
    wire.refuses_changes = (422, "Not now")

    start(enter())

    kinds = [event.kind for event in events.find(store, "e1")]
    assert "hold_refused" in kinds
    assert "sending_held" not in kinds
