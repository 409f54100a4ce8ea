"""Connections of entities to accounting systems: /v1/accounting_connections."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify

from app.emulator.api.gate import entity_id, version
from app.emulator.bodies import Field, choice, read
from app.emulator.deps import database, settings
from app.emulator.rules import links, platforms
from app.emulator.store import books, connections, meta, objects
from app.emulator.store.database import write
from app.emulator.sync import connections as sync

bp = Blueprint("connections", __name__, url_prefix="/v1/accounting_connections")


@bp.get("")
def index() -> Response:
    """Every connection that the entity ever had, disconnected ones too unless a switch hides them."""
    db = database()
    rows = connections.find_all(db, entity_id())
    if meta.switches(db)["hide_disconnected_connections"]:
        rows = [row for row in rows if row["status"] != "disconnected"]
    return jsonify({"data": [_shaped(row) for row in rows]})


@bp.post("")
def create() -> tuple[Response, int]:
    """A connection that waits for its person at `connection_url`."""
    db = database()
    provider = meta.accounting_provider(db)
    platform = _platform(provider)
    made = sync.create(db, entity_id(), platform, settings_provider=provider, version=version())
    return jsonify(_shaped(made)), 201


@bp.get("/<connection_id>")
def show(connection_id: str) -> Response:
    """One connection."""
    return jsonify(_shaped(objects.get(database(), "connections", entity_id(), connection_id)))


@bp.post("/<connection_id>/disconnect")
def disconnect(connection_id: str) -> Response:
    """The connection, disconnected for good."""
    with write(database()) as db:
        objects.get(db, "connections", entity_id(), connection_id)
        return jsonify(_shaped(sync.disconnect(db, connection_id)))


@bp.post("/<connection_id>/sync")
def start_sync(connection_id: str) -> tuple[Response, int]:
    """A promise to pull and push now."""
    with write(database()) as db:
        objects.get(db, "connections", entity_id(), connection_id)
        sync.request_sync(db, connection_id)
        return jsonify({"message": "Started connection data sync."}), 202


def _platform(provider: str | None) -> str | None:
    """The accounting system that the body names, where this version reads the body at all."""
    if version().platform_in_body == "ignored":
        return None
    required = links.platform_required(version(), provider)
    # `quickbooks` too: the guide says so in versions whose own list lacks it.
    schema = {"platform": Field(choice(platforms.NAMES), required=required)}
    body = read(schema, empty_allowed=not required)
    found: str | None = body.get("platform")
    return found


def _shaped(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "created_at", "updated_at", "status", "platform", "last_pull")
    shown = {
        **{name: row[name] for name in names},
        "connection_url": settings().base_url + links.path(row),
        "errors": json.loads(row["errors"]) if row["errors"] else None,
    }
    if not version().business_info or meta.switches(database())["omit_business_info"]:
        return shown
    connected = row["status"] == "connected"
    return {**shown, "business_info": _business_info(row["organisation_id"]) if connected else None}


def _business_info(organisation_id: str) -> dict[str, Any]:
    found = books.find_organisation(database(), organisation_id) or {}
    names = ("base_currency", "email", "legal_name", "name")
    return {**{name: found.get(name) for name in names}, "type": "company"}
