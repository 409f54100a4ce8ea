"""Counterparts and products as matching reads them, and products that a pull brings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.matching import Party, address_line
from app.emulator.store.ids import made_of

Row = dict[str, Any]

# The billing address where one was chosen, else the first one.
_COUNTERPARTS = """
    SELECT c.id, c.name, c.is_vendor, c.is_customer, c.updated_at, a.country, a.city, a.line1, a.line2
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
    address = address_line(row["line1"], row["line2"])
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


def insert_products(
    db: Database, entity_id: str, organisation_id: str, items: Iterable[Row], *, currency: str, at: str
) -> dict[str, str]:
    """Create a product for each item of the books; returns the product's id by the item's.

    Prices take the organisation's currency and the account comes filled in. The unit is a stub:
    accounting systems have none.
    """
    unit_id = _stub_unit(db, entity_id, at)
    rows = [_product(entity_id, organisation_id, item, unit_id, currency, at) for item in items]
    db.conn.executemany(
        """
        INSERT INTO products
            (id, entity_id, name, type, ledger_account_id, price, currency, measure_unit_id, body,
             created_at, updated_at)
        VALUES (:id, :entity_id, :name, :type, :ledger_account_id, :price_value, :currency,
                :measure_unit_id, :body, :created_at, :updated_at)
        ON CONFLICT (id) DO NOTHING
        """,
        [row for row, _ in rows],
    )
    return {item_id: row["id"] for row, item_id in rows}


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


def _product(
    entity_id: str, organisation_id: str, item: Row, unit_id: str, currency: str, at: str
) -> tuple[Row, str]:
    account = item["account_id"] and made_of("ledger_account", entity_id, organisation_id, item["account_id"])
    price = item["unit_price"] or 0
    body = {
        "id": made_of("product", entity_id, organisation_id, item["id"]),
        "created_at": at,
        "updated_at": at,
        "description": None,
        "entity_id": entity_id,
        "entity_user_id": None,
        "external_reference": item["code"],
        "ledger_account_id": account,
        "measure_unit_id": unit_id,
        "name": item["name"],
        "price": {"currency": currency, "value": price},
        "smallest_amount": 1,
        "type": "product",
    }
    row = {**body, "price_value": price, "currency": currency, "body": json.dumps(body, ensure_ascii=False)}
    del row["price"], row["description"], row["entity_user_id"]
    del row["external_reference"], row["smallest_amount"]
    return row, item["id"]
