"""Products: /v1/products."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.emulator.api import access, answers, references
from app.emulator.api.gate import entity_id
from app.emulator.bodies import Field, choice, identifier, nested, partial, read, text, whole
from app.emulator.deps import database
from app.emulator.store import products
from app.emulator.store.database import write

bp = Blueprint("products", __name__, url_prefix="/v1/products")

PRICE = {"currency": Field(text(3, 3), required=True), "value": Field(whole(minimum=0), required=True)}
CREATE = {
    "name": Field(text(1, 100), required=True),
    "description": Field(text(0, 2000)),
    "ledger_account_id": Field(identifier),
    "measure_unit_id": Field(identifier),
    "price": Field(nested(PRICE)),
    "smallest_amount": Field(whole(0, 2147483647)),
    "type": Field(choice(products.TYPES), nullable=False),
}
UPDATE = {
    **partial(CREATE),
    "name": Field(text(1, 100), nullable=False),
    "description": Field(text(0, 255)),
}


@bp.get("")
def index() -> Response:
    """One page of the entity's products."""
    args = request.args.to_dict(flat=False)
    return answers.page(products.find(database(), entity_id(), args, creator=access.creator()))


@bp.post("")
def create() -> tuple[Response, int]:
    """A new product."""
    body = read(CREATE)
    with write(database()) as db:
        references.check(db, entity_id(), [body])
        return jsonify(products.create(db, entity_id(), {**body, "entity_user_id": access.author()})), 201


@bp.get("/<product_id>")
def show(product_id: str) -> Response:
    """One product."""
    return jsonify(products.get(database(), entity_id(), product_id))


@bp.patch("/<product_id>")
def update(product_id: str) -> Response:
    """The product with the changes in it; a ledger account is assigned here."""
    body = read(UPDATE)
    with write(database()) as db:
        products.get(db, entity_id(), product_id)
        references.check(db, entity_id(), [body])
        return jsonify(products.update(db, entity_id(), product_id, body))


@bp.delete("/<product_id>")
def delete(product_id: str) -> tuple[str, int]:
    """Nothing: the product is gone."""
    with write(database()) as db:
        products.delete(db, entity_id(), product_id)
    return "", 204
