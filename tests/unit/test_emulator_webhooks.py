"""Webhook subscriptions and events as Monite's API shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.emulator.config import load_settings
from app.emulator.rules.events import OBJECT_TYPES
from tests.emulator_clients import Body, Face

URL = "https://example.com/your-webhook-listener"
MISSING = "7e209570-afd5-4078-ac33-b8e7409fa790"
QUARTER = 93 * 24 * 3600


def subscribe(monite: Face, object_type: str = "accounting_connection", **more: Any) -> Body:
    """A subscription as it is answered when it is made."""
    response = monite.send("POST", "/webhook_subscriptions", {"object_type": object_type, "url": URL, **more})
    assert response.status_code == 201, response.text
    made: Body = response.json
    return made


def actions(monite: Face, **headers: str) -> list[str]:
    """The actions of the entity's events, the oldest first."""
    response = monite.send("GET", "/events", **headers)
    assert response.status_code == 200, response.text
    return [event["action"] for event in response.json["data"]]


def test_a_new_subscription_shows_its_secret_once(monite: Face) -> None:
    made = subscribe(monite)

    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "id": made["id"],
        "event_types": ["connected", "disconnected", "deauthorized", "pending_auth"],
        "object_type": "accounting_connection",
        "status": "enabled",
        "url": URL,
    }
    assert monite.get(f"/webhook_subscriptions/{made['id']}") == made
    assert monite.get("/webhook_subscriptions")["data"] == [made]


def test_a_new_secret_is_shown_once_and_is_another_one(monite: Face) -> None:
    made = subscribe(monite)

    fresh = monite.send("POST", f"/webhook_subscriptions/{made['id']}/regenerate_secret").json

    assert fresh["secret"] not in ("", made["secret"])
    assert fresh == {**made, "secret": fresh["secret"]}


def test_a_subscription_is_changed_switched_off_and_on_and_deleted(monite: Face) -> None:
    path = f"/webhook_subscriptions/{subscribe(monite, 'payable')['id']}"
    changed = monite.send("PATCH", path, {"event_types": ["paid"], "object_type": None}).json

    assert (changed["event_types"], changed["object_type"]) == (["paid"], "payable")
    assert monite.send("POST", f"{path}/disable").json == {**changed, "status": "disabled"}
    assert monite.send("POST", f"{path}/enable").json == changed
    assert monite.send("DELETE", path).status_code == 204
    assert monite.send("DELETE", path).status_code == 404


def test_subscriptions_are_filtered_and_paged(monite: Face) -> None:
    for object_type in ("payable", "product", "payable"):
        subscribe(monite, object_type)

    assert len(monite.get("/webhook_subscriptions?object_type=payable")["data"]) == 2
    assert monite.get("/webhook_subscriptions?created_at__gt=2100-01-01T00:00:00Z")["data"] == []
    page = monite.get("/webhook_subscriptions?limit=2&order=desc")
    rest = monite.get(f"/webhook_subscriptions?pagination_token={page['next_pagination_token']}")
    assert [row["object_type"] for row in page["data"] + rest["data"]] == ["payable", "product", "payable"]
    assert monite.send("GET", "/webhook_subscriptions?object_type=bill").status_code == 422
    assert monite.send("GET", "/webhook_subscriptions?limit=101").status_code == 422


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"object_type": "payable"}, "url"),
        ({"url": URL}, "object_type"),
        ({"object_type": "bill", "url": URL}, "object_type"),
        ({"object_type": "payable", "url": "http://example.com"}, "url"),
        ({"object_type": "payable", "url": ""}, "url"),
        ({"object_type": "payable", "url": "https://e.com/" + "a" * 2083}, "url"),
        ({"object_type": "payable", "url": URL, "event_types": "paid"}, "event_types"),
        ({"object_type": "payable", "url": URL, "event_types": None}, "event_types"),
        ({"object_type": "payable", "url": URL, "secret": "mine"}, "secret"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused_with_its_place(
    monite: Face, body: Body, place: str
) -> None:
    response = monite.send("POST", "/webhook_subscriptions", body)

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"][:2] == ["body", place]


def test_a_subscription_that_is_not_there_cannot_be_touched(monite: Face) -> None:
    path = f"/webhook_subscriptions/{MISSING}"
    for method, rest in (("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/disable")):
        assert monite.send(method, path + rest).status_code == 404
    assert monite.send("PATCH", path, {"url": URL}).status_code == 404
    assert monite.send("POST", f"{path}/regenerate_secret").status_code == 404
    assert monite.send("GET", "/webhook_subscriptions/7").status_code == 422


def test_subscriptions_are_the_partners_and_need_no_entity(monite: Face) -> None:
    made = subscribe(monite)

    response = monite.send("GET", f"/webhook_subscriptions/{made['id']}", X_Monite_Entity_Id=None)

    assert response.status_code == 200


def test_the_oldest_version_has_them_under_its_own_names(monite: Face) -> None:
    old = {"X_Monite_Version": "2023-09-01"}
    body = {"object_type": "accounting_connection", "url": URL}

    made = monite.send("POST", "/webhook_settings", body, **old)

    assert made.status_code == 201
    assert monite.send("GET", f"/webhook_settings/{made.json['id']}", **old).status_code == 200
    assert monite.send("GET", "/webhooks", **old).json["data"] == []
    assert monite.send("GET", "/webhook_subscriptions", **old).status_code == 404
    assert monite.send("GET", "/webhook_settings").status_code == 404
    assert monite.send("GET", "/webhooks").status_code == 404


def test_every_turn_of_a_connection_is_an_event(monite: Face) -> None:
    connection = monite.connect()
    monite.control("POST", f"/connections/{connection['id']}/revoke")
    monite.control("POST", f"/connections/{connection['id']}/revoke")
    monite.send("POST", f"/accounting_connections/{connection['id']}/disconnect")

    found = monite.get("/events?object_type=accounting_connection")["data"]

    assert [event["action"].partition(".")[2] for event in found] == [
        "pending_auth", "connected", "deauthorized", "disconnected",
    ]  # fmt: skip
    assert {event["object"]["id"] for event in found} == {connection["id"]}


def test_an_event_tells_what_happened_to_which_object(monite: Face) -> None:
    product = monite.send("POST", "/products", {"name": "Tea"}).json

    (event,) = monite.get("/events")["data"]

    assert event == {
        "id": event["id"],
        "created_at": event["created_at"],
        "action": "product.created",
        "api_version": "2024-01-31",
        "description": "product_created",
        "entity_id": monite.entity_id,
        "object": {"id": product["id"]},
        "object_type": "product",
    }
    assert monite.send("GET", f"/events/{event['id']}", X_Monite_Entity_Id=None).json == event
    assert monite.send("GET", f"/events/{MISSING}").status_code == 404


def test_the_oldest_version_names_the_object_otherwise(monite: Face) -> None:
    product = monite.send("POST", "/products", {"name": "Tea"}).json

    (event,) = monite.send("GET", "/events", X_Monite_Version="2023-09-01").json["data"]

    assert event["object_id"] == product["id"]
    assert event["name"] == "product_created"
    assert event.keys() >= {"significance", "action", "entity_id", "object_type"}
    assert event.keys().isdisjoint(("object", "description"))


def test_changes_of_payables_and_their_lines_are_events(monite: Face) -> None:
    payable = monite.send("POST", "/payables", {"currency": "EUR"}).json
    lines = f"/payables/{payable['id']}/line_items"
    monite.send("PATCH", f"/payables/{payable['id']}", {"document_id": "B-1"})
    line = monite.send("POST", lines, {"name": "Rent"}).json
    monite.send("PATCH", f"{lines}/{line['id']}", {"name": "Rent in May"})
    monite.send("PUT", lines, {"data": [{"name": "Rent"}, {"name": "Heating"}]})

    found = actions(monite)

    assert found[:4] == [
        "payable.created", "payable.updated", "payable.line_item.created", "payable.line_item.updated",
    ]  # fmt: skip
    assert sorted(found[4:]) == ["payable.line_item.created"] * 2 + ["payable.line_item.deleted"]


def test_what_is_refused_is_no_event(monite: Face) -> None:
    monite.send("POST", "/products", {"name": "Tea", "ledger_account_id": MISSING})
    monite.send("DELETE", f"/products/{MISSING}")

    assert actions(monite) == []


def test_an_entity_sees_its_own_events_alone(monite: Face) -> None:
    other = monite.add_entity("Other Ltd")
    monite.send("POST", "/products", {"name": "Tea"})

    assert actions(monite, X_Monite_Entity_Id=other) == []
    assert monite.send("GET", "/events", X_Monite_Entity_Id=None).status_code == 422
    assert monite.send("GET", "/webhook_deliveries", X_Monite_Entity_Id=None).status_code == 422


def test_events_and_deliveries_are_kept_for_three_months(monite: Face) -> None:
    subscribe(monite, "product", url="http://127.0.0.1:1/nobody")
    monite.send("POST", "/products", {"name": "Tea"})
    (event,) = monite.get("/events")["data"]
    assert len(monite.get("/webhook_deliveries")["data"]) == 1

    monite.control("POST", "/clock", {"advance_seconds": QUARTER})

    assert actions(monite) == []
    assert monite.get("/webhook_deliveries")["data"] == []
    assert monite.send("GET", f"/events/{event['id']}").status_code == 404
    monite.send("POST", "/products", {"name": "Coffee"})
    assert len(monite.get("/events")["data"]) == 1
    assert next(monite.db.query("SELECT count(*) AS n FROM events"))["n"] == 1


def test_every_type_of_monites_can_be_subscribed_to(monite: Face) -> None:
    made = {subscribe(monite, object_type)["object_type"] for object_type in OBJECT_TYPES}

    assert made == set(OBJECT_TYPES)
    assert len(made) == 42


def test_changes_of_an_entity_its_settings_and_its_people_are_events(monite: Face) -> None:
    path = f"/entities/{monite.entity_id}"
    role = monite.send("POST", "/roles", {"name": "Clerk", "permissions": {"objects": []}}).json
    monite.send("POST", "/entity_users", {"login": "jo", "first_name": "Jo", "role_id": role["id"]})
    monite.send("PATCH", path, {"phone": "+49 30 1"})
    monite.send("PATCH", f"{path}/settings", {"vat_mode": "inclusive"})

    assert actions(monite) == [
        "role.created", "entity_user.created", "entity.updated", "entity_settings.updated",
    ]  # fmt: skip


def test_a_new_entity_begins_with_the_event_of_its_creation(monite: Face) -> None:
    address = {"country": "DE", "city": "Berlin", "line1": "Hauptstr. 1", "postal_code": "10115"}
    body = {
        "type": "organization",
        "address": address,
        "email": "books@example.com",
        "organization": {"legal_name": "New GmbH"},
    }
    made = monite.send("POST", "/entities", body).json

    assert actions(monite, X_Monite_Entity_Id=made["id"]) == ["entity.created"]


def test_listeners_are_here_or_anywhere(tmp_path: Path) -> None:
    given = {"GANGWAY_INSTANCE": str(tmp_path), "EMULATOR_LISTENERS": "elsewhere"}

    assert not load_settings({}).sends_anywhere
    assert load_settings(given | {"EMULATOR_LISTENERS": "anywhere"}).sends_anywhere
    with pytest.raises(ValueError, match="EMULATOR_LISTENERS"):
        load_settings(given)
