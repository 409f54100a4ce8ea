"""The partner's backend asks for a launch link, and a browser comes in by it, once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import responses
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from app.config import Settings
from app.store import events
from tests.dashboards import open_app
from tests.factories import Clock
from tests.web.conftest import NOW

KEY = "a-key-of-the-partner-for-tests"
API = "https://api.monite.com/v1"
WANTED = {"entity_id": "e1", "role": "bookkeeper", "name": "Priya Nair"}


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    live = replace(settings, monite_api_url=API, partner_key=KEY, public_url="https://gangway.example.com")
    with open_app(live, clock=clock) as app:
        app.config["WTF_CSRF_ENABLED"] = True
        yield app


def ask(app: Flask, key: str = KEY, **changes: Any) -> TestResponse:
    body = {name: value for name, value in (WANTED | changes).items() if value is not None}
    return app.test_client().post(
        "/api/launch-links",
        json=body,
        headers={"Authorization": f"Bearer {key}"},
        base_url="https://localhost",
    )


def make(app: Flask, **changes: Any) -> str:
    """The path of a new link."""
    answer = ask(app, **changes)
    assert answer.status_code == 201
    return str(answer.json["url"]).removeprefix("https://gangway.example.com")  # type: ignore[index]


def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def visit(browser: FlaskClient, path: str, method: str = "GET", **more: Any) -> TestResponse:
    return browser.open(path, method=method, base_url="https://localhost", **more)


def test_a_link_lets_one_person_into_one_business(app: Flask, store: Database) -> None:
    browser = visitor(app)

    answer = visit(browser, make(app))

    assert answer.headers["Location"] == "/e/e1"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Priya Nair" in visit(browser, "/e/e1").text
    assert visit(browser, "/e/e2").status_code == 403
    assert visit(browser, "/partner/people").status_code == 403


def test_the_answer_says_where_and_until_when(app: Flask, store: Database) -> None:
    answer = ask(app)

    assert set(answer.json) == {"url", "expires_at"}  # type: ignore[arg-type]
    assert answer.json["expires_at"] == "2025-05-09T09:52:00Z"  # type: ignore[index]
    assert answer.headers["Cache-Control"] == "no-store"


def test_with_https_the_cookies_are_the_hosts_own_and_secure(app: Flask, store: Database) -> None:
    answer = visit(visitor(app), make(app))
    cookies = answer.headers.getlist("Set-Cookie")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    (own,) = [cookie for cookie in cookies if cookie.startswith("__Host-gangway_session=")]
    assert "Secure" in own
    assert "HttpOnly" in own
    assert "Path=/" in own
    assert "Domain" not in own


def test_a_link_works_once(app: Flask, store: Database) -> None:
    path, first = make(app), visitor(app)
    visit(first, path)

    again = visit(visitor(app), path)

    assert again.status_code == 410
    assert "This link was used already" in again.text
    assert visit(first, path).headers["Location"] == "/e/e1"


def test_of_many_browsers_at_once_one_gets_in(app: Flask, store: Database) -> None:
    path = make(app)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: visit(visitor(app), path).status_code, range(6)))

    assert sorted(answers) == [303, 410, 410, 410, 410, 410]


def test_a_link_is_too_old_after_ten_minutes(app: Flask, store: Database, clock: Clock) -> None:
    path = make(app)
    clock.advance(600)

    answer = visit(visitor(app), path)

    assert answer.status_code == 410
    assert "This link is too old" in answer.text
    assert "open it again" in answer.text


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch;prerender"}), ("GET", {"X-Moz": "prefetch"})],
)
def test_looking_ahead_does_not_use_a_link_up(
    app: Flask, store: Database, method: str, headers: dict[str, str]
) -> None:
    path = make(app)

    seen = visit(visitor(app), path, method, headers=headers)

    assert "Set-Cookie" not in seen.headers
    assert visit(visitor(app), path).headers["Location"] == "/e/e1"


def test_whoever_is_in_already_is_asked_first(app: Flask, store: Database) -> None:
    browser = visitor(app)
    visit(browser, make(app, name="Dana Price", role="owner"))
    path = make(app)

    asked = visit(browser, path)
    assert "Go on as Priya Nair" in asked.text
    assert "Dana Price" in visit(browser, "/e/e1").text
    (form,) = BeautifulSoup(asked.text, "html.parser").select("main form")
    field = form.select_one('input[name="csrf_token"]')
    visit(browser, str(form["action"]), "POST", data={"csrf_token": field["value"]})  # type: ignore[index]

    assert "Priya Nair" in visit(browser, "/e/e1").text


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/e/e1/connect/return", "/e/e1/connect/return"),
        ("/e/e2/connect/return", "/e/e1"),
        ("//evil", "/e/e1"),
    ],
)
def test_who_was_signed_out_on_the_way_back_carries_on_by_a_new_link(
    app: Flask, store: Database, wanted: str, place: str
) -> None:
    browser = visitor(app)
    asked = visit(browser, f"/sign-in?next={wanted}")
    assert ("Your connection is safe" in asked.text) == wanted.endswith("/return")

    assert visit(browser, make(app)).headers["Location"] == place


def test_going_on_as_somebody_else_wants_the_form_of_this_site(app: Flask, store: Database) -> None:
    browser = visitor(app)
    visit(browser, make(app, name="Dana Price", role="owner"))

    assert visit(browser, make(app), "POST").status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"role": "admin"}, 422, "role must be owner, bookkeeper or viewer."),
        ({"role": None}, 422, "role is needed, as text."),
        ({"name": "x" * 81}, 422, "name must have 1 to 80 printable characters."),
        ({"name": 7}, 422, "name is needed, as text."),
        ({"entity_id": "../partner"}, 422, "entity_id must be an id as Monite gives it."),
        ({"email": "x@example.com"}, 422, "Unknown field 'email': send entity_id, role, name only."),
    ],
)
def test_a_body_that_cannot_be_used_is_explained(
    app: Flask, store: Database, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = ask(app, **changes)

    assert (answer.status_code, answer.json) == (status, {"error": {"message": words}})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"x" * 20_000, b"[" * 9_000])
def test_a_body_that_is_no_object_is_refused_as_json(app: Flask, store: Database, body: bytes) -> None:
    answer = app.test_client().post(
        "/api/launch-links", data=body, headers={"Authorization": f"Bearer {KEY}"}
    )

    assert answer.status_code == 422
    assert "JSON object" in answer.json["error"]["message"]  # type: ignore[index]


def test_wrong_keys_are_refused_and_slowed_down_but_the_right_one_passes(app: Flask, store: Database) -> None:
    answers = [ask(app, key="wrong") for _ in range(21)]

    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert answers[0].headers["WWW-Authenticate"].startswith("Bearer")
    assert answers[-1].headers["Retry-After"] == "900"
    assert ask(app).status_code == 201


def test_without_a_key_there_are_no_launch_links(app: Flask, store: Database, settings: Settings) -> None:
    with open_app(settings, clock=lambda: NOW) as practice:
        answer = ask(practice, key="")

    assert answer.status_code == 404
    assert "GANGWAY_PARTNER_KEY" in answer.json["error"]["message"]  # type: ignore[index]


@responses.activate
def test_an_entity_that_is_not_known_yet_is_asked_of_monite(app: Flask, store: Database) -> None:
    responses.post(
        f"{API}/auth/token", json={"access_token": "t", "token_type": "Bearer", "expires_in": 1800}
    )
    responses.get(
        f"{API}/entities/e3",
        json={
            "id": "e3",
            "type": "organization",
            "status": "active",
            "organization": {"legal_name": "New Ltd"},
        },
    )
    responses.get(f"{API}/entities/e4", status=404, json={"error": {"message": "Object type not found"}})

    browser = visitor(app)
    visit(browser, make(app, entity_id="e3"))

    assert "New Ltd" in visit(browser, "/e/e3").text
    assert ask(app, entity_id="e4").status_code == 404


def test_a_guess_finds_nothing_and_many_are_refused(app: Flask, store: Database) -> None:
    found = [visit(visitor(app), f"/launch/guess-{n}").status_code for n in range(31)]

    assert found == [404] * 30 + [429]


def test_the_trail_tells_who_was_let_in(app: Flask, store: Database) -> None:
    path = make(app)
    visit(visitor(app), path)

    told = [(event.kind, event.actor.name, event.note) for event in events.find(store, "e1")]

    assert told == [
        ("came_in", "Priya Nair", "launch"),
        ("launch_link_made", "partner's backend", "Priya Nair"),
    ]
    assert path.removeprefix("/launch/") not in "\n".join(store.conn.iterdump())
