"""The dashboard's connect pages against a real emulator, as a browser with scripts off sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.config import Settings
from app.domain.people import SYSTEM
from app.domain.resources import CONNECTION, ENTITIES, EVERYBODY, IMPORTED
from app.factory import create_app
from app.monite.client import Monite
from app.services import refresh
from app.services.deps import Deps
from app.store import entities, events, holds
from app.store.database import connect
from tests import empty_files
from tests.emulator_servers import Running, serve
from tests.factories import ENCRYPTION_KEY


@dataclass
class Walk:
    """One browser, the emulator, and a worker that works when it is told to."""

    emulator: Running
    browser: FlaskClient
    settings: Settings
    monite: Monite
    entity_id: str

    @property
    def home(self) -> str:
        return f"/e/{self.entity_id}"

    def read(self, entity_id: str, *resources: str) -> None:
        with closing(connect(self.settings.database)) as db:
            deps = Deps(db, self.monite, self.settings, SYSTEM, lambda: datetime.now(UTC), lambda: None)
            for resource in resources:
                refresh.read_now(deps, entity_id, resource)

    def work(self) -> None:
        """Read what an import brings, as the worker does."""
        self.read(self.entity_id, CONNECTION, *IMPORTED)

    def start(self, platform: str = "xero", **more: str) -> TestResponse:
        return self.browser.post(f"{self.home}/connect/start", data={"platform": platform, **more})

    def connections(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.emulator.client(self.entity_id).get("/accounting_connections")[
            "data"
        ]
        return found

    def sign_in(self, organisation: str | None = None) -> None:
        """Do what the provider's pages do, then come back as the provider sends people back."""
        body = {"organisation": organisation} if organisation else {}
        standing = next(c for c in self.connections() if c["status"] == "pending_auth")
        self.emulator.control("POST", f"/connections/{standing['id']}/authorise", body)

    def kinds(self) -> list[str]:
        with closing(connect(self.settings.database)) as db:
            return [event.kind for event in events.find(db, self.entity_id)]


@pytest.fixture
def walk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """A walk; another API version is asked for as the fixture's parameter."""
    with serve(tmp_path) as emulator:
        state = emulator.state()
        settings = Settings(
            monite_api_url=f"{emulator.url}/v1",
            monite_client_id=state["client_id"],
            monite_client_secret=state["client_secret"],
            instance=tmp_path,
            secret_key="only for tests",
            encryption_keys=(ENCRYPTION_KEY,),
            monite_api_version=getattr(request, "param", "2024-01-31"),
        )
        monite = Monite(
            settings.monite_api_url,
            settings.monite_client_id,
            settings.monite_client_secret,
            settings.monite_api_version,
        )
        empty_files.store(settings.database).close()
        app = create_app(settings, monite=monite, wake=lambda: None)
        app.config["WTF_CSRF_ENABLED"] = False
        found = Walk(emulator, app.test_client(), settings, monite, emulator.entity_id("Fernlight"))
        found.read(EVERYBODY, ENTITIES)
        found.browser.post("/enter", data={"role": "owner", "entity_id": found.entity_id})
        yield found
        app.extensions["gangway"].connections.close()
        monite.close()


def test_starting_leads_to_the_sign_in_with_sending_on_hold(walk: Walk) -> None:
    answer = walk.start()

    assert answer.status_code == 303
    assert answer.headers["Location"] == walk.connections()[0]["connection_url"]
    rules = walk.emulator.client(walk.entity_id).get("/accounting_sync_rules")["push_statuses"]
    assert rules == {"payable": [], "receivable": []}
    with closing(connect(walk.settings.database)) as db:
        held = holds.find(db, walk.entity_id)
    assert held is not None
    assert held.confirmed_at is not None


def test_starting_twice_continues_the_same_way(walk: Walk) -> None:
    first = walk.start()

    assert walk.start().headers["Location"] == first.headers["Location"]
    assert len(walk.connections()) == 1


def test_starting_again_ends_the_old_way_first(walk: Walk) -> None:
    first = walk.start().headers["Location"]
    second = walk.start("quickbooks_online", afresh="1").headers["Location"]

    assert first != second
    assert sorted(c["status"] for c in walk.connections()) == ["disconnected", "pending_auth"]


def test_the_way_back_finds_the_entity_and_asks_whether_it_is_the_right_one(walk: Walk) -> None:
    walk.start()
    walk.sign_in()

    answer = walk.browser.get("/connect/return?statusCode=200", follow_redirects=True)

    assert answer.request.path == f"{walk.home}/connect/confirm"
    assert "Is this the right organisation?" in answer.text
    assert "Nothing is sent until you" in answer.text


def test_the_currency_of_the_business_is_asked_for_and_held_against_the_books(walk: Walk) -> None:
    with closing(connect(walk.settings.database)) as db:
        before = entities.get(db, walk.entity_id)
        walk.start()
        walk.sign_in()
        page = walk.browser.get("/connect/return", follow_redirects=True).text
        walk.read(EVERYBODY, ENTITIES)
        after = entities.get(db, walk.entity_id)

    assert before is not None
    assert after is not None
    assert (before.currency, after.currency) == (None, "GBP")
    assert "Name and currency are the same as here." in page


def test_a_yes_is_kept_and_leads_to_the_import(walk: Walk) -> None:
    walk.start()
    walk.sign_in()
    walk.browser.get("/connect/return")

    answer = walk.browser.post(f"{walk.home}/connect/confirm", data={"answer": "yes"})
    walk.work()
    page = walk.browser.get(f"{walk.home}/import").text

    assert answer.headers["Location"] == f"{walk.home}/import"
    assert "Import finished" in page
    assert (page.count(">Done<"), page.count(">Partly done<")) == (2, 2)
    assert page.count("not matched, see below") == 2
    assert {"connect_started", "connected", "organisation_confirmed", "import_finished"} <= set(walk.kinds())


def test_the_wrong_organisation_is_cut_off_before_anything_is_sent(walk: Walk) -> None:
    walk.start()
    walk.sign_in("Rook Lettings Ltd")
    page = walk.browser.get("/connect/return", follow_redirects=True).text
    assert "isn't the same as here" in page

    answer = walk.browser.post(f"{walk.home}/connect/confirm", data={"answer": "no"}, follow_redirects=True)

    assert answer.request.path == f"{walk.home}/connect"
    assert "nothing was sent to it" in answer.text
    assert [c["status"] for c in walk.connections()] == ["disconnected"]


def test_cancelling_is_said_plainly_and_can_be_repeated(walk: Walk) -> None:
    walk.start()

    page = walk.browser.get(
        "/connect/return?statusCode=403&errorMessage=User+cancelled.", follow_redirects=True
    )

    assert "You didn't give access." in page.text
    assert "Try again" in page.text
    assert walk.start().status_code == 303


def test_a_provider_that_says_it_was_refused_does_not_outweigh_the_connection(walk: Walk) -> None:
    walk.start()
    walk.sign_in()

    answer = walk.browser.get("/connect/return?statusCode=403", follow_redirects=True)

    assert answer.request.path == f"{walk.home}/connect/confirm"


def test_within_the_first_half_minute_there_is_no_error(walk: Walk) -> None:
    walk.start()

    page = walk.browser.get("/connect/return", follow_redirects=True).text

    assert "Checking with Xero" in page
    assert 'class="tag tag-err"' not in page


@pytest.mark.parametrize("kind", ["api_down", "garbage", "no_answer", "server_error", "rate_limited"])
def test_when_the_service_does_not_answer_nothing_is_started_and_the_choice_stays(
    walk: Walk, kind: str
) -> None:
    walk.emulator.control("POST", "/faults", {"kind": kind})

    answer = walk.start("quickbooks_online")

    assert answer.status_code == 502
    assert "Nothing was started" in answer.text
    assert 'value="quickbooks_online" checked' in answer.text
    walk.emulator.control("DELETE", "/faults")
    assert walk.connections() == []


def test_a_second_browser_cannot_start_a_second_connection(walk: Walk) -> None:
    walk.start()
    walk.sign_in()

    answer = walk.start()

    assert answer.headers["Location"] == f"{walk.home}/connection"
    assert len(walk.connections()) == 1


def test_disconnecting_says_what_stays_and_can_be_followed_by_a_new_start(walk: Walk) -> None:
    walk.start()
    walk.sign_in()
    walk.browser.get("/connect/return")
    before = walk.browser.get(f"{walk.home}/connection/disconnect").text
    assert "What stays" in before

    walk.browser.post(f"{walk.home}/connection/disconnect")

    assert [c["status"] for c in walk.connections()] == ["disconnected"]
    assert "Reconnect" in walk.browser.get(f"{walk.home}/connection").text
    assert walk.start().status_code == 303
    assert walk.kinds().count("disconnected") == 1


def test_a_disconnect_without_an_answer_is_kept_and_shown(walk: Walk) -> None:
    walk.start()
    walk.sign_in()
    walk.browser.get("/connect/return")
    walk.emulator.control("POST", "/faults", {"kind": "api_down"})

    page = walk.browser.post(f"{walk.home}/connection/disconnect", follow_redirects=True).text

    assert "Disconnecting" in page
    assert "We keep trying" in page


def test_importing_again_asks_the_service_and_says_so_in_the_history(walk: Walk) -> None:
    walk.start()
    walk.sign_in()
    walk.browser.get("/connect/return")
    walk.work()

    page = walk.browser.post(f"{walk.home}/import", follow_redirects=True).text

    assert "The import has started" in page
    assert "import_started" in walk.kinds()


def test_a_stranger_with_somebody_elses_cookie_sees_nothing(walk: Walk) -> None:
    walk.start()
    other = walk.browser.application.test_client()
    cookie = walk.browser.get_cookie("gangway_attempt")
    assert cookie is not None
    other.set_cookie("gangway_attempt", cookie.value)

    answer = other.get("/connect/return", follow_redirects=True)

    assert answer.request.path == "/"


@pytest.mark.parametrize("walk", ["2024-01-31", "2024-05-25"], indirect=True)
def test_whoever_was_sent_a_link_connects_with_either_style_of_provider(walk: Walk) -> None:
    codat = walk.settings.monite_api_version == "2024-01-31"
    page = walk.browser.post(f"{walk.home}/connect/share", data={"platform": "xero"}, follow_redirects=True)
    address = re.search(r"/c/[\w-]+", page.text)
    assert address is not None
    priya = walk.browser.application.test_client()
    asked = priya.get(address[0]).text
    assert ("their Xero organisation" if codat else "their accounting system") in asked

    left = priya.post(address[0], data={"name": "Priya"})
    assert left.headers["Location"] == walk.connections()[0]["connection_url"]
    back = priya.get("/connect/return", follow_redirects=True)
    assert "Checking with " in back.text
    walk.sign_in()

    assert "Thank you. Dana Price has been told." in priya.get(address[0]).text
    assert "by “Priya”" in walk.browser.get(page.request.path).text
    assert {"link_opened", "connect_started", "connected", "link_finished"} <= set(walk.kinds())
