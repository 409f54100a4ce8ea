"""Products: what invoices sell, each with at most one ledger account."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.rules.codes import CURRENCIES
from app.emulator.store import creators, objects, pages
from app.emulator.store.filters import (
    among,
    choice,
    choices,
    compile_filters,
    holds,
    identifier,
    moments,
    numbers,
)
from app.emulator.store.objects import Row, body_of

TABLE = "products"
TYPES = ("product", "service")
LISTING = pages.Listing("products", TABLE, {"name": "name"})
FILTERS = {
    "id__in": among("id"),
    **holds("name", "name", exact=True),
    "type": choice("type", TYPES),
    **numbers("price", "price"),
    "currency": choice("currency", CURRENCIES),
    "currency__in": choices("currency", CURRENCIES),
    "measure_unit_id": identifier("measure_unit_id"),
    **moments("created_at", "created_at"),
}
TEMPLATE: Row = {
    "id": None,
    "created_at": None,
    "updated_at": None,
    "description": None,
    "entity_id": None,
    "entity_user_id": None,
    "external_reference": None,
    "ledger_account_id": None,
    "measure_unit_id": None,
    "name": None,
    "price": None,
    "smallest_amount": None,
    "type": "product",
}


def find(
    db: Database, entity_id: str, args: Mapping[str, list[str]], *, creator: str | None = None
) -> pages.Page:
    """One page of the entity's products, in Monite's shape."""
    query = pages.read_query(LISTING, args, entity_id)
    where, values = creators.only(TABLE, creator, *compile_filters(FILTERS, query.filters))
    return pages.fetch(db, LISTING, query, entity_id, where=where, values=values).shaped(shaped)


def get(db: Database, entity_id: str, product_id: str) -> Row:
    """One product; raises NotFoundError when the entity has none with this id."""
    return shaped(objects.get(db, TABLE, entity_id, product_id))


def by_id(db: Database, entity_id: str, ids: Iterable[str]) -> dict[str, Row]:
    """Those of the products that exist, by id."""
    rows = db.query(
        "SELECT * FROM products WHERE entity_id = ? AND id IN (SELECT value FROM json_each(?))",
        [entity_id, json.dumps(sorted(set(ids)))],
    )
    return {row["id"]: shaped(row) for row in rows}


def create(db: Database, entity_id: str, given: Row) -> Row:
    """Add a product and return it."""
    row = {"id": str(uuid4()), "entity_id": entity_id, **_columns({**TEMPLATE, **given})}
    return shaped(objects.insert(db, TABLE, row))


def update(db: Database, entity_id: str, product_id: str, changes: Row) -> Row:
    """Change a product and return it."""
    row = objects.get(db, TABLE, entity_id, product_id)
    return shaped(objects.update(db, TABLE, row, _columns({**shaped(row), **changes})))


def delete(db: Database, entity_id: str, product_id: str) -> None:
    """Remove a product; raises NotFoundError when the entity has none with this id."""
    objects.get(db, TABLE, entity_id, product_id)
    objects.delete(db, TABLE, product_id)


def shaped(row: Row) -> Row:
    """The row as Monite shows it."""
    columns = ("entity_id", "name", "type", "ledger_account_id", "measure_unit_id")
    return body_of(row, TEMPLATE, *columns)


def _columns(body: Row) -> Row:
    price = body["price"] or {}
    return {
        "name": body["name"],
        "type": body["type"],
        "ledger_account_id": body["ledger_account_id"],
        "price": price.get("value"),
        "currency": price.get("currency"),
        "measure_unit_id": body["measure_unit_id"],
        "body": json.dumps(body),
    }
