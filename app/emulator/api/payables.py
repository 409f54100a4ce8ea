"""Payables without their lines: /v1/payables."""

from __future__ import annotations

import base64
import hashlib
from mimetypes import guess_type
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, jsonify, request
from sqlite_utils import Database

from app.emulator.api import access, answers, references
from app.emulator.api.gate import entity_id
from app.emulator.api.happenings import told
from app.emulator.bodies import (
    Field,
    country,
    currency,
    day,
    email,
    identifier,
    json_object,
    listed,
    nested,
    read,
    text,
    whole,
)
from app.emulator.deps import database, settings
from app.emulator.errors import ConflictError, InvalidError
from app.emulator.store import clock, payables
from app.emulator.store.database import write

bp = Blueprint("payables", __name__, url_prefix="/v1/payables")

AMOUNT = Field(whole())
FINAL = {"number_of_days": Field(whole(), required=True)}
EARLY = {**FINAL, "discount": Field(whole(), required=True)}
TERMS = {
    "name": Field(text(), required=True),
    "description": Field(text()),
    "term_1": Field(nested(EARLY)),
    "term_2": Field(nested(EARLY)),
    "term_final": Field(nested(FINAL), required=True),
}
SUGGESTED = {"date": Field(day, required=True), "discount": Field(whole(0, 10_000))}
FIELDS = {
    "counterpart_id": Field(identifier),
    "counterpart_address_id": Field(identifier),
    "counterpart_bank_account_id": Field(identifier),
    "counterpart_vat_id_id": Field(identifier),
    "currency": Field(currency),
    "description": Field(text(0, 255)),
    "discount": AMOUNT,
    "document_id": Field(text()),
    "due_date": Field(day),
    "issued_at": Field(day),
    "partner_metadata": Field(json_object),
    "payment_terms": Field(nested(TERMS)),
    "project_id": Field(identifier),
    "purchase_order_id": Field(identifier),
    "sender": Field(email),
    "subtotal": AMOUNT,
    "suggested_payment_term": Field(nested(SUGGESTED)),
    "tag_ids": Field(listed(identifier)),
    "tax": Field(whole()),
    "tax_amount": AMOUNT,
    "total_amount": AMOUNT,
}
CREATE = {**FIELDS, "base64_encoded_file": Field(text()), "file_name": Field(text(0, 512))}
RAW_ADDRESS = {
    "country": Field(country),
    **dict.fromkeys(("city", "line1", "line2", "postal_code", "state"), Field(text())),
}
RAW_ACCOUNT = {
    "bic": Field(text(0, 11)),
    "iban": Field(text(0, 34)),
    **dict.fromkeys(("account_holder_name", "account_number", "routing_number", "sort_code"), Field(text())),
}
RAW_VAT = {"country": Field(country), "type": Field(text()), "value": Field(text(0, 32))}
RAW = {
    "address": Field(nested(RAW_ADDRESS)),
    "bank_account": Field(nested(RAW_ACCOUNT)),
    "email": Field(email),
    "name": Field(text()),
    "phone": Field(text()),
    "tax_id": Field(text(0, 30)),
    "vat_id": Field(nested(RAW_VAT)),
}
UPDATE = {**FIELDS, "amount_paid": Field(whole(0)), "counterpart_raw_data": Field(nested(RAW))}


@bp.get("")
def index() -> Response:
    """One page of the entity's payables."""
    args = request.args.to_dict(flat=False)
    return answers.page(payables.find(database(), entity_id(), args, creator=access.creator()))


@bp.post("")
def create() -> Response:
    """A new draft; Monite answers 200 here, not 201."""
    body = read(CREATE)
    with write(database()) as db:
        references.check(db, entity_id(), [body])
        references.check_address(db, entity_id(), body)
        body.pop("tag_ids", None)
        _keep_file(body)
        made = payables.create(db, entity_id(), {**body, **_made_by()})
        return jsonify(told("payable", "created", made))


@bp.get("/<payable_id>")
def show(payable_id: str) -> Response:
    """One payable."""
    return jsonify(payables.get(database(), entity_id(), payable_id))


@bp.patch("/<payable_id>")
def update(payable_id: str) -> Response:
    """The payable with the changes in it."""
    body = read(UPDATE)
    with write(database()) as db:
        found = open_payable(db, payable_id)
        references.check(db, entity_id(), [body])
        references.check_address(db, entity_id(), body, owner=found["counterpart_id"])
        body.pop("tag_ids", None)
        return jsonify(told("payable", "updated", payables.update(db, entity_id(), payable_id, body)))


def _made_by() -> dict[str, Any]:
    user = access.principal()
    return {"was_created_by_user_id": user.user_id, "created_by_role_id": user.role_id} if user else {}


def open_payable(db: Database, payable_id: str) -> dict[str, Any]:
    """The payable, if its status allows a change; raises ConflictError otherwise."""
    found = payables.get(db, entity_id(), payable_id)
    if found["status"] in payables.CLOSED:
        raise ConflictError("Payable couldn't be updated due to current state")
    return found


def _keep_file(body: dict[str, Any]) -> None:
    """What is known of the file that came with the body; its content is not kept."""
    encoded, name = body.pop("base64_encoded_file", None), body.pop("file_name", None)
    if encoded is None:
        return
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError as exc:
        loc = ["body", "base64_encoded_file"]
        raise InvalidError("value is not valid base64", loc, "value_error") from exc
    file_id = str(uuid4())
    body["file_id"] = file_id
    body["file"] = {
        "id": file_id,
        "created_at": clock.stamp(clock.now(database())),
        "file_type": "payables",
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "mimetype": guess_type(name or "")[0] or "application/pdf",
        "name": name or "payable.pdf",
        "pages": [],
        "previews": [],
        "region": "eu-central-1",
        "size": len(content),
        "url": f"{settings().base_url}/v1/files/{file_id}",
    }
