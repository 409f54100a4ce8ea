"""Signing in, sessions, and the partner's people, as browsers see them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.domain.people import Actor, Role
from app.domain.users import User
from app.services import users
from app.services.sessions import Browser
from app.store import events
from tests.dashboards import open_app
from tests.factories import Clock, make_deps
from tests.web.conftest import NOW, Enter

PASSWORD = "four words that differ"
ADMIN = Actor("Robin Hale", Role.ADMIN)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def live(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The dashboard beside the real Monite: nobody comes in without showing who they are."""
    with open_app(replace(settings, monite_api_url="https://api.monite.com/v1"), clock=clock) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def alex(live: Flask, store: Database, settings: Settings, clock: Clock) -> User:
    """A support agent who may sign in."""
    deps = make_deps(store, settings, clock=clock, actor=ADMIN)
    return users.add(deps, email="alex@partner.example", name="Alex Lind", role="support", password=PASSWORD)


@pytest.fixture
def robin(live: Flask, store: Database, settings: Settings, clock: Clock) -> User:
    """An administrator who may sign in."""
    deps = make_deps(store, settings, clock=clock, actor=ADMIN)
    return users.add(deps, email="robin@partner.example", name="Robin Hale", role="admin", password=PASSWORD)


@pytest.fixture
def admin(live: Flask, robin: User) -> FlaskClient:
    return sign_in(live, "robin@partner.example")


def sign_in(app: Flask, email: str = "alex@partner.example", **more: str) -> FlaskClient:
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 303
    return browser


def wrong(app: Flask, email: str = "alex@partner.example", address: str = "192.0.2.1") -> tuple[int, str]:
    answer = app.test_client().post(
        "/sign-in",
        data={"email": email, "password": "not the right one"},
        environ_overrides={"REMOTE_ADDR": address},
    )
    return answer.status_code, answer.text


def test_without_an_emulator_nobody_chooses_who_they_are(live: Flask) -> None:
    browser = live.test_client()

    assert browser.get("/").headers["Location"] == "/sign-in"
    assert browser.post("/enter", data={"role": "admin"}).status_code == 404


def test_who_wanted_a_page_gets_it_after_the_sign_in(live: Flask, alex: User) -> None:
    browser = live.test_client()

    asked = browser.get("/support/issues")
    assert asked.headers["Location"] == "/sign-in?next=/support/issues"
    answer = browser.post(
        "/sign-in", data={"email": " ALEX@partner.example", "password": PASSWORD, "next": "/support/issues"}
    )

    assert answer.headers["Location"] == "/support/issues"
    assert browser.get("/support/issues").status_code == 200


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "/elsewhere"])
def test_a_sign_in_leads_nowhere_else_on_the_web(live: Flask, alex: User, place: str) -> None:
    answer = live.test_client().post(
        "/sign-in", data={"email": "alex@partner.example", "password": PASSWORD, "next": place}
    )

    assert answer.headers["Location"] == "/support"


def test_an_unknown_address_is_refused_in_the_same_words(live: Flask, alex: User) -> None:
    known, unknown = wrong(live), wrong(live, "nobody@partner.example")

    assert known[0] == unknown[0] == 422
    pages = [BeautifulSoup(page, "html.parser").select_one("main") for _, page in (known, unknown)]
    told, told_too = (page.get_text() for page in pages if page)
    assert "The e-mail address or the password isn't right." in told
    assert told == told_too


def test_after_five_wrong_tries_the_right_password_is_refused_too(
    live: Flask, alex: User, clock: Clock, store: Database
) -> None:
    inside = sign_in(live)
    assert [wrong(live, address=f"192.0.2.{n}")[0] for n in range(6)] == [422] * 5 + [429]

    answer = live.test_client().post("/sign-in", data={"email": "Alex@Partner.example", "password": PASSWORD})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 900
    assert "Wait 15 minutes" in answer.text
    assert inside.get("/support").status_code == 200
    assert [event.note for event in events.find(store, "", kinds=["sign_in_locked"])] == ["Alex Lind"]
    clock.advance(900)
    sign_in(live)


def test_many_guesses_at_once_are_no_more_than_five(live: Flask, alex: User) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: wrong(live)[0], range(12)))

    assert sorted(answers) == [422] * 5 + [429] * 7


def test_an_address_that_tries_many_people_is_refused(live: Flask) -> None:
    assert [wrong(live, f"{n}@partner.example")[0] for n in range(21)] == [422] * 20 + [429]


def test_a_new_token_comes_with_each_sign_in(live: Flask, alex: User) -> None:
    browser = live.test_client()
    browser.set_cookie("gangway_session", "planted by somebody else")

    browser.post("/sign-in", data={"email": "alex@partner.example", "password": PASSWORD})
    first = browser.get_cookie("gangway_session")

    assert first is not None
    assert first.value != "planted by somebody else"
    second = sign_in(live).get_cookie("gangway_session")
    assert second is not None
    assert second.value != first.value


def test_coming_in_anew_ends_what_the_browser_had_before(enter: Enter, store: Database) -> None:
    browser = enter()
    before = browser.get_cookie("gangway_session")
    assert before is not None

    browser.post("/enter", data={"role": "viewer", "entity_id": "e2"})
    thief = enter("viewer", "e2")
    thief.set_cookie("gangway_session", before.value)

    assert browser.get("/e/e2").status_code == 200
    assert thief.get("/e/e1").status_code == 303


def test_the_token_of_forms_is_renewed_too(live: Flask, alex: User) -> None:
    live.config["WTF_CSRF_ENABLED"] = True
    browser = live.test_client()

    before = token(browser.get("/sign-in").text)
    form = {"email": "alex@partner.example", "password": PASSWORD, "csrf_token": before}
    assert browser.post("/sign-in", data=form).status_code == 303
    old = browser.post("/theme", data={"theme": "dark", "csrf_token": before})

    assert old.status_code == 400
    now = token(browser.get("/sessions").text)
    assert browser.post("/theme", data={"theme": "dark", "csrf_token": now}).status_code == 303


def token(html: str) -> str:
    field = BeautifulSoup(html, "html.parser").select_one('input[name="csrf_token"]')
    assert field is not None
    return str(field["value"])


def test_who_signs_out_is_out_even_with_the_cookie_of_before(live: Flask, alex: User) -> None:
    browser = sign_in(live)
    kept = browser.get_cookie("gangway_session")
    assert kept is not None

    browser.post("/sign-out")
    thief = live.test_client()
    thief.set_cookie("gangway_session", kept.value)

    assert browser.get("/support").status_code == 303
    assert thief.get("/support").status_code == 303


def test_all_other_sessions_end_at_once_and_this_one_stays(live: Flask, alex: User) -> None:
    here, there = sign_in(live), sign_in(live)

    assert "End all others" in here.get("/sessions").text
    here.post("/sessions/end-others")

    assert here.get("/support").status_code == 200
    assert there.get("/support").status_code == 303


def test_nobody_ends_the_session_of_somebody_else(
    live: Flask, alex: User, robin: User, store: Database
) -> None:
    theirs = sign_in(live, "robin@partner.example")
    (session_id,) = [row["id"] for row in store.query("SELECT id FROM sessions")]

    assert sign_in(live).post(f"/sessions/{session_id}/end").status_code == 404
    assert theirs.get("/support").status_code == 200


def test_an_owner_ends_the_session_of_a_colleague_but_not_of_a_stranger(
    enter: Enter, store: Database
) -> None:
    colleague, stranger, owner = enter("bookkeeper"), enter("bookkeeper", "e2"), enter("owner")

    ids = [row["id"] for row in store.query("SELECT id FROM sessions ORDER BY created_at, rowid")]

    assert owner.post(f"/sessions/{ids[0]}/end").status_code == 303
    assert owner.post(f"/sessions/{ids[1]}/end").status_code == 404
    assert colleague.get("/e/e1").status_code == 303
    assert stranger.get("/e/e2").status_code == 200


def test_an_administrator_adds_a_person_who_then_signs_in(
    live: Flask, admin: FlaskClient, store: Database
) -> None:
    form = {"name": "Kim Aalto", "email": "kim@partner.example", "role": "support", "password": PASSWORD}

    assert admin.post("/partner/people", data=form).status_code == 303

    assert sign_in(live, "kim@partner.example").get("/support").status_code == 200
    assert "Kim Aalto" in admin.get("/partner/people").text
    (event,) = events.find(store, "", kinds=["user_added"], limit=1)
    assert (event.actor.name, event.became, event.note) == (
        "Robin Hale",
        "support",
        "Kim Aalto (kim@partner.example)",
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("password", "too short", "12 to 200 characters"),
        ("password", "Robin@Partner.example", "is the name or the e-mail address"),
        ("password", "Password 1234", "first that are tried"),
        ("email", "robin@partner.example", "is a user already"),
        ("email", "nobody", "Enter an e-mail address"),
        ("role", "owner", "Choose support or administrator"),
        ("name", " ", "Enter a name"),
    ],
)
def test_what_a_new_person_cannot_be_is_said_at_the_field(
    admin: FlaskClient, field: str, value: str, words: str
) -> None:
    email = "new@partner.example" if value != "Robin@Partner.example" else "robin@partner.example"
    form = {"name": "Kim", "email": email, "role": "support", "password": PASSWORD, field: value}

    answer = admin.post("/partner/people", data=form)

    assert answer.status_code == 422
    assert words in BeautifulSoup(answer.text, "html.parser").select_one(f"#{field}-error").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "data"), [("disable", {}), ("role", {"role": "admin"}), ("password", {"password": PASSWORD})]
)
def test_who_is_changed_loses_all_sessions(
    live: Flask, admin: FlaskClient, alex: User, change: str, data: dict[str, str]
) -> None:
    browser = sign_in(live)

    assert admin.post(f"/partner/people/{alex.id}/{change}", data=data).status_code == 303

    assert browser.get("/support").status_code == 303
    assert admin.get("/partner/people").status_code == 200


def test_who_is_disabled_is_refused_in_the_usual_words_until_enabled(
    live: Flask, admin: FlaskClient, alex: User
) -> None:
    admin.post(f"/partner/people/{alex.id}/disable")
    refused = live.test_client().post("/sign-in", data={"email": alex.email, "password": PASSWORD})
    assert "isn&#39;t right" in refused.text

    admin.post(f"/partner/people/{alex.id}/enable")

    sign_in(live)


def test_the_last_administrator_stays_one(admin: FlaskClient, robin: User) -> None:
    answer = admin.post(f"/partner/people/{robin.id}/disable")

    assert answer.status_code == 422
    assert admin.get("/partner/people").status_code == 200


def test_an_administrator_ends_any_session(
    live: Flask, admin: FlaskClient, alex: User, store: Database
) -> None:
    browser = sign_in(live)
    (row,) = store.query("SELECT id FROM sessions WHERE user_id = ?", [alex.id])

    admin.post(f"/partner/people/sessions/{row['id']}/end")

    assert browser.get("/support").status_code == 303
    assert events.find(store, "", kinds=["session_ended"])[0].actor.name == "Robin Hale"


def test_an_agent_changes_their_own_password_and_stays_here_alone(live: Flask, alex: User) -> None:
    here, there = sign_in(live), sign_in(live)
    form = {"old": PASSWORD, "password": "five other words to keep"}

    assert here.post("/sessions/password", data=form).status_code == 303

    assert here.get("/support").status_code == 200
    assert there.get("/support").status_code == 303
    assert wrong(live)[0] == 422
    refused = live.test_client().post("/sign-in", data={"email": alex.email, "password": PASSWORD})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"old": "something else entirely", "password": "five other words to keep"}, "old"),
        ({"old": PASSWORD, "password": "short"}, "password"),
    ],
)
def test_a_password_is_changed_only_by_whoever_knows_it_and_to_a_good_one(
    live: Flask, alex: User, form: dict[str, str], field: str
) -> None:
    browser = sign_in(live)

    answer = browser.post("/sessions/password", data=form)

    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one(f"#{field}-error")
    assert browser.get("/support").status_code == 200
    sign_in(live)


def test_who_came_by_the_chooser_has_no_password(enter: Enter) -> None:
    assert "Your password" not in enter().get("/sessions").text
    assert enter().post("/sessions/password", data={}).status_code == 404


def test_support_sees_no_list_of_people(live: Flask, alex: User) -> None:
    assert sign_in(live).get("/partner/people").status_code == 403


def test_a_password_stands_nowhere_in_the_store_and_its_hash_on_no_page(
    admin: FlaskClient, store: Database, alex: User
) -> None:
    assert PASSWORD not in "\n".join(store.conn.iterdump())
    assert "argon2" not in admin.get("/partner/people").text + admin.get(f"/partner/people/{alex.id}").text


def test_a_hash_with_older_parameters_is_renewed_at_the_sign_in(
    live: Flask, alex: User, store: Database, settings: Settings, clock: Clock
) -> None:
    stronger = make_deps(store, replace(settings, hashing=(2, 16)), clock=clock)
    users.sign_in(stronger, alex.email, PASSWORD, Browser())

    assert "m=16,t=2" in store.execute("SELECT password_hash FROM users").fetchone()[0]
    users.sign_in(stronger, alex.email, PASSWORD, Browser())
