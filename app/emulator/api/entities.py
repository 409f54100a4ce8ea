"""Entities: /v1/entities. Each gets organisations of its own to connect to, as soon as it is there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.entity_fields import check_kind, check_state, schemas
from app.emulator.api.gate import version
from app.emulator.bodies import read
from app.emulator.deps import database
from app.emulator.samples import countries, newcomers
from app.emulator.store import entities, events
from app.emulator.store.database import write

bp = Blueprint("entities", __name__, url_prefix="/v1/entities")

OPTIONAL = ("phone", "registration_authority", "registration_number", "tax_id", "website")


@bp.get("")
def index() -> Response:
    """One page of the partner's entities."""
    return answers.page(entities.find(database(), request.args.to_dict(flat=False)).shaped(_shown))


@bp.post("")
def create() -> tuple[Response, int]:
    """A new entity, ready to be connected."""
    body = read(schemas(empty_strings=version().empty_strings).create)
    check_kind(body["type"], body, required=True)
    check_state(body["address"])
    with write(database()) as db:
        made = entities.create(db, body, currency=countries.currency(body["address"]["country"]))
        newcomers.settle(db, made["id"], made)
        events.emit(db, made["id"], "entity", "created", made["id"])
        return jsonify(_shown(made)), 201


@bp.get("/<entity_id>")
def show(entity_id: str) -> Response:
    """One entity."""
    return jsonify(_shown(entities.get(database(), entity_id)))


@bp.patch("/<entity_id>")
def update(entity_id: str) -> Response:
    """The entity with the changes in it; its type and country stay what they are."""
    body = read(schemas(empty_strings=version().empty_strings).update)
    with write(database()) as db:
        found = entities.get(db, entity_id)
        check_kind(found["type"], body, required=False)
        if "state" in (body.get("address") or {}):
            check_state({**found["address"], **body["address"]})
        events.emit(db, entity_id, "entity", "updated", entity_id)
        return jsonify(_shown(entities.update(db, entity_id, body)))


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    """The entity; an empty string shows as null in a version that does not know it as a value."""
    if version().empty_strings:
        return body
    return {**body, **{name: body[name] or None for name in OPTIONAL}}
