"""Messages on their way to a real listener: what arrives, how often, and signed with what."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.emulator.store import clock, outgoing
from app.emulator.store.database import write
from app.emulator.sync.deliveries import Deliverer
from tests.emulator_clients import Body, Face
from tests.emulator_listeners import Listener, listening


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody who takes every message."""
    with listening() as made:
        yield made


@pytest.fixture
def subscription(monite: Face, listener: Listener) -> Body:
    """The listener's subscription to products."""
    made: Body = monite.send(
        "POST", "/webhook_subscriptions", {"object_type": "product", "url": listener.url}
    ).json
    return made


def happen(monite: Face, name: str = "Tea") -> Body:
    """A product is created; returns it."""
    response = monite.send("POST", "/products", {"name": name})
    assert response.status_code == 201, response.text
    made: Body = response.json
    return made


def advance(monite: Face, seconds: float) -> None:
    """Move the emulator's clock."""
    assert monite.control("POST", "/clock", {"advance_seconds": seconds}).status_code == 200


def delivery(monite: Face) -> Body:
    """The only delivery."""
    (found,) = monite.get("/webhook_deliveries")["data"]
    row: Body = found
    return row


def is_signed(heard: Any, secret: str) -> bool:
    """What Monite's documentation tells a listener to check."""
    parts = dict(part.split("=", 1) for part in heard.headers["monite-signature"].split(","))
    mac = hmac.new(secret.encode(), parts["t"].encode() + b"." + heard.raw, hashlib.sha256)
    return hmac.compare_digest(mac.hexdigest(), parts["v1"]) and abs(time.time() - int(parts["t"])) <= 300


def test_word_of_what_happened_has_arrived_with_the_answer(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    product = happen(monite)

    (heard,) = listener.heard
    (event,) = monite.get("/events")["data"]
    assert heard.json == {**event, "webhook_subscription_id": subscription["id"]}
    assert heard.json["object"] == {"id": product["id"]}
    assert heard.headers["content-type"] == "application/json"
    assert is_signed(heard, subscription["secret"])
    assert not is_signed(heard, "whsec_another")
    assert delivery(monite) == {
        "id": delivery(monite)["id"],
        "event_id": event["id"],
        "requests_made_count": 1,
        "response": "",
        "response_status_code": 200,
        "url": listener.url,
        "was_successful": True,
    }


def test_a_signature_bears_the_machines_time_wherever_the_emulators_clock_is(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    advance(monite, 86400)
    happen(monite)

    assert is_signed(listener.heard[0], subscription["secret"])


def test_the_body_is_that_of_the_version_in_the_partners_settings(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    monite.send("PATCH", "/settings", {"api_version": "2023-09-01"})
    product = happen(monite)

    (body,) = listener.bodies
    assert (body["api_version"], body["object_id"]) == ("2023-09-01", product["id"])
    assert {"object", "description"}.isdisjoint(body)


def test_a_message_that_failed_comes_again_with_the_same_id_until_it_is_taken(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    listener.fail(2)
    happen(monite)
    assert delivery(monite) | {"id": 0, "event_id": 0} == {
        "id": 0,
        "event_id": 0,
        "requests_made_count": 1,
        "response": "no",
        "response_status_code": 500,
        "url": listener.url,
        "was_successful": False,
    }

    advance(monite, 1)
    assert len(listener.heard) == 2
    advance(monite, 5)

    assert len({body["id"] for body in listener.bodies}) == 1
    assert (delivery(monite)["requests_made_count"], delivery(monite)["was_successful"]) == (3, True)
    advance(monite, 3600)
    assert len(listener.heard) == 3


def test_a_clock_moved_far_ahead_runs_all_tries_and_then_it_is_given_up(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    listener.fail(100)
    happen(monite)

    advance(monite, 3600)

    assert len(listener.heard) == 4
    assert (delivery(monite)["requests_made_count"], delivery(monite)["was_successful"]) == (4, False)
    state = monite.control("GET", "/webhooks").json
    assert state["channels"]["monite"] == {"waiting": 0, "delivered": 0, "failed": 1}


def test_a_redirect_is_not_followed(monite: Face, listener: Listener, subscription: Body) -> None:
    listener.answers = [(302, {"Location": "/elsewhere"}, "")]
    happen(monite)

    assert [heard.path for heard in listener.heard] == ["/hook"]
    assert delivery(monite)["response_status_code"] == 302


def test_nobody_listening_is_a_failure_without_a_status(monite: Face) -> None:
    body = {"object_type": "product", "url": "http://127.0.0.1:1/nobody"}
    monite.send("POST", "/webhook_subscriptions", body)
    happen(monite)

    assert delivery(monite)["response_status_code"] is None
    assert delivery(monite)["requests_made_count"] == 1


def test_nothing_leaves_this_machine_and_the_log_says_so(monite: Face, listener: Listener) -> None:
    body = {"object_type": "product", "url": "https://example.com/your-webhook-listener"}
    monite.send("POST", "/webhook_subscriptions", body)
    happen(monite)

    assert delivery(monite)["response"].startswith("Not sent")
    assert (delivery(monite)["response_status_code"], delivery(monite)["was_successful"]) == (None, False)


@pytest.mark.skipif(sys.platform != "linux", reason="only there every 127.x.y.z can be listened at")
@pytest.mark.parametrize("anywhere", [False, True])
def test_a_redirect_leads_away_from_this_machine_only_where_that_is_set(
    monite: Face, listener: Listener, anywhere: bool
) -> None:
    with listening("127.0.0.2") as foreign:
        listener.answers = [(307, {"Location": foreign.url}, "")]
        settings = replace(monite.app.extensions["emulator_settings"], sends_anywhere=anywhere)
        deliverer = Deliverer(settings)
        with write(monite.db) as db:
            outgoing.add(db, "codat_rules", message_id="1", url=listener.url, secret=None, body="{}")
        deliverer.run_due(monite.db)
        deliverer.stop()

    assert len(listener.heard) == 1
    assert len(foreign.heard) == int(anywhere)


def test_a_long_answer_is_cut(monite: Face, listener: Listener, subscription: Body) -> None:
    listener.answers = [(200, {}, "x" * 100_000)]
    happen(monite)

    assert delivery(monite)["response"] == "x" * 1000
    assert delivery(monite)["was_successful"] is True


def test_only_the_types_and_events_that_were_asked_for_are_sent(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    monite.send("PATCH", f"/webhook_subscriptions/{subscription['id']}", {"event_types": ["deleted"]})
    product = happen(monite)
    monite.send("POST", "/payables", {"currency": "EUR"})
    monite.send("DELETE", f"/products/{product['id']}")

    assert [body["action"] for body in listener.bodies] == ["product.deleted"]


@pytest.mark.parametrize("switch_off", [("POST", "/disable"), ("DELETE", "")])
def test_a_subscription_that_is_off_or_gone_gets_nothing_more_not_even_what_waits(
    monite: Face, listener: Listener, subscription: Body, switch_off: tuple[str, str]
) -> None:
    listener.fail(1)
    happen(monite)
    method, path = switch_off
    monite.send(method, f"/webhook_subscriptions/{subscription['id']}{path}")

    happen(monite, "Coffee")
    advance(monite, 60)

    assert len(listener.heard) == 1


def test_a_repeat_is_signed_with_the_secret_of_that_moment(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    listener.fail(1)
    happen(monite)
    path = f"/webhook_subscriptions/{subscription['id']}/regenerate_secret"
    fresh = monite.send("POST", path).json["secret"]

    advance(monite, 1)

    first, second = listener.heard
    assert is_signed(first, subscription["secret"])
    assert is_signed(second, fresh)
    assert not is_signed(second, subscription["secret"])


def test_what_waits_goes_to_the_new_address(monite: Face, listener: Listener) -> None:
    made = monite.send(
        "POST", "/webhook_subscriptions", {"object_type": "product", "url": "http://127.0.0.1:1/"}
    ).json
    happen(monite)
    monite.send("PATCH", f"/webhook_subscriptions/{made['id']}", {"url": listener.url})

    advance(monite, 1)

    assert len(listener.heard) == 1
    assert delivery(monite)["url"] == listener.url


def test_deliveries_are_filtered(monite: Face, listener: Listener, subscription: Body) -> None:
    product = happen(monite)
    monite.send("DELETE", f"/products/{product['id']}")
    first = monite.get("/events")["data"][0]["id"]

    def found(query: str) -> int:
        return len(monite.get(f"/webhook_deliveries?{query}")["data"])

    assert found("") == 2
    assert found(f"event_id={first}") == found("event_action=deleted") == 1
    assert found("event_action=product.created") == found("limit=1") == 1
    assert found("object_type=payable") == found("created_at__lt=2020-01-01T00:00:00Z") == 0


def test_a_slow_listener_holds_up_neither_another_one_nor_the_file(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    with listening() as slow:
        slow.patient.clear()
        monite.send("POST", "/webhook_subscriptions", {"object_type": "product", "url": slow.url})
        began = time.monotonic()
        happen(monite)
        with write(monite.db):
            pass
        assert 1 <= time.monotonic() - began < 5
        assert len(listener.heard) == len(slow.heard) == 1
        happen(monite, "Coffee")
        assert len(listener.heard) == 2
        slow.patient.set()
        monite.app.extensions["emulator_deliverer"].run_due(monite.db, patience=10)
    counts = [row["requests_made_count"] for row in monite.get("/webhook_deliveries")["data"]]
    assert counts == [1, 1, 1, 1]


def test_many_messages_arrive_in_their_order(monite: Face, listener: Listener, subscription: Body) -> None:
    made = [happen(monite, f"Tea {number}")["id"] for number in range(20)]

    assert [body["object"]["id"] for body in listener.bodies] == made


def test_a_message_that_was_sent_and_not_noted_is_sent_again_with_its_id(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    listener.patient.clear()
    happen(monite)
    # As after a kill: what the first process had on the line is not noted, and another one begins.
    again = Deliverer(monite.app.extensions["emulator_settings"])
    threading.Timer(0.2, listener.patient.set).start()
    again.run_due(monite.db)
    again.stop()

    first, second = listener.bodies
    assert first == second
    assert delivery(monite)["was_successful"] is True


def test_a_deliverer_that_was_started_sends_by_itself(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    with write(monite.db) as db:
        outgoing.add(db, "codat_rules", message_id="1", url=listener.url, secret=None, body="{}")
    deliverer = Deliverer(monite.app.extensions["emulator_settings"])
    deliverer.start()
    try:
        until = time.monotonic() + 10
        while not listener.heard and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        deliverer.stop()

    assert len(listener.heard) == 1


# Faults


def arm(monite: Face, kind: str, **more: Any) -> None:
    """Break something on purpose."""
    assert monite.control("POST", "/faults", {"kind": kind, **more}).status_code == 201


@pytest.mark.parametrize("scoped", [True, False])
def test_a_lost_webhook_never_arrives(
    monite: Face, listener: Listener, subscription: Body, scoped: bool
) -> None:
    entity = {"entity_id": monite.entity_id} if scoped else {}
    arm(monite, "webhook_lost", count=1, **entity)
    happen(monite, "Lost")
    kept = happen(monite, "Kept")
    advance(monite, 3600)

    assert [body["object"]["id"] for body in listener.bodies] == [kept["id"]]
    lost = monite.get("/webhook_deliveries")["data"][0]
    assert (lost["requests_made_count"], lost["was_successful"]) == (0, False)


def test_a_fault_of_another_entity_touches_nothing_here(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    arm(monite, "webhook_lost", entity_id=monite.add_entity("Other"))
    happen(monite)

    assert len(listener.heard) == 1


def test_a_doubled_webhook_arrives_twice_with_one_id(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    arm(monite, "webhook_doubled", count=1)
    happen(monite)
    happen(monite, "Coffee")

    ids = [body["id"] for body in listener.bodies]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]


def test_webhooks_out_of_order_arrive_the_later_one_first(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    arm(monite, "webhook_out_of_order")
    made = [happen(monite, name)["id"] for name in "abcd"]

    assert [body["object"]["id"] for body in listener.bodies] == [made[1], made[0], made[3], made[2]]


def test_a_webhook_that_nothing_overtakes_is_late_and_not_lost(
    monite: Face, listener: Listener, subscription: Body
) -> None:
    arm(monite, "webhook_out_of_order", count=1)
    happen(monite)
    assert listener.heard == []

    advance(monite, 3)

    assert len(listener.heard) == 1


# Codat's channels


def add_consumer(monite: Face, url: str, style: str) -> str:
    """One of Codat's listeners."""
    consumer_id = str(uuid4())
    with write(monite.db) as db:
        db.execute(
            "INSERT INTO codat_consumers (id, style, url, created_at) VALUES (?, ?, ?, ?)",
            [consumer_id, style, url, clock.stamp(clock.now(db))],
        )
    return consumer_id


def send_codat(monite: Face, listener: Listener, channel: Any, reference: str | None = None) -> None:
    """A message of Codat's, sent as soon as it is due."""
    with write(monite.db) as db:
        outgoing.add(
            db,
            channel,
            message_id=f"msg_{uuid4()}",
            url=listener.url,
            secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" if channel == "codat_events" else None,
            body=json.dumps({"ClientId": "c1"}),
            reference=reference,
        )
    advance(monite, 0)


def test_codats_rules_follow_redirects_and_stop_at_a_500(monite: Face, listener: Listener) -> None:
    listener.answers = [(307, {"Location": "/elsewhere"}, ""), (500, {}, "")]
    send_codat(monite, listener, "codat_rules")
    advance(monite, 3600)

    assert [heard.path for heard in listener.heard] == ["/hook", "/elsewhere"]
    assert listener.heard[1].json == {"ClientId": "c1"}
    assert listener.heard[0].headers["x-codat-clientid"] == "c1"


@pytest.mark.parametrize("location", ["http://[::1", "http://\xff\xfe/", "mailto:a@b.c"])
def test_a_redirect_to_nowhere_is_a_failure_like_any_other(
    monite: Face, listener: Listener, location: str
) -> None:
    listener.answers = [(302, {"Location": location}, "")] * 9
    send_codat(monite, listener, "codat_rules")
    advance(monite, 3600)

    channels = monite.control("GET", "/webhooks").json["channels"]
    assert channels["codat_rules"] == {"waiting": 0, "delivered": 0, "failed": 1}


def test_a_header_that_cannot_be_sent_holds_up_nothing(monite: Face, listener: Listener) -> None:
    for secret in ("Bearer €", "Bearer a\nb", "Bearer abc"):
        with write(monite.db) as db:
            outgoing.add(db, "codat_rules", message_id="1", url=listener.url, secret=secret, body="{}")
    advance(monite, 3600)

    assert [heard.headers["authorization"] for heard in listener.heard] == ["Bearer abc"]
    assert monite.control("GET", "/webhooks").json["channels"]["codat_rules"]["waiting"] == 0


def test_codats_rules_respect_retry_after(monite: Face, listener: Listener) -> None:
    listener.fail(1, 429, Retry_After="45")
    send_codat(monite, listener, "codat_rules")

    advance(monite, 44)
    assert len(listener.heard) == 1
    advance(monite, 2)
    assert len(listener.heard) == 2


def test_codats_events_keep_their_id_over_a_day_of_repeats(monite: Face, listener: Listener) -> None:
    listener.fail(8)
    send_codat(monite, listener, "codat_events")
    advance(monite, timedelta(hours=28).total_seconds())

    assert len(listener.heard) == 8
    assert len({heard.headers["webhook-id"] for heard in listener.heard}) == 1
    assert all(heard.headers["webhook-signature"].startswith("v1,") for heard in listener.heard)


def test_an_endpoint_that_fails_for_five_days_is_sent_nothing_more(monite: Face, listener: Listener) -> None:
    consumer = add_consumer(monite, listener.url, "events")
    listener.fail(1000)
    for _ in range(7):
        send_codat(monite, listener, "codat_events", consumer)
        advance(monite, 86400)
    tried = len(listener.heard)

    send_codat(monite, listener, "codat_events", consumer)

    assert len(listener.heard) == tried
    row = next(monite.db.query("SELECT * FROM codat_consumers"))
    assert row["failing_since"] < row["disabled_at"]


def test_one_success_begins_the_five_days_anew(monite: Face, listener: Listener) -> None:
    consumer = add_consumer(monite, listener.url, "events")
    for failing in (True, True, True, False, True, True, True):
        listener.answers = []
        listener.fail(50 if failing else 0)
        send_codat(monite, listener, "codat_events", consumer)
        advance(monite, 86400)

    assert next(monite.db.query("SELECT * FROM codat_consumers"))["disabled_at"] is None


def test_a_consumer_that_is_gone_gets_nothing_more(monite: Face, listener: Listener) -> None:
    send_codat(monite, listener, "codat_events", reference=str(uuid4()))

    assert listener.heard == []
