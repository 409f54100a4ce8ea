"""Payables without their lines: /v1/payables."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlite_utils import Database

from app.emulator.api import access, answers, references
from app.emulator.api.gate import entity_id
from app.emulator.bodies import LARGEST_AMOUNT, Field, anything, day, identifier, read, text, whole
from app.emulator.deps import database
from app.emulator.errors import ConflictError
from app.emulator.store import payables
from app.emulator.store.database import write

bp = Blueprint("payables", __name__, url_prefix="/v1/payables")

_AMOUNT = Field(whole(0, LARGEST_AMOUNT))
FIELDS = {
    "counterpart_id": Field(identifier),
    "counterpart_address_id": Field(identifier),
    "counterpart_bank_account_id": Field(identifier),
    "counterpart_vat_id_id": Field(identifier),
    "currency": Field(text(3, 3)),
    "description": Field(text()),
    "discount": _AMOUNT,
    "document_id": Field(text()),
    "due_date": Field(day),
    "issued_at": Field(day),
    "partner_metadata": Field(anything),
    "payment_terms": Field(anything),
    "project_id": Field(identifier),
    "purchase_order_id": Field(identifier),
    "sender": Field(text()),
    "subtotal": _AMOUNT,
    "tax": Field(whole(0, 10_000)),
    "tax_amount": _AMOUNT,
    "total_amount": _AMOUNT,
}


@bp.get("")
def index() -> Response:
    """One page of the entity's payables."""
    args = request.args.to_dict(flat=False)
    return answers.page(payables.find(database(), entity_id(), args, creator=access.creator()))


@bp.post("")
def create() -> Response:
    """A new draft; Monite answers 200 here, not 201."""
    body = read(FIELDS)
    with write(database()) as db:
        references.check(db, entity_id(), [body])
        return jsonify(payables.create(db, entity_id(), {**body, **_made_by()}))


@bp.get("/<payable_id>")
def show(payable_id: str) -> Response:
    """One payable."""
    return jsonify(payables.get(database(), entity_id(), payable_id))


@bp.patch("/<payable_id>")
def update(payable_id: str) -> Response:
    """The payable with the changes in it."""
    body = read(FIELDS)
    with write(database()) as db:
        open_payable(db, payable_id)
        references.check(db, entity_id(), [body])
        return jsonify(payables.update(db, entity_id(), payable_id, body))


def _made_by() -> dict[str, Any]:
    user = access.principal()
    return {"was_created_by_user_id": user.user_id, "created_by_role_id": user.role_id} if user else {}


def open_payable(db: Database, payable_id: str) -> dict[str, Any]:
    """The payable, if its status allows a change; raises ConflictError otherwise."""
    found = payables.get(db, entity_id(), payable_id)
    if found["status"] in payables.CLOSED:
        raise ConflictError("Payable couldn't be updated due to current state")
    return found
