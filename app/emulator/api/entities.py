"""Entities and their settings: /v1/entities."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.gate import version
from app.emulator.deps import database
from app.emulator.store import entities, meta

bp = Blueprint("entities", __name__, url_prefix="/v1/entities")


@bp.get("")
def index() -> Response:
    """One page of the partner's entities."""
    return answers.page(entities.find(database(), request.args.to_dict(flat=False)))


@bp.get("/<entity_id>")
def show(entity_id: str) -> Response:
    """One entity."""
    return jsonify(entities.get(database(), entity_id))


@bp.get("/<entity_id>/settings")
def settings(entity_id: str) -> Response:
    """The entity's settings over the partner's, as version 2024-01-31 merges them."""
    db = database()
    found = entities.settings(db, entity_id)
    if not version().merged_settings:
        return jsonify(found)
    del found["accounting"]
    return jsonify({**meta.partner_settings(db), **found})
