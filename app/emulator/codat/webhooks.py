"""Who is told what happens at Codat: /codat/webhooks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from app.emulator.bodies import Field, choice, listed, read, text
from app.emulator.codat import door
from app.emulator.deps import database
from app.emulator.rules.codat import TYPES
from app.emulator.store import codat_consumers
from app.emulator.sync import codat_consumers as consumers

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")

# Codat knows `url` and `eventTypes`; the rest is the emulator's, for the rules are set up in Codat's portal.
CREATE = {
    "url": Field(text(1), required=True, nullable=False),
    "eventTypes": Field(listed(text(1))),
    "style": Field(choice(tuple(TYPES)), nullable=False),
    "authorization": Field(text(1)),
}


@bp.get("")
def index() -> Response:
    """A page of consumers."""
    number, size = door.page_asked()
    found = [_shaped(row) for row in codat_consumers.find_all(database())]
    part = found[(number - 1) * size : number * size]
    return door.paged(part, number=number, size=size, total=len(found))


@bp.post("")
def create() -> Response:
    """A new consumer, with the secret by which its events are signed."""
    body = read(CREATE)
    made = consumers.subscribe(
        database(),
        body["url"],
        style=body.get("style", "events"),
        types=body.get("eventTypes") or (),
        authorization=body.get("authorization"),
    )
    return jsonify(_shaped(made))


@bp.delete("/<consumer_id>")
def remove(consumer_id: str) -> tuple[str, int]:
    """Nothing; the consumer is told nothing more."""
    consumers.unsubscribe(database(), consumer_id.lower())
    return "", 204


def _shaped(row: dict[str, Any]) -> dict[str, Any]:
    shown = consumers.shaped(row)
    return {"id": shown.pop("id"), "companyId": None, "eventTypes": shown.pop("types"), **shown}
