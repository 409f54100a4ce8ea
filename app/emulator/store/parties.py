"""Counterparts and products as matching reads them, and products that a pull brings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.documents import Organisation
from app.emulator.rules.matching import Party, address_line
from app.emulator.store.ids import made_of

Row = dict[str, Any]

# The billing address where one was chosen, else the first one.
_COUNTERPARTS = """
    SELECT c.id, c.name, c.is_vendor, c.is_customer, c.updated_at, a.country, a.city, a.line1, a.line2,
        a.postal_code, a.state,
        COALESCE(json_extract(c.body, '$.organization.email'), json_extract(c.body, '$.individual.email'))
            AS email
    FROM counterparts c LEFT JOIN counterpart_addresses a ON a.id = COALESCE(
        (SELECT id FROM counterpart_addresses
         WHERE counterpart_id = c.id AND id = json_extract(c.body, '$.default_billing_address_id')),
        (SELECT id FROM counterpart_addresses WHERE counterpart_id = c.id ORDER BY rowid LIMIT 1))
"""


def find_counterparts(db: Database, entity_id: str) -> list[Row]:
    """The entity's counterparts, each with the address that matching compares."""
    return list(db.query(f"{_COUNTERPARTS} WHERE c.entity_id = ? ORDER BY c.created_at, c.id", [entity_id]))


def find_counterpart(db: Database, counterpart_id: str) -> Row | None:
    """One counterpart with its address, if there is one."""
    return next(db.query(f"{_COUNTERPARTS} WHERE c.id = ?", [counterpart_id]), None)


def party(row: Row) -> Party:
    """A counterpart as matching looks at it."""
    address = address_line(row["line1"], row["line2"], row["postal_code"], row["state"])
    return Party(row["id"], row["name"], row["country"], row["city"], address)


def find_products(db: Database, entity_id: str) -> list[Row]:
    """The entity's products: id, name and when they changed."""
    return list(
        db.query("SELECT id, name, updated_at FROM products WHERE entity_id = ? ORDER BY rowid", [entity_id])
    )


def find_product(db: Database, product_id: str) -> Row | None:
    """One product, if there is one."""
    rows = db.query("SELECT id, name, updated_at FROM products WHERE id = ?", [product_id])
    return next(rows, None)


def products_named(db: Database, entity_id: str, name: str) -> list[Row]:
    """The entity's products of one name."""
    rows = db.query(
        "SELECT id, name, updated_at FROM products WHERE entity_id = ? AND name = ? ORDER BY rowid",
        [entity_id, name],
    )
    return list(rows)


def insert_products(
    db: Database,
    entity_id: str,
    organisation: Organisation,
    items: Iterable[Row],
    *,
    account_ids: Mapping[str, str],
    at: str,
) -> dict[str, str]:
    """Create a product for each item of the books; returns the product's id by the item's.

    Prices take the organisation's currency, and the account comes filled in: `account_ids` has
    Monite's id by the books'. The unit is a stub, as accounting systems have none.
    """
    unit_id = _stub_unit(db, entity_id, at)
    bodies = {
        item["id"]: {
            "id": made_of("product", entity_id, organisation.id, item["id"]),
            "created_at": at,
            "updated_at": at,
            "description": None,
            "entity_id": entity_id,
            "entity_user_id": None,
            "external_reference": item["code"],
            "ledger_account_id": account_ids.get(item["account_id"] or ""),
            "measure_unit_id": unit_id,
            "name": item["name"],
            "price": {"currency": organisation.base_currency, "value": item["unit_price"] or 0},
            "smallest_amount": 1,
            "type": "product",
        }
        for item in items
    }
    db.conn.executemany(
        """
        INSERT INTO products
            (id, entity_id, name, type, ledger_account_id, price, currency, measure_unit_id, body,
             created_at, updated_at)
        VALUES (:id, :entity_id, :name, :type, :ledger_account_id, :value, :currency, :measure_unit_id, :json,
                :created_at, :updated_at)
        ON CONFLICT (id) DO NOTHING
        """,
        [
            {**_columns(body), **body["price"], "json": json.dumps(body, ensure_ascii=False)}
            for body in bodies.values()
        ],
    )
    return {item_id: body["id"] for item_id, body in bodies.items()}


def _columns(body: Row) -> Row:
    names = (
        "id",
        "entity_id",
        "name",
        "type",
        "ledger_account_id",
        "measure_unit_id",
        "created_at",
        "updated_at",
    )
    return {name: body[name] for name in names}


def _stub_unit(db: Database, entity_id: str, at: str) -> str:
    unit_id = made_of("measure_unit", entity_id)
    db.execute(
        """
        INSERT INTO measure_units (id, entity_id, name, description, created_at, updated_at)
        VALUES (?, ?, 'unit', 'Made while products were pulled', ?, ?) ON CONFLICT (id) DO NOTHING
        """,
        [unit_id, entity_id, at, at],
    )
    return unit_id
