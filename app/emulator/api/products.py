"""Products: /v1/products."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import access, answers, references
from app.emulator.api.gate import entity_id, version
from app.emulator.api.happenings import tell, told
from app.emulator.bodies import (
    Field,
    Schema,
    choice,
    currency,
    identifier,
    nested,
    number,
    partial,
    read,
    text,
    whole,
)
from app.emulator.deps import database
from app.emulator.store import products, receivables
from app.emulator.store.database import write

bp = Blueprint("products", __name__, url_prefix="/v1/products")

PRICE = {"currency": Field(currency, required=True), "value": Field(whole(minimum=0), required=True)}
CREATE = {
    "name": Field(text(1, 100), required=True),
    "description": Field(text(0, 2000)),
    "ledger_account_id": Field(identifier),
    "measure_unit_id": Field(identifier),
    "price": Field(nested(PRICE), nullable=False),
    "smallest_amount": Field(number(0, 2147483647)),
    "type": Field(choice(products.TYPES), nullable=False),
}
UPDATE = {
    **partial(CREATE),
    "name": Field(text(1, 100), nullable=False),
    "description": Field(text(0, 255)),
}
LATE = {"external_reference": Field(text(1, 255))}


@bp.get("")
def index() -> Response:
    """One page of the entity's products."""
    args = request.args.to_dict(flat=False)
    found = products.find(database(), entity_id(), args, creator=access.creator())
    return answers.page(found.shaped(shown))


@bp.post("")
def create() -> tuple[Response, int]:
    """A new product."""
    body = read({**CREATE, **late_fields()})
    with write(database()) as db:
        references.check(db, entity_id(), [body])
        made = products.create(db, entity_id(), {**body, "entity_user_id": access.author()})
        return jsonify(shown(told("product", "created", made))), 201


@bp.get("/<product_id>")
def show(product_id: str) -> Response:
    """One product."""
    return jsonify(shown(products.get(database(), entity_id(), product_id)))


@bp.patch("/<product_id>")
def update(product_id: str) -> Response:
    """The product with the changes in it; a ledger account is assigned here."""
    body = read({**UPDATE, **late_fields()})
    with write(database()) as db:
        products.get(db, entity_id(), product_id)
        references.check(db, entity_id(), [body])
        changed = products.update(db, entity_id(), product_id, body)
        return jsonify(shown(told("product", "updated", changed)))


@bp.delete("/<product_id>")
def delete(product_id: str) -> tuple[str, int]:
    """Nothing: the product is gone."""
    with write(database()) as db:
        receivables.keep_product(db, entity_id(), product_id)
        products.delete(db, entity_id(), product_id)
        tell("product", "deleted", [product_id])
    return "", 204


def late_fields() -> Schema:
    """The fields of a product that only the latest version has."""
    return LATE if version().late_fields else {}


def shown(product: dict[str, Any]) -> dict[str, Any]:
    """The product without the fields that this version does not have."""
    hidden = () if version().late_fields else LATE
    return {name: value for name, value in product.items() if name not in hidden}
