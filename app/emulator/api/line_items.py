"""Lines of payables, where accounts and tax rates are assigned: /v1/payables/{id}/line_items."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import access, answers, references
from app.emulator.api.gate import entity_id, version
from app.emulator.api.happenings import tell, told
from app.emulator.api.payables import open_payable
from app.emulator.bodies import Field, identifier, listed, nested, number, read, text, whole
from app.emulator.deps import database
from app.emulator.store import line_items, payables
from app.emulator.store.database import write

bp = Blueprint("line_items", __name__, url_prefix="/v1/payables/<payable_id>/line_items")

FIELDS = {
    "accounting_tax_rate_id": Field(identifier),
    "description": Field(text()),
    "ledger_account_id": Field(identifier),
    "name": Field(text()),
    "quantity": Field(number()),
    "tax": Field(whole(0, 10_000)),
    "unit": Field(text()),
    "unit_price": Field(whole()),
}
REPLACED = {**FIELDS, "subtotal": Field(whole()), "total": Field(whole())}
REPLACE = {"data": Field(listed(nested(REPLACED)), required=True)}


@bp.get("")
def index(payable_id: str) -> Response:
    """One page of the payable's lines."""
    db, args = database(), request.args.to_dict(flat=False)
    payables.get(db, entity_id(), payable_id)
    return answers.page(line_items.find(db, payable_id, args).shaped(_shown))


@bp.post("")
def create(payable_id: str) -> tuple[Response, int]:
    """A new line."""
    body = read(FIELDS)
    with write(database()) as db:
        open_payable(db, payable_id)
        references.check(db, entity_id(), [body])
        made = line_items.create(db, entity_id(), payable_id, {**body, **_made_by()})
        return jsonify(_shown(told("payable.line_item", "created", made))), 201


@bp.put("")
def replace(payable_id: str) -> Response:
    """The lines that now stand in the place of all others."""
    given = [{**line, **_made_by()} for line in read(REPLACE, closed=False)["data"]]
    with write(database()) as db:
        open_payable(db, payable_id)
        references.check(db, entity_id(), given)
        tell("payable.line_item", "deleted", line_items.find_ids(db, payable_id))
        made = line_items.replace(db, entity_id(), payable_id, given)
        tell("payable.line_item", "created", [line["id"] for line in made])
        return jsonify({"data": [_shown(line) for line in made]})


@bp.get("/<line_item_id>")
def show(payable_id: str, line_item_id: str) -> Response:
    """One line."""
    db = database()
    payables.get(db, entity_id(), payable_id)
    return jsonify(_shown(line_items.get(db, payable_id, line_item_id)))


@bp.patch("/<line_item_id>")
def update(payable_id: str, line_item_id: str) -> Response:
    """The line with the changes in it."""
    body = read(FIELDS)
    with write(database()) as db:
        open_payable(db, payable_id)
        line_items.get(db, payable_id, line_item_id)
        references.check(db, entity_id(), [body])
        changed = line_items.update(db, entity_id(), payable_id, line_item_id, body)
        return jsonify(_shown(told("payable.line_item", "updated", changed)))


@bp.delete("/<line_item_id>")
def delete(payable_id: str, line_item_id: str) -> tuple[str, int]:
    """Nothing: the line is gone."""
    with write(database()) as db:
        open_payable(db, payable_id)
        line_items.delete(db, entity_id(), payable_id, line_item_id)
        tell("payable.line_item", "deleted", [line_item_id])
    return "", 204


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    hidden = () if version().late_fields else ("ocr_set_quantity_to_one",)
    return {name: value for name, value in line.items() if name not in hidden}


def _made_by() -> dict[str, str | None]:
    return {"was_created_by_user_id": access.author()}
