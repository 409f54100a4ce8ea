"""Webhook subscriptions and what was sent to them.

They are /v1/webhook_subscriptions and /v1/webhook_deliveries, and in version 2023-09-01
/v1/webhook_settings and /v1/webhooks; the gate lets each version see its own.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.gate import entity_id
from app.emulator.bodies import Field, Loc, choice, listed, partial, read, text
from app.emulator.deps import database
from app.emulator.errors import InvalidError
from app.emulator.rules.addresses import fault_of
from app.emulator.rules.events import OBJECT_TYPES
from app.emulator.store import deliveries, subscriptions
from app.emulator.store.database import write

bp = Blueprint("webhooks", __name__, url_prefix="/v1")


def address(given: object, loc: Loc) -> str:
    """An address to which messages can be sent."""
    url: str = text(1, 2083)(given, loc)
    fault = fault_of(url)
    if fault is not None:
        raise InvalidError(fault, loc, "value_error.url")
    return url


CREATE = {
    "object_type": Field(choice(OBJECT_TYPES), required=True),
    "url": Field(address, required=True),
    "event_types": Field(listed(text(1)), nullable=False),
}
UPDATE = {name: Field(field.check) for name, field in partial(CREATE).items()}
SUBSCRIPTIONS = ("webhook_subscriptions", "webhook_settings")
DELIVERIES = ("webhook_deliveries", "webhooks")


def index() -> Response:
    """One page of the partner's subscriptions."""
    return answers.page(subscriptions.find(database(), request.args.to_dict(flat=False)))


def create() -> tuple[Response, int]:
    """A new subscription with its secret, which is not shown again."""
    body = read(CREATE)
    with write(database()) as db:
        return jsonify(subscriptions.create(db, body)), 201


def show(webhook_subscription_id: str) -> Response:
    """One subscription."""
    return jsonify(subscriptions.get(database(), webhook_subscription_id))


def update(webhook_subscription_id: str) -> Response:
    """The subscription with the changes in it; null changes nothing."""
    body = read(UPDATE)
    with write(database()) as db:
        return jsonify(subscriptions.update(db, webhook_subscription_id, body))


def delete(webhook_subscription_id: str) -> tuple[str, int]:
    """Nothing: the subscription is gone."""
    with write(database()) as db:
        subscriptions.delete(db, webhook_subscription_id)
    return "", 204


def enable(webhook_subscription_id: str) -> Response:
    """The subscription, which hears of what happens from now on."""
    with write(database()) as db:
        return jsonify(subscriptions.enable(db, webhook_subscription_id))


def disable(webhook_subscription_id: str) -> Response:
    """The subscription, which hears of nothing more."""
    with write(database()) as db:
        return jsonify(subscriptions.disable(db, webhook_subscription_id))


def regenerate_secret(webhook_subscription_id: str) -> Response:
    """The subscription with a new secret; the old one is dead."""
    with write(database()) as db:
        return jsonify(subscriptions.regenerate_secret(db, webhook_subscription_id))


def index_deliveries() -> Response:
    """One page of what was sent about the entity in the last three months."""
    args = request.args.to_dict(flat=False)
    return answers.page(deliveries.find(database(), entity_id(), args))


ROUTES = (
    ("GET", "", index),
    ("POST", "", create),
    ("GET", "/<webhook_subscription_id>", show),
    ("PATCH", "/<webhook_subscription_id>", update),
    ("DELETE", "/<webhook_subscription_id>", delete),
    ("POST", "/<webhook_subscription_id>/enable", enable),
    ("POST", "/<webhook_subscription_id>/disable", disable),
    ("POST", "/<webhook_subscription_id>/regenerate_secret", regenerate_secret),
)
for _name in SUBSCRIPTIONS:
    for _method, _path, _view in ROUTES:
        bp.add_url_rule(f"/{_name}{_path}", f"{_name}_{_view.__name__}", _view, methods=[_method])
for _name in DELIVERIES:
    bp.add_url_rule(f"/{_name}", f"{_name}_index", index_deliveries)
