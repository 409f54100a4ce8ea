"""What happened to an entity's things: /v1/events."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.gate import entity_id, version
from app.emulator.deps import database
from app.emulator.store import events

bp = Blueprint("events", __name__, url_prefix="/v1/events")


@bp.get("")
def index() -> Response:
    """One page of the entity's events of the last three months."""
    args = request.args.to_dict(flat=False)
    return answers.page(events.find(database(), entity_id(), args, version()))


@bp.get("/<event_id>")
def show(event_id: str) -> Response:
    """One event."""
    return jsonify(events.get(database(), event_id, version()))
