"""Which statuses are pushed: /v1/accounting_sync_rules."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from app.emulator.api.gate import entity_id
from app.emulator.bodies import Field, choice, listed, nested, read
from app.emulator.deps import database
from app.emulator.rules.statuses import PAYABLE_STATUSES, RECEIVABLE_STATUSES
from app.emulator.store import sync_rules
from app.emulator.store.database import write

bp = Blueprint("sync_rules", __name__, url_prefix="/v1/accounting_sync_rules")

LISTS = {
    "payable": Field(listed(choice(PAYABLE_STATUSES)), nullable=False),
    "receivable": Field(listed(choice(RECEIVABLE_STATUSES)), nullable=False),
}
UPDATE = {"push_statuses": Field(nested(LISTS), nullable=False)}


@bp.get("")
def show() -> Response:
    """Both lists of the entity."""
    return jsonify({"push_statuses": sync_rules.get(database(), entity_id())})


@bp.patch("")
def update() -> Response:
    """Replace the lists that are given; the answer has both."""
    given = read(UPDATE).get("push_statuses", {})
    with write(database()) as db:
        return jsonify({"push_statuses": sync_rules.save(db, entity_id(), **given)})
