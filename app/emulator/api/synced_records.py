"""The log of what met on both sides, and the push of one record: /v1/accounting_synced_records."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import answers
from app.emulator.api.gate import entity_id, version
from app.emulator.deps import database
from app.emulator.store import listings
from app.emulator.store.database import write
from app.emulator.sync import push as sync

bp = Blueprint("synced_records", __name__, url_prefix="/v1/accounting_synced_records")


@bp.get("")
def index() -> Response:
    """One page of the entity's records of one type."""
    args = request.args.to_dict(flat=False)
    return answers.page(listings.synced_records(database(), entity_id(), args, version()))


@bp.get("/<synced_record_id>")
def show(synced_record_id: str) -> Response:
    """One record."""
    return jsonify(listings.synced_record(database(), entity_id(), synced_record_id))


@bp.post("/<synced_record_id>/push")
def push(synced_record_id: str) -> Response:
    """The record on its way to the accounting system once more."""
    with write(database()) as db:
        listings.synced_record(db, entity_id(), synced_record_id)
        return jsonify(listings.record_shape(sync.push(db, synced_record_id)))
