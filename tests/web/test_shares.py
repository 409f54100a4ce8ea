"""A link for the person who holds the login: both sides of it, in two browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from app.config import Settings
from app.store import events
from app.store.database import write
from tests.dashboards import open_app
from tests.factories import make_monite
from tests.web.conftest import NOW, Enter
from tests.wire import Wire, on_the_wire

LINK = "/e/e1/connect/share"
LOOK = {"Accept": "text/html"}


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        yield wire


def words(answer: TestResponse) -> str:
    page = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert page is not None
    return " ".join(page.get_text().split())


@dataclass
class Two:
    """Dana, who owns the business, and Priya, who holds the login, each in a browser of their own."""

    app: Flask
    store: Database
    wire: Wire
    dana: FlaskClient
    priya: FlaskClient

    def make(self, platform: str = "xero") -> TestResponse:
        return self.dana.post(LINK, data={"platform": platform}, follow_redirects=True)

    @property
    def path(self) -> str:
        """The page of the newest link."""
        return self.dana.get(LINK).headers["Location"]

    def address(self) -> str:
        """The address of the newest link, without the host."""
        page = BeautifulSoup(self.dana.get(LINK, follow_redirects=True).text, "html.parser")
        field = page.select_one("#address")
        assert field is not None
        return str(field["value"]).removeprefix("http://localhost")

    def go(self, address: str, name: str = "Priya (accountant)") -> TestResponse:
        return self.priya.post(address, data={"name": name})

    def sign_in(self) -> None:
        """Priya gives access at the provider."""
        assert self.wire.connection is not None
        self.wire.connection |= {"status": "connected"}

    def back(self, query: str = "statusCode=200") -> TestResponse:
        return self.priya.get(f"/connect/return?{query}", follow_redirects=True)

    def at(self, now: datetime) -> None:
        house = self.app.extensions["gangway"]
        self.app.extensions["gangway"] = replace(house, clock=lambda: now)

    def kinds(self) -> list[str]:
        return [event.kind for event in reversed(events.find(self.store, "e1"))]


@pytest.fixture
def two(app: Flask, store: Database, wire: Wire, enter: Enter) -> Two:
    return Two(app, store, wire, enter(), app.test_client())


def test_the_sender_sees_the_address_until_when_it_works_and_a_message(two: Two) -> None:
    shown = two.make()

    assert re.search(r"/c/[\w-]{43}$", two.address())
    assert "Works until Mon 12 May, 09:42" in words(shown)
    assert "Can you connect our Xero to Gangway?" in shown.text
    assert "Not opened yet" in words(shown)


def test_the_receiver_reads_who_asks_for_what_and_nothing_else_of_the_business(two: Two) -> None:
    two.make()
    with two.store.conn:
        two.store.execute(
            "INSERT INTO products (id, entity_id, name, updated_at, raw, seen_at)"
            " VALUES ('p1', 'e1', 'Oat milk', '', '{}', '')"
        )

    answer = two.priya.get(two.address(), headers=LOOK)

    asked = "Dana Price at Harbour Lane Coffee Ltd asks you to connect their Xero organisation to Gangway."
    assert asked in words(answer)
    assert "A Xero user with the Standard or Adviser role" in words(answer)
    assert "Oat milk" not in answer.text
    assert "/e/e1" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_looking_at_a_link_is_seen_by_the_sender_and_uses_nothing_up(two: Two) -> None:
    two.make()
    address = two.address()

    for _ in range(3):
        two.priya.get(address, headers=LOOK)

    assert "Opened today 09:42" in words(two.dana.get(two.path))
    assert two.go(address).status_code == 303
    assert two.kinds().count("link_opened") == 1


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
def test_a_browser_that_fetches_ahead_has_not_opened_the_link(two: Two, headers: dict[str, str]) -> None:
    two.make()

    two.priya.get(two.address(), headers=headers)
    two.priya.head(two.address())
    two.dana.get(two.address())

    assert "link_opened" not in two.kinds()


def test_the_button_leads_to_the_sign_in_in_the_name_that_was_given(two: Two) -> None:
    two.make()

    answer = two.go(two.address(), " Priya\r\n (accountant) ")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://link.codat.io/company/c1"
    started = events.latest(two.store, "e1", "connect_started")
    assert started is not None
    assert (started.actor.name, started.actor.role.value) == ("Priya (accountant)", "invited")
    assert "“Priya (accountant)” went on to Xero today 09:42" in words(two.dana.get(two.path))


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_without_a_usable_name_nothing_is_started(two: Two, name: str) -> None:
    two.make()

    answer = two.go(two.address(), name)

    assert answer.status_code == 422
    assert "Enter your name" in words(answer)
    assert two.wire.connection is None


def test_finished_is_told_to_both_sides(two: Two) -> None:
    two.make()
    address, page = two.address(), two.path
    two.go(address)
    two.sign_in()

    answer = two.back()

    assert "Thank you. Dana Price has been told. You can close this page." in words(answer)
    assert "Finished today 09:42 by “Priya (accountant)”" in words(two.dana.get(page))
    assert two.kinds()[-1] == "link_finished"


def test_the_beat_of_each_side_brings_the_news_once(two: Two) -> None:
    two.make()
    address, page = two.address(), two.path
    beat = BeautifulSoup(two.dana.get(page).text, "html.parser").select_one("#beat")
    assert beat is not None
    two.go(address)
    waiting = BeautifulSoup(two.back("").text, "html.parser").select_one("#beat")
    assert waiting is not None
    assert "share-state" in two.dana.get(str(beat["hx-get"])).text
    two.sign_in()
    two.priya.get(address)

    theirs = two.priya.get(str(waiting["hx-get"])).text

    assert "has been told" in theirs
    assert "hx-get" not in theirs
    ours = two.dana.get(str(beat["hx-get"])).text
    assert "Finished today" in ours
    again = BeautifulSoup(ours, "html.parser").select_one("#beat")
    assert again is not None
    assert "Finished today" not in two.dana.get(str(again["hx-get"])).text


def test_another_browser_cannot_use_a_link_that_was_used(two: Two) -> None:
    two.make()
    address = two.address()
    two.go(address)
    stranger = two.app.test_client()

    refused = stranger.post(address, data={"name": "Mallory"}, follow_redirects=True)

    assert "This link was already used today 09:42." in words(refused)
    assert "ask Dana Price for a new one" in words(refused)
    assert "Priya" not in words(refused)
    assert two.kinds().count("connect_started") == 1


def test_the_same_browser_may_go_on_until_it_is_finished(two: Two) -> None:
    two.make()
    address = two.address()
    two.go(address)

    assert "You began today 09:42 and didn't finish" in words(two.priya.get(address))
    assert two.go(address).status_code == 303
    two.sign_in()
    two.back()

    over = two.priya.post(address, data={"name": "Priya"}, follow_redirects=True)
    assert "Thank you." in words(over)


def test_who_cancels_can_try_again(two: Two) -> None:
    two.make()
    address = two.address()
    two.go(address)

    answer = two.back("statusCode=403&errorMessage=User+cancelled")

    assert "You didn't give access. Nothing was connected" in words(answer)
    form = BeautifulSoup(answer.text, "html.parser").select_one("#invitation form")
    assert form is not None
    assert form["action"] == address
    assert two.go(address).status_code == 303


def test_a_link_that_could_not_start_anything_is_free_for_any_browser(two: Two) -> None:
    two.make()
    address = two.address()
    two.wire.is_down = True

    failed = two.go(address)
    two.wire.is_down = False

    assert failed.status_code == 502
    assert "Nothing was started" in words(failed)
    assert two.app.test_client().post(address, data={"name": "Sam"}).status_code == 303


def test_a_new_link_stops_the_old_one(two: Two) -> None:
    two.make()
    old, page = two.address(), two.path
    two.make()

    assert two.address() != old
    assert "This link was replaced by a newer one." in words(two.priya.get(old))
    assert two.go(old).status_code == 303
    assert two.wire.connection is None
    assert "Replaced by a newer link" in words(two.dana.get(page))


def test_a_withdrawn_link_says_so_on_both_sides(two: Two) -> None:
    two.make()
    address, page = two.address(), two.path

    two.dana.post(f"{page}/withdraw")

    assert "This link was withdrawn. Ask Dana Price" in words(two.priya.get(address))
    assert "Withdrawn today 09:42 by Dana Price" in words(two.dana.get(page))
    two.go(address)
    assert two.wire.connection is None


@pytest.mark.parametrize("by", ["withdrawing it", "making a new one"])
def test_ending_a_link_ends_the_sign_in_address_of_whoever_set_out_with_it(two: Two, by: str) -> None:
    two.make()
    page = two.path
    two.go(two.address())
    assert two.wire.connection is not None
    assert two.wire.connection["status"] == "pending_auth"

    if by == "withdrawing it":
        two.dana.post(f"{page}/withdraw")
    else:
        two.make()

    assert two.wire.connection["status"] == "disconnected"
    assert "disconnected" in two.kinds()


def test_a_link_works_for_three_days(two: Two, enter: Enter) -> None:
    two.make()
    address, page = two.address(), two.path
    two.at(NOW + timedelta(days=3, seconds=-1))
    assert "Your name" in words(two.priya.get(address))

    two.at(NOW + timedelta(days=3))

    assert "This link worked until Mon 12 May, 09:42." in words(two.priya.get(address))
    two.go(address)
    assert two.wire.connection is None
    assert "Expired" in words(enter().get(page))


def test_a_link_is_of_no_use_once_the_owner_has_connected(two: Two) -> None:
    two.make()
    address, page = two.address(), two.path
    two.dana.post("/e/e1/connect/start", data={"platform": "xero"})
    two.sign_in()
    two.dana.get("/connect/return?statusCode=200", follow_redirects=True)

    assert "It is connected already." in words(two.priya.get(address))
    assert "Connected another way" in words(two.dana.get(page))
    assert "link_finished" not in two.kinds()


def test_where_the_system_is_chosen_later_no_system_is_named(two: Two) -> None:
    house = two.app.extensions["gangway"]
    railz = make_monite(replace(house.settings, monite_api_version="2024-05-25"))
    two.app.extensions["gangway"] = replace(house, monite=railz)

    two.make()
    shown = words(two.priya.get(two.address()))
    railz.close()

    assert "asks you to connect their accounting system to Gangway." in shown
    assert "Continue to your accounting system" in shown


def test_what_was_never_a_link_leads_nowhere_and_guessing_is_slowed_down(two: Two) -> None:
    answers = [two.priya.get(f"/c/guess-{n}") for n in range(31)]

    assert {answer.status_code for answer in answers[:30]} == {404}
    assert "This link doesn't lead anywhere" in words(answers[0])
    assert answers[30].status_code == 429
    assert int(answers[30].headers["Retry-After"]) > 0


def test_a_link_of_another_business_is_not_shown(two: Two, enter: Enter) -> None:
    two.make()
    link_id = two.path.rsplit("/", 1)[1]

    assert enter("owner", "e2").get(f"/e/e2/connect/share/{link_id}").status_code == 404
    assert enter("owner", "e2").post(f"/e/e2/connect/share/{link_id}/withdraw").status_code == 404


def test_who_may_not_share_sees_no_address(two: Two, enter: Enter) -> None:
    two.make()

    shown = enter("viewer").get(two.path)

    assert "/c/" not in shown.text
    assert "Only an owner can see the link's address." in words(shown)


def test_a_form_from_another_site_uses_nothing_up(two: Two) -> None:
    two.make()
    address = two.address()
    two.app.config["WTF_CSRF_ENABLED"] = True

    answer = two.go(address)

    assert answer.status_code == 400
    assert "Nothing was started." in words(answer)
    assert two.wire.connection is None


def test_support_makes_a_link_once_they_have_said_why(two: Two, enter: Enter) -> None:
    alex = enter("support")
    refused = alex.post(LINK, data={"platform": "xero"})
    alex.post("/support/e/e1/act", data={"reason": "Dana asked on the phone"})

    made = alex.post(LINK, data={"platform": "xero"}, follow_redirects=True)

    assert refused.status_code == 403
    assert "Can you connect the Xero of Harbour Lane Coffee Ltd to Gangway?" in made.text
    asked = "Alex Lind at Gangway asks you to connect the Xero organisation of Harbour Lane Coffee Ltd"
    assert asked in words(two.priya.get(two.address()))
    event = events.latest(two.store, "e1", "link_made")
    assert event is not None
    assert event.actor.reason == "Dana asked on the phone"


def test_the_way_back_renews_itself_without_a_script(two: Two) -> None:
    two.make()
    two.go(two.address())

    page = BeautifulSoup(two.back("").text, "html.parser")

    assert page.select_one("noscript meta[http-equiv=refresh]") is not None
    assert "Checking with Xero…" in page.get_text()


def test_pressing_the_button_twice_is_the_same_browser_both_times(two: Two) -> None:
    two.make()
    address = two.address()
    two.priya.get(address)
    twin = two.app.test_client()
    cookie = two.priya.get_cookie("gangway_invited")
    assert cookie is not None
    twin.set_cookie("gangway_invited", cookie.value)

    answers = [two.go(address), twin.post(address, data={"name": "Priya"})]

    assert [answer.headers["Location"] for answer in answers] == ["https://link.codat.io/company/c1"] * 2


def test_a_link_that_ended_meanwhile_offers_no_other_try(two: Two) -> None:
    two.make()
    address = two.address()
    two.go(address)
    two.at(NOW + timedelta(days=3))

    answer = two.back("statusCode=403&errorMessage=User+cancelled")

    assert "You didn't give access." in words(answer)
    assert "The link doesn't work any more. Ask Dana Price for a new one." in words(answer)
    assert BeautifulSoup(answer.text, "html.parser").select_one("#invitation form") is None


def test_whoever_came_by_a_link_is_told_from_the_people_of_the_business(two: Two) -> None:
    two.make()
    two.go(two.address(), "Dana Price")

    assert "Dana Price, by a link" in words(two.dana.get("/e/e1/connection/history"))


def test_without_a_place_at_xero_the_receiver_reads_the_reference_too(two: Two) -> None:
    two.make()
    house = two.app.extensions["gangway"]
    settings = replace(house.settings, xero_cap=1)
    two.app.extensions["gangway"] = replace(house, settings=settings)
    connection = {"id": "c9", "entity_id": "e2", "status": "connected", "platform": "xero"}
    times = dict.fromkeys(("created_at", "updated_at", "seen_at"), NOW.isoformat())
    with write(two.store):
        two.store.table("connections").insert({**connection, **times, "raw": "{}"})

    answer = two.go(two.address())

    assert answer.status_code == 409
    assert "can't add another Xero organisation right now. We've told them. Reference " in words(answer)
    assert two.wire.connection is None
    told = events.latest(two.store, "", "xero_cap_reached")
    assert told is not None
    assert f"Reference {told.note}." in words(answer)


def test_an_address_that_is_a_secret_is_not_logged(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    two.make()
    address = two.address()
    two.app.config["PROPAGATE_EXCEPTIONS"] = False
    with two.store.conn:
        two.store.execute("ALTER TABLE entities RENAME TO away")

    assert two.priya.get(address).status_code == 500

    assert "/c/<token>" in caplog.text
    assert address not in caplog.text


def test_over_https_the_form_is_taken_and_the_cookie_is_the_hosts_own(two: Two, settings: Settings) -> None:
    two.make()
    address = two.address()
    with open_app(replace(settings, public_url="https://gangway.example.com"), clock=lambda: NOW) as app:
        app.config["WTF_CSRF_ENABLED"] = True
        priya = app.test_client()
        shown = priya.get(address, base_url="https://localhost")
        field = BeautifulSoup(shown.text, "html.parser").select_one("[name=csrf_token]")
        assert field is not None

        sent = {"name": "Priya", "csrf_token": str(field["value"])}
        answer = priya.post(address, data=sent, base_url="https://localhost")

    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert answer.status_code == 303
    cookies = [c for c in shown.headers.getlist("Set-Cookie") if c.startswith("__Host-gangway_invited=")]
    assert "Secure; HttpOnly" in cookies[0]
