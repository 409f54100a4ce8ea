"""Receivables: /v1/receivables. Monite issues and cancels them elsewhere; here they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import access, answers, references
from app.emulator.api.gate import entity_id, version
from app.emulator.api.happenings import tell
from app.emulator.api.measure_units import CREATE as UNIT
from app.emulator.api.products import PRICE, late_fields, shown
from app.emulator.bodies import Field, choice, identifier, listed, nested, number, read, text, whole
from app.emulator.deps import database
from app.emulator.errors import InvalidError
from app.emulator.store import products, receivables
from app.emulator.store.database import write

bp = Blueprint("receivables", __name__, url_prefix="/v1/receivables")

DISCOUNT = {
    "amount": Field(whole(minimum=0), required=True),
    "type": Field(choice(("amount", "percentage")), required=True),
}
INLINE = {
    "name": Field(text(1, 100), required=True),
    "price": Field(nested(PRICE), required=True),
    "ledger_account_id": Field(identifier),
    "measure_unit": Field(nested(UNIT, closed=False)),
    "description": Field(text(0, 2000)),
    "smallest_amount": Field(number(0, 2147483647)),
    "type": Field(choice(products.TYPES), nullable=False),
}
LINE = {
    "quantity": Field(number(0, 2147483647), required=True),
    "product_id": Field(identifier),
    "discount": Field(nested(DISCOUNT)),
    "accounting_tax_rate_id": Field(identifier),
    "vat_rate_id": Field(identifier),
    "custom_vat_rate_id": Field(identifier),
    "tax_rate_value": Field(whole(0, 10_000)),
    "tax_rate_name": Field(text(1, 64)),
}


@bp.get("")
def index() -> Response:
    """One page of the entity's receivables."""
    args = request.args.to_dict(flat=False)
    found = receivables.find(database(), entity_id(), args, version(), creator=access.creator())
    return answers.page(found.shaped(_shown))


@bp.get("/<receivable_id>")
def show(receivable_id: str) -> Response:
    """One receivable."""
    return jsonify(_shown(receivables.get(database(), entity_id(), receivable_id)))


@bp.put("/<receivable_id>/line_items")
def replace_lines(receivable_id: str) -> Response:
    """The lines that now stand on the draft."""
    product = Field(nested({**INLINE, **late_fields()}, closed=False))
    line = nested({**LINE, "product": product})
    given = read({"data": Field(listed(line), required=True)})["data"]
    for index, line in enumerate(given):
        if line.get("product") is None and line.get("product_id") is None:
            raise InvalidError("field required", ["body", "data", index, "product_id"], "value_error.missing")
    with write(database()) as db:
        references.check(db, entity_id(), _named(given))
        made = receivables.replace_lines(db, entity_id(), receivable_id, given)
        tell("receivable", "updated", [receivable_id])
        return jsonify({"data": [_line(line) for line in made]})


def _shown(receivable: dict[str, Any]) -> dict[str, Any]:
    lacking = receivables.LACKING[receivable["type"]]
    kept = {name: value for name, value in receivable.items() if name not in lacking}
    return {**kept, "line_items": [_line(line) for line in receivable["line_items"]]}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "product": shown(line["product"])}


def _named(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield line
        yield line.get("product") or {}
