"""How each way in is set up: asked for at Monite, tried, and watched for silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import responses
from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import InputError, UnavailableError
from app.domain.webhooks import Channel, Outcome, redactions
from app.domain.webhooks.silences import quiet_since
from app.services import secrets, webhooks
from app.services.deps import Deps
from app.services.webhooks.subscriptions import SUBSCRIBED
from app.store import events
from app.store import webhooks as rows
from tests.factories import NOW, Clock, make_deps, make_settings
from tests.webhook_samples import LINK, keep_secrets, monite_event, monite_headers, raw

ADDRESS = "http://127.0.0.1:2/webhooks/monite"
BASE = "http://127.0.0.1:1/v1"
SUBSCRIPTIONS = f"{BASE}/webhook_subscriptions"
HOUR = timedelta(hours=1)


@pytest.fixture
def deps(db: Database, settings: Settings) -> Deps:
    return make_deps(db, make_settings(settings.instance, public_url="http://127.0.0.1:2"), clock=Clock())


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        wire.post(f"{BASE}/auth/token", json={"access_token": "t1", "expires_in": 1800})
        yield wire


def subscription(**changes: Any) -> dict[str, Any]:
    types = ["connected", "disconnected", "deauthorized", "pending_auth"]
    values = {"id": "s1", "object_type": "accounting_connection", "event_types": types, "url": ADDRESS}
    return values | {"status": "enabled"} | changes


def listed(wire: responses.RequestsMock, *found: dict[str, Any]) -> None:
    wire.get(SUBSCRIPTIONS, json={"data": list(found), "next_pagination_token": None})


def test_monite_is_asked_once_and_its_secret_is_kept(deps: Deps, wire: responses.RequestsMock) -> None:
    listed(
        wire,
        subscription(id="other", url="https://elsewhere.example/hook"),
        subscription(object_type="payable"),
    )
    wire.post(SUBSCRIPTIONS, status=201, json=subscription(secret="whsec_1"))

    did = webhooks.subscribe(deps)

    assert (did.id, did.address, did.did) == ("s1", ADDRESS, "made")
    sent = json.loads(wire.calls[-1].request.body or "")
    assert sent == {"object_type": "accounting_connection", "url": ADDRESS, "event_types": []}
    assert secrets.reveal(deps, secrets.MONITE_WEBHOOKS) == "whsec_1"
    told = events.latest(deps.db, "", SUBSCRIBED)
    assert told is not None
    assert "whsec" not in repr(told)


def test_a_subscription_that_stands_is_left_alone(deps: Deps, wire: responses.RequestsMock) -> None:
    keep_secrets(deps)
    listed(wire, subscription())

    assert webhooks.subscribe(deps).did == "unchanged"
    assert events.latest(deps.db, "", SUBSCRIBED) is None


def test_one_that_was_switched_off_or_narrowed_is_put_right(deps: Deps, wire: responses.RequestsMock) -> None:
    keep_secrets(deps)
    listed(wire, subscription(status="disabled", event_types=["connected"]))
    wire.patch(f"{SUBSCRIPTIONS}/s1", json=subscription())
    wire.post(f"{SUBSCRIPTIONS}/s1/enable", json=subscription())

    assert webhooks.subscribe(deps).did == "mended"


def test_a_second_one_to_our_address_is_switched_off(deps: Deps, wire: responses.RequestsMock) -> None:
    keep_secrets(deps)
    listed(wire, subscription(id="off", status="disabled"), subscription(), subscription(id="s2"))
    wire.post(f"{SUBSCRIPTIONS}/s2/disable", json=subscription(id="s2", status="disabled"))

    assert webhooks.subscribe(deps).id == "s1"


def renewed(deps: Deps, wire: responses.RequestsMock, **options: bool) -> str:
    listed(wire, subscription())
    wire.post(f"{SUBSCRIPTIONS}/s1/regenerate_secret", json=subscription(secret="whsec_new"))
    assert webhooks.subscribe(deps, **options).did == "renewed"
    return secrets.reveal(deps, secrets.MONITE_WEBHOOKS) or ""


def test_a_lost_secret_is_replaced_by_a_new_one(deps: Deps, wire: responses.RequestsMock) -> None:
    assert renewed(deps, wire) == "whsec_new"


def test_a_new_secret_can_be_had_at_any_time(deps: Deps, wire: responses.RequestsMock) -> None:
    keep_secrets(deps)

    assert renewed(deps, wire, afresh=True) == "whsec_new"


def test_a_secret_that_fits_no_message_any_more_is_replaced(deps: Deps, wire: responses.RequestsMock) -> None:
    keep_secrets(deps)
    body = raw(monite_event())
    webhooks.receive(deps, "/webhooks/monite", monite_headers(body, NOW, "whsec_of another"), body)

    assert renewed(deps, wire) == "whsec_new"


def test_an_answer_without_a_secret_is_no_subscription(deps: Deps, wire: responses.RequestsMock) -> None:
    listed(wire)
    wire.post(SUBSCRIPTIONS, status=201, json=subscription())

    with pytest.raises(UnavailableError):
        webhooks.subscribe(deps)


def test_monite_is_not_asked_to_post_where_it_cannot(db: Database, settings: Settings) -> None:
    live = make_settings(
        settings.instance, monite_api_url="https://api.monite.com/v1", public_url="http://127.0.0.1:5000"
    )

    with pytest.raises(InputError, match="GANGWAY_PUBLIC_URL"):
        webhooks.subscribe(make_deps(db, live))


def test_the_earliest_version_has_another_path(
    db: Database, settings: Settings, wire: responses.RequestsMock
) -> None:
    early = make_settings(settings.instance, monite_api_version="2023-09-01", public_url="http://127.0.0.1:2")
    wire.get(f"{BASE}/webhook_settings", json={"data": [], "next_pagination_token": None})
    wire.post(f"{BASE}/webhook_settings", status=201, json=subscription(secret="whsec_1"))

    assert webhooks.subscribe(make_deps(db, early)).did == "made"


def test_a_test_message_says_that_nobody_answers(deps: Deps) -> None:
    keep_secrets(deps)

    trial = webhooks.send_test(deps, Channel.CODAT_RULES)

    assert not trial.passed
    assert trial.words.startswith("Nobody answered at http://127.0.0.1:2/webhooks/codat")


def test_a_test_message_needs_a_secret(deps: Deps) -> None:
    assert "no secret" in webhooks.send_test(deps, Channel.MONITE).words


@pytest.mark.parametrize(("status", "words"), [(200, "Something else answers"), (403, "answered 403")])
def test_a_test_message_says_when_somebody_else_answers(deps: Deps, status: int, words: str) -> None:
    keep_secrets(deps)
    with responses.RequestsMock() as wire:
        wire.post(ADDRESS, status=status)
        trial = webhooks.send_test(deps, Channel.MONITE)

    assert not trial.passed
    assert words in trial.words


@pytest.mark.parametrize("channel", Channel)
def test_a_test_message_is_signed_as_its_channel_signs(deps: Deps, channel: Channel) -> None:
    keep_secrets(deps)

    def arrive(request: Any) -> tuple[int, dict[str, str], str]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return (401 if webhooks.receive(deps, request.path_url, headers, request.body) else 200), {}, ""

    with responses.RequestsMock() as wire:
        wire.add_callback("POST", webhooks.address_of(deps.settings, channel), callback=arrive)
        trial = webhooks.send_test(deps, channel)
    webhooks.run_due(deps, 1)

    assert trial.passed
    assert rows.find(deps.db)[0].outcome is Outcome.HANDLED
    state = next(one for one in webhooks.channels(deps) if one.channel is channel)
    assert (len(state.last), state.last_at) == (1, None)


@pytest.mark.parametrize(
    ("heard", "set_up", "connected", "silent"),
    [
        ([], [], 5, False),
        ([], [24 * HOUR], 0, False),
        ([], [24 * HOUR], 5, True),
        ([2 * HOUR], [24 * HOUR], 5, False),
        ([4 * HOUR], [24 * HOUR], 5, True),
        ([4 * HOUR, HOUR], [24 * HOUR], 5, False),
        ([4 * HOUR], [HOUR], 5, False),
    ],
)
def test_codat_is_silent_when_it_says_nothing_for_three_hours_though_something_is_connected(
    heard: list[timedelta], set_up: list[timedelta], connected: int, silent: bool
) -> None:
    since = quiet_since(
        [NOW - ago for ago in heard], [NOW - ago for ago in set_up], connected, now=NOW, interval=HOUR
    )

    assert (since is not None) is silent


def test_a_longer_interval_makes_for_a_longer_silence() -> None:
    assert quiet_since([NOW - 20 * HOUR], [NOW - 99 * HOUR], 1, now=NOW, interval=24 * HOUR) is None


def test_a_message_is_shown_without_names_and_links() -> None:
    link = "https://link-api.codat.io/companies/1/connections/2/start?otp=secret"
    body = {
        "id": "m1",
        "eventType": "connection.connected",
        "payload": {
            "referenceCompany": {
                "id": "c1",
                "description": LINK,
                "name": "Fernlight Studio Ltd",
                "tags": {"owner": "Dana Price"},
            },
            "connection": {"linkUrl": link, "status": "Linked", "contact": "dana@fernlight.example"},
            "deep": json.loads("[" * 20 + "]" * 20),
        },
    }

    shown = redactions.shown(json.dumps(body))

    for secret in ("Fernlight", "Dana", "otp", "fernlight.example"):
        assert secret not in shown
    for kept in ("connection.connected", "Linked", "F. S. L.", "link-api.codat.io/…", '"c1"', LINK):
        assert kept in shown
