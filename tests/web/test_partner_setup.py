"""The partner's set-up: checks in words, a key that is not kept, steps that prove themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import requests
import responses
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from requests import PreparedRequest
from sqlite_utils import Database

from app.config import Settings
from app.domain.caps import REACHED
from app.domain.people import Actor, Role
from app.store import events, partner_checks
from app.store.database import to_text, write
from tests import dashboards
from tests.web.conftest import NOW, Enter

BASE = "http://127.0.0.1:9/v1"
RAW = "ztHQGvnC4XN2CgUhaDWEG4ySLUJqWjp7zkbZkGHd"
ENCODED = "enRIUUd2bkM0WE4yQ2dVaGFEV0VHNHlTTFVKcVdqcDd6a2Jaa0dIZA=="
DANA = Actor("Dana Price", Role.OWNER, "e1")
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Partner:
    """Monite as far as the partner itself is concerned."""

    accounting: dict[str, str] | None = None
    api_version: str = "2024-01-31"
    token: tuple[int, Any] = (200, {"access_token": "t", "expires_in": 1800})
    refusal: tuple[int, str] | None = None
    patched: list[Any] = field(default_factory=list)

    def give_token(self, _request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        return self.token[0], {}, json.dumps(self.token[1])

    def settings(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        if request.method == "PATCH":
            self.patched.append(json.loads(request.body or "{}"))
            if self.refusal:
                return self.refusal[0], {}, json.dumps({"error": {"message": self.refusal[1]}})
            self.accounting = self.patched[-1]["accounting"]
        return 200, {}, json.dumps({"api_version": self.api_version, "accounting": self.accounting})


@pytest.fixture
def partner() -> Iterator[Partner]:
    monite = Partner()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.add_callback("POST", f"{BASE}/auth/token", monite.give_token)
        wire.add_callback("GET", f"{BASE}/settings", monite.settings)
        wire.add_callback("PATCH", f"{BASE}/settings", monite.settings)
        yield monite


@pytest.fixture
def browser(enter: Enter) -> FlaskClient:
    return enter("admin", "")


def page(browser: FlaskClient) -> BeautifulSoup:
    answer = browser.get("/partner/setup")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def result(browser: FlaskClient, line: str) -> str:
    """What a line says after it was checked."""
    assert browser.post(f"/partner/setup/check/{line}").status_code == 303
    found = page(browser).find(id=f"result-{line}")
    assert found is not None
    return found.get_text(" ", strip=True)


def step(browser: FlaskClient, key: str) -> str:
    found = page(browser).find(id=f"step-{key}")
    assert found is not None
    return found.get_text(" ", strip=True)


def test_nothing_is_claimed_before_it_was_checked(browser: FlaskClient) -> None:
    results = page(browser).select(".check-result .tag")

    assert {tag.get_text(strip=True) for tag in results} == {"Not checked yet"}


def test_credentials_are_proved_by_a_token(browser: FlaskClient, partner: Partner) -> None:
    words = result(browser, "credentials")

    assert "Token received, valid 30 minutes." in words
    assert "Robin Hale" in words


def test_the_client_secret_is_not_shown_even_if_monite_repeats_it(
    settings: Settings, partner: Partner
) -> None:
    secret = "a-secret-that-is-long-enough-9f31"
    partner.token = (401, {"error": {"message": f"no client has {secret}"}})
    with dashboards.open_app(replace(settings, monite_client_secret=secret), clock=lambda: NOW) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        browser.post("/enter", data={"role": "admin"})

        words = result(browser, "credentials")

        assert "Monite refused the client id or the secret: “no client has …”." in words
        assert "••••••••9f31" in page(browser).get_text()
        assert secret not in browser.get("/partner/setup").text


def test_a_monite_that_does_not_answer_is_told_with_what_to_do(browser: FlaskClient) -> None:
    with responses.RequestsMock():
        words = result(browser, "credentials")

    assert "Doesn't work" in words
    assert "Check MONITE_API_URL" in words


@pytest.mark.parametrize("pasted", [f"Basic {ENCODED}", ENCODED, RAW])
def test_the_key_goes_to_monite_and_nothing_but_its_ending_stays(
    browser: FlaskClient, partner: Partner, store: Database, pasted: str
) -> None:
    answer = browser.post("/partner/setup/key", data={"key": pasted}, follow_redirects=True)

    assert partner.patched == [{"accounting": {"provider": "codat", "token": ENCODED}}]
    assert "Monite has a key for Codat, ending in “kGHd”." in answer.text
    assert RAW not in answer.text
    assert ENCODED not in answer.text
    assert not any(secret in line for line in store.conn.iterdump() for secret in (RAW, ENCODED))


def test_storing_a_key_is_told_in_the_audit_trail_by_the_endings(
    browser: FlaskClient, partner: Partner, store: Database
) -> None:
    browser.post("/partner/setup/key", data={"key": RAW})
    browser.post("/partner/setup/key", data={"key": RAW[::-1]})

    told = list(store.query("SELECT kind, actor_name, was, became, entity_id FROM events ORDER BY id"))[-2:]
    assert [(row["was"], row["became"]) for row in told] == [(None, "kGHd"), ("kGHd", "QHtz")]
    assert {(row["kind"], row["actor_name"], row["entity_id"]) for row in told} == {
        ("provider_key_stored", "Robin Hale", "")
    }


def test_what_can_not_be_a_key_is_refused_beside_its_field_and_not_shown_again(
    browser: FlaskClient, partner: Partner
) -> None:
    answer = browser.post("/partner/setup/key", data={"key": RAW[:-3]})

    assert answer.status_code == 422
    assert "a part of it may be missing" in answer.text
    assert RAW[:-3] not in answer.text
    assert partner.patched == []


def test_a_refusal_that_repeats_the_key_is_told_without_it(
    browser: FlaskClient, partner: Partner, store: Database
) -> None:
    partner.refusal = (400, f"{ENCODED} is not good")

    answer = browser.post("/partner/setup/key", data={"key": RAW})

    assert answer.status_code == 422
    assert "Monite didn&#39;t take the key: … is not good" in answer.text
    assert not any(ENCODED in line for line in store.conn.iterdump())


@pytest.mark.parametrize(
    ("accounting", "words"),
    [
        (None, "Monite has no key"),
        ({"provider": "codat", "token": "bm90IGEga2V5Og=="}, "isn't encoded as Codat wants it"),
        ({"provider": "codat", "token": "****"}, "doesn't tell how that ends"),
        ({"provider": "codat"}, "doesn't tell how that ends"),
        ({"provider": "railz", "token": "x"}, "Monite goes through Railz"),
    ],
)
def test_the_providers_key_is_told_as_monite_has_it(
    browser: FlaskClient, partner: Partner, accounting: dict[str, str] | None, words: str
) -> None:
    partner.accounting = accounting

    assert words in result(browser, "provider")


def test_a_version_that_differs_from_monites_own_is_told(browser: FlaskClient, partner: Partner) -> None:
    assert "Monite answers in version 2024-01-31." in result(browser, "version")
    partner.api_version = "2024-05-25"
    assert "its own background work goes by 2024-05-25" in result(browser, "version")


def test_htmx_gets_the_line_alone_and_its_words_are_announced(browser: FlaskClient, partner: Partner) -> None:
    answer = browser.post("/partner/setup/check/credentials", headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert 'hx-swap-oob="innerHTML:#live"' in answer.text


def test_a_line_that_does_not_exist_is_not_checked(browser: FlaskClient) -> None:
    assert browser.post("/partner/setup/check/everything").status_code == 404


def test_checking_everything_checks_each_line(
    browser: FlaskClient, partner: Partner, store: Database
) -> None:
    browser.post("/partner/setup/check")

    assert len(partner_checks.find(store)) == 5


def test_a_monite_that_is_away_is_asked_once_for_everything(browser: FlaskClient, store: Database) -> None:
    with responses.RequestsMock() as wire:
        wire.post(f"{BASE}/auth/token", body=requests.ConnectionError())
        browser.post("/partner/setup/check")

        assert len(wire.calls) == 1
    found = {line.value: check.result.code for line, check in partner_checks.find(store).items()}
    assert found.pop("xero_cap") == "cap_room"
    assert found.pop("credentials") == "no_answer"
    assert set(found.values()) == {"not_reached"}


@pytest.mark.parametrize(("used", "word"), [(3, "In order"), (4, "Needs attention"), (5, "Doesn't work")])
def test_the_meter_warns_at_four_fifths(
    app: Flask, browser: FlaskClient, store: Database, used: int, word: str
) -> None:
    house = app.extensions["gangway"]
    app.extensions["gangway"] = replace(house, settings=replace(house.settings, xero_cap=5))
    with write(store):
        for n in range(used):
            store.execute(
                """
                INSERT INTO connections
                    (id, entity_id, status, platform, created_at, updated_at, raw, seen_at)
                VALUES (?, ?, 'connected', 'xero', ?, ?, '{}', ?)
                """,
                [f"c{n}", f"x{n}", *[to_text(NOW)] * 3],
            )

    assert word in result(browser, "xero_cap")


def test_a_secret_of_codats_is_kept_encrypted(browser: FlaskClient, store: Database) -> None:
    answer = browser.post(
        "/partner/setup/secrets/codat_events", data={"secret": SIGNING}, follow_redirects=True
    )

    assert "Kept encrypted since" in answer.text
    assert SIGNING not in answer.text
    assert not any(SIGNING in line for line in store.conn.iterdump())
    kinds = [row["kind"] for row in store.query("SELECT kind FROM events ORDER BY id")]
    assert kinds[-1] == "webhook_secret_kept"


@pytest.mark.parametrize(
    ("name", "secret", "status"),
    [
        ("codat_events", "", 422),
        ("codat_events", "not whsec", 422),
        ("codat_events", "whsec_%%%", 422),
        ("codat_rules", "short", 422),
        ("codat_rules", "Bearer 12345678901234567\r\nX: y", 422),
        ("monite_webhooks", SIGNING, 404),
    ],
)
def test_what_can_not_be_a_secret_is_not_kept(
    browser: FlaskClient, store: Database, name: str, secret: str, status: int
) -> None:
    answer = browser.post(f"/partner/setup/secrets/{name}", data={"secret": secret})

    assert answer.status_code == status
    assert list(store.query("SELECT * FROM secrets")) == []


def test_a_secret_can_be_forgotten(browser: FlaskClient, store: Database) -> None:
    browser.post("/partner/setup/secrets/codat_events", data={"secret": SIGNING})

    browser.post("/partner/setup/secrets/codat_events", data={"forget": "1"})

    assert list(store.query("SELECT * FROM secrets")) == []


def test_a_step_elsewhere_can_be_marked_by_a_person_and_is_not_called_proved(browser: FlaskClient) -> None:
    browser.post("/partner/setup/steps/codat_rules", data={"done": "1"})

    assert "Robin Hale marked it as done" in step(browser, "codat_rules")
    assert "Proved" not in step(browser, "codat_rules")
    browser.post("/partner/setup/steps/codat_rules", data={"done": "0"})
    assert "Can't be proved from here" in step(browser, "codat_rules")


def test_a_step_that_proves_itself_can_not_be_marked(browser: FlaskClient) -> None:
    assert browser.post("/partner/setup/steps/token", data={"done": "1"}).status_code == 422


def test_a_checked_line_proves_the_step_of_the_guide(browser: FlaskClient, partner: Partner) -> None:
    browser.post("/partner/setup/check/credentials")

    assert "Proved" in step(browser, "token")


@pytest.mark.parametrize("version", ["2023-09-01", "2024-05-25"])
def test_where_the_provider_is_set_up_by_hand_there_is_no_field_for_a_key(
    settings: Settings, version: str
) -> None:
    with dashboards.open_app(replace(settings, monite_api_version=version), clock=lambda: NOW) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        browser.post("/enter", data={"role": "admin"})

        shown = page(browser)
        refused = browser.post("/partner/setup/key", data={"key": RAW})

    assert shown.find(id="key") is None
    assert shown.find(id="step-handed_over") is not None
    assert "{statusCode}" not in shown.get_text()
    assert refused.status_code == 422


def test_the_sandbox_is_called_so_on_every_page(settings: Settings) -> None:
    sandbox = replace(
        settings,
        monite_api_url="https://api.sandbox.monite.com/v1",
        public_url="https://gangway.example.com",
    )
    with dashboards.open_app(sandbox, clock=lambda: NOW) as app:
        answer = app.test_client().get("/sign-in", base_url="https://gangway.example.com")

    shown = BeautifulSoup(answer.text, "html.parser")
    assert "environment for tests" in shown.select(".ribbon")[0].get_text()
    assert "Sandbox" in shown.select("footer")[0].get_text()


def test_who_was_turned_away_at_the_limit_is_found_by_the_reference(
    browser: FlaskClient, store: Database
) -> None:
    with write(store):
        events.add(store, "", NOW, REACHED, DANA, object_type="entity", object_id="e1", note="7F3K")

    row = page(browser).select_one("#line-xero_cap tbody tr")

    assert row is not None
    assert row.get_text(" ", strip=True).startswith("7F3K Harbour Lane Coffee Ltd")


def test_a_test_that_arrives_nowhere_is_told(browser: FlaskClient, partner: Partner) -> None:
    browser.post("/partner/setup/secrets/codat_events", data={"secret": SIGNING})

    answer = browser.post("/partner/setup/webhooks/codat_events/test", follow_redirects=True)

    assert "Nobody answered at http://localhost/webhooks/codat" in answer.text
    assert browser.post("/partner/setup/webhooks/pigeons/test").status_code == 404


@pytest.mark.parametrize("role", ["owner", "bookkeeper", "viewer", "support"])
def test_nobody_but_an_administrator_sees_it(enter: Enter, role: str) -> None:
    browser = enter(role, "e1")

    assert browser.get("/partner/setup").status_code == 403
    assert browser.post("/partner/setup/key", data={"key": RAW}).status_code == 403
