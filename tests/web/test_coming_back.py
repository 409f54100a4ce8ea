"""The page to which people come back from the accounting system, row by row of what it may say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.store import attempts
from app.store.database import write
from tests.factories import Clock, make_monite
from tests.web.conftest import NOW, Enter
from tests.wire import Wire, on_the_wire


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        yield wire


@pytest.fixture
def clock(app: Flask) -> Clock:
    clock = Clock(NOW)
    app.extensions["gangway"] = replace(app.extensions["gangway"], clock=clock)
    return clock


@pytest.fixture
def browser(clock: Clock, enter: Enter, wire: Wire) -> FlaskClient:
    """An owner who has set out for Xero."""
    browser = enter()
    assert browser.post("/e/e1/connect/start", data={"platform": "xero"}).status_code == 303
    return browser


def come_back(browser: FlaskClient, **query: str) -> Tag:
    return main(browser, f"/connect/return?{urlencode(query)}")


def main(browser: FlaskClient, path: str = "/e/e1/connect/return") -> Tag:
    page = BeautifulSoup(browser.get(path, follow_redirects=True).text, "html.parser").select_one("main")
    assert page is not None
    return page


def words(page: Tag) -> str:
    return " ".join(page.get_text().split())


def actions(page: Tag) -> list[str]:
    return [words(found) for found in page.select(".page-actions button, .page-actions a")]


def connected(wire: Wire, **more: Any) -> None:
    assert wire.connection is not None
    business = {"name": "Harbour Lane Coffee", "base_currency": "GBP"}
    wire.connection |= {"status": "connected", "business_info": business} | more


@pytest.mark.parametrize(
    ("seconds", "headline", "offered"),
    [
        (0, "Checking with Xero…", ["I'll come back later"]),
        (29, "Checking with Xero…", ["I'll come back later"]),
        (30, "Xero hasn't confirmed yet.", ["Check now", "I'll come back later"]),
        (120, "We're still waiting for Xero.", ["Start again", "Check now", "I'll come back later"]),
    ],
)
def test_while_nothing_is_known_the_page_says_how_long_it_has_been(
    browser: FlaskClient, clock: Clock, seconds: int, headline: str, offered: list[str]
) -> None:
    come_back(browser)
    clock.advance(seconds)

    page = main(browser)

    assert words(page.select_one(".big") or page) == headline
    assert actions(page) == offered
    assert ("seconds so far" in words(page)) == (seconds == 29)


HINTS = {
    "used": ({"statusCode": "201"}, "That sign-in link had already been used.", "Get a new one"),
    "failed": (
        {"statusCode": "500", "errorMessage": "Unknown error occurred."},
        "Xero couldn't finish the sign-in.",
        "Start again",
    ),
    "named": (
        {"status": "500", "error": "Cannot be connected to more organisations"},
        "No more organisations can be connected",
        "Start again",
    ),
}


@pytest.mark.parametrize("name", HINTS)
def test_an_error_of_the_provider_waits_half_a_minute(browser: FlaskClient, clock: Clock, name: str) -> None:
    query, headline, offered = HINTS[name]
    first = come_back(browser, **query)
    clock.advance(29.9)
    late = main(browser)
    clock.advance(0.1)
    page = main(browser)

    assert [words(found.select_one(".big") or found) for found in (first, late)] == [
        "Checking with Xero…"
    ] * 2
    assert not first.select(".tone-err, .tone-warn, .tag-err")
    assert words(page.select_one(".big") or page) == headline
    assert offered in actions(page)
    assert ("Reference " in words(page)) == (name != "used")


def test_a_failure_names_its_entry_in_the_catalogue_and_never_repeats_the_address(
    browser: FlaskClient, clock: Clock
) -> None:
    come_back(
        browser, statusCode="500", errorMessage="Cannot be connected to more organisations: call 555-0100"
    )
    clock.advance(31)

    page = main(browser)

    help_link = page.select_one("a[href='/help/errors/APP_CAP']")
    assert help_link is not None
    assert "555-0100" not in words(page)


@pytest.mark.parametrize(
    ("status", "headline"),
    [("403", "You didn't give access."), ("501", "Your accounting system isn't on the list.")],
)
def test_what_the_person_chose_is_said_at_once(browser: FlaskClient, status: str, headline: str) -> None:
    page = come_back(browser, statusCode=status)

    assert words(page.select_one(".big") or page) == headline
    assert "Nothing was connected and nothing was changed." in words(page)
    assert actions(page) == ["Try again", "Not now"]


def test_a_refusal_does_not_count_while_monite_cannot_be_asked(
    browser: FlaskClient, wire: Wire, clock: Clock
) -> None:
    wire.is_down = True
    first = come_back(browser, statusCode="403")
    clock.advance(45)
    later = main(browser)

    assert "Checking with Xero…" in words(first)
    assert "hasn't confirmed yet" in words(later)
    assert "We couldn't reach the connection service at 09:42" in words(later)


def test_a_forged_success_connects_nothing(browser: FlaskClient) -> None:
    page = come_back(browser, statusCode="200")

    assert "Checking with Xero…" in words(page)
    assert browser.get("/e/e1/connect/confirm").headers["Location"] == "/e/e1/connect/return"


@pytest.mark.parametrize("status", ["201", "403", "500", "501"])
def test_a_forged_failure_hides_nothing_that_is_connected(
    browser: FlaskClient, wire: Wire, status: str
) -> None:
    come_back(browser, statusCode=status)
    connected(wire)

    assert "Is this the right organisation?" in words(come_back(browser, statusCode=status))


def test_the_beat_leads_on_from_a_refusal_too(browser: FlaskClient, wire: Wire) -> None:
    come_back(browser, statusCode="403")
    connected(wire)
    main(browser)

    beat = browser.get("/e/e1/beat?page=return&since=0", headers={"HX-Request": "true"})

    assert beat.headers["HX-Redirect"] == "/e/e1/connect/confirm"


def test_a_beat_speaks_the_new_line_and_swaps_the_state_in_its_own_place(
    browser: FlaskClient, clock: Clock
) -> None:
    come_back(browser)
    clock.advance(31)

    beat = browser.get("/e/e1/beat?page=return&since=0&shape=checking", headers={"HX-Request": "true"})

    answer = BeautifulSoup(beat.text, "html.parser")
    state = answer.select_one("#return-state")
    assert state is not None
    assert state["hx-swap-oob"] == "true"
    assert len(answer.select("#return-state")) == 1
    assert (
        words(answer.select_one("[hx-swap-oob='innerHTML:#live']") or answer) == "Xero hasn't confirmed yet."
    )


def test_a_way_that_nobody_came_back_from_is_offered_anew_a_day_later(
    browser: FlaskClient, clock: Clock, enter: Enter
) -> None:
    clock.advance(86_400)

    page = main(enter())

    assert "That sign-in link may no longer work." in words(page)
    assert "Get a new one" in actions(page)


def test_a_hint_for_another_connection_is_not_kept(browser: FlaskClient, wire: Wire, store: Database) -> None:
    mine, other = (f"{n}a210b68-6988-11ed-a1eb-0242ac120002" for n in "89")
    store.execute(
        "UPDATE connections SET connection_url = ?",
        [f"https://link-api.codat.io/companies/{mine}/connections/{mine}/start"],
    )
    store.conn.commit()

    come_back(browser, statusCode="403", connection=other)
    ignored = attempts.newest(store, "e1")
    come_back(browser, statusCode="403", connection=mine)
    kept = attempts.newest(store, "e1")

    assert ignored is not None
    assert kept is not None
    assert (ignored.provider_status, kept.provider_status) == (None, "403")


def test_whoever_was_signed_out_meanwhile_signs_in_and_is_led_back(app: Flask, browser: FlaskClient) -> None:
    signed_out = app.test_client()
    cookie = browser.get_cookie("gangway_attempt")
    assert cookie is not None
    signed_out.set_cookie("gangway_attempt", cookie.value)

    way = signed_out.get("/connect/return?statusCode=200")
    door = signed_out.get(way.headers["Location"])

    assert way.headers["Location"] == "/e/e1/connect/return"
    assert door.status_code == 303
    assert door.headers["Location"].endswith("next=/e/e1/connect/return")


def test_another_browser_of_the_business_is_led_to_its_own_page(browser: FlaskClient, enter: Enter) -> None:
    other = enter()

    answer = other.get("/connect/return?statusCode=403")

    assert answer.headers["Location"] == "/e/e1/connect/return"
    assert "Checking with Xero…" in words(main(other))


def test_a_stranger_is_asked_who_they_are(app: Flask, store: Database) -> None:
    answer = app.test_client().get("/connect/return?statusCode=403")

    assert answer.status_code == 303
    assert "next=/connect/return" in answer.headers["Location"]


def test_where_the_system_is_chosen_at_the_provider_it_can_be_tried_again_without_naming_one(
    app: Flask, clock: Clock, enter: Enter, wire: Wire
) -> None:
    house = app.extensions["gangway"]
    newer = make_monite(replace(house.settings, monite_api_version="2024-05-25"))
    app.extensions["gangway"] = replace(house, monite=newer)
    browser = enter()
    browser.post("/e/e1/connect/start")
    assert wire.connection is not None
    wire.connection["platform"] = None

    page = come_back(browser, statusCode="403")
    newer.close()

    form = page.select_one("form[action='/e/e1/connect/start']")
    assert form is not None
    assert form.select("[name=platform]") == []
    assert "your accounting system" not in words(page.select_one(".big") or page)


def test_access_that_was_lost_later_is_no_sign_in_under_way(
    browser: FlaskClient, wire: Wire, clock: Clock
) -> None:
    connected(wire)
    come_back(browser, statusCode="200")
    clock.advance(3600)
    assert wire.connection is not None
    wire.connection["status"] = "deauthorized"

    page = main(browser)

    assert "No sign-in is under way. Xero took away our access." in words(page)
    assert "Reconnect" in actions(page)


def confirm_page(browser: FlaskClient, wire: Wire, store: Database, **business: str | None) -> str:
    connected(wire, business_info={"name": "Harbour Lane Coffee", "base_currency": "GBP"} | business)
    return words(come_back(browser, statusCode="200"))


@pytest.mark.parametrize(
    ("business", "said"),
    [
        ({}, "Name and currency are the same as here."),
        ({"name": "Rook Lettings Ltd"}, "The name isn't the same as here: Harbour Lane Coffee Ltd."),
        (
            {"base_currency": "USD"},
            "The currency isn't the same as here: Harbour Lane Coffee Ltd uses GBP.",
        ),
        (
            {"country": "IE"},
            "The country isn't the same as here: Harbour Lane Coffee Ltd is in United Kingdom.",
        ),
        ({"country": None}, "Xero doesn't tell us the country. Here it is United Kingdom."),
        ({"name": None}, "We couldn't read the organisation's name."),
    ],
)
def test_the_organisation_is_held_against_the_business(
    browser: FlaskClient, wire: Wire, store: Database, business: dict[str, str | None], said: str
) -> None:
    page = confirm_page(browser, wire, store, **business)

    assert said in page
    assert "Connected by" in page
    assert ("Name and currency are the same" in page) == ("Name and" in said or "tell us the country" in said)


def test_a_version_that_does_not_tell_the_organisation_says_so(
    app: Flask, browser: FlaskClient, wire: Wire
) -> None:
    house = app.extensions["gangway"]
    oldest = make_monite(replace(house.settings, monite_api_version="2023-09-01"))
    app.extensions["gangway"] = replace(house, monite=oldest)
    connected(wire, business_info=None)

    page = words(come_back(browser, statusCode="200"))
    oldest.close()

    assert "Your API version doesn't tell us which organisation it is" in page
    assert "couldn't read" not in page


def test_only_a_clear_no_ends_a_connection(browser: FlaskClient, wire: Wire) -> None:
    connected(wire)
    come_back(browser)

    answer = browser.post("/e/e1/connect/confirm", data={"answer": "perhaps"})

    assert answer.status_code == 422
    assert wire.connection is not None
    assert wire.connection["status"] == "connected"


def test_whoever_connected_it_with_a_link_is_named(browser: FlaskClient, wire: Wire, store: Database) -> None:
    with write(store):
        store.execute("UPDATE attempts SET started_by = 'Priya'")
    connected(wire)

    page = words(main(browser))

    assert "Priya connected it in Xero." in page
    assert "You connected it" not in page
