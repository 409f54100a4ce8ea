"""What the store tells about earlier choices, for the suppliers and names on a page alone."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlite_utils import Database

from app.domain.bookkeeping.facts import Past

LAST_OF_SUPPLIER = 30


def remembered(db: Database, entity_id: str, suppliers: Iterable[str]) -> dict[str, str]:
    """The account that a person said to use from now on, by supplier."""
    rows = db.query(
        """
        SELECT supplier, account_id FROM remembered_choices
        WHERE entity_id = ? AND answer = 'yes' AND supplier IN (SELECT value FROM json_each(?))
        """,
        [entity_id, json.dumps(sorted(set(suppliers)))],
    )
    return {row["supplier"]: row["account_id"] for row in rows}


def lines_of_suppliers(db: Database, entity_id: str, suppliers: Iterable[str]) -> dict[str, list[Past]]:
    """Each supplier's newest lines that have an account, confirmed or on its way, the newest first."""
    return {
        supplier: _lines_of_supplier(db, entity_id, supplier)
        for supplier in sorted(set(suppliers))
        if supplier
    }


def _lines_of_supplier(db: Database, entity_id: str, supplier: str) -> list[Past]:
    """Two ranges of one index: a choice counts as soon as it is made."""
    rows = db.query(
        """
        SELECT * FROM (
            SELECT name, wanted_account_id AS account_id, issued_at, id FROM payable_lines
            WHERE entity_id = :entity_id AND assign_state = 'saving' AND supplier = :supplier
            ORDER BY issued_at DESC, payable_id, id LIMIT :last)
        UNION ALL
        SELECT * FROM (
            SELECT name, ledger_account_id AS account_id, issued_at, id FROM payable_lines
            WHERE entity_id = :entity_id AND assign_state = 'assigned' AND supplier = :supplier
            ORDER BY issued_at DESC, payable_id, id LIMIT :last)
        ORDER BY issued_at DESC, id LIMIT :last
        """,
        {"entity_id": entity_id, "supplier": supplier, "last": LAST_OF_SUPPLIER},
    )
    return [Past(row["name"] or "", row["account_id"]) for row in rows]


def same_products(db: Database, entity_id: str, names: Iterable[str]) -> dict[str, str]:
    """By name: the account of a product that is in the accounting system already; the last named wins."""
    rows = db.query(
        """
        SELECT p.name, p.ledger_account_id FROM products p
        WHERE p.entity_id = ? AND p.gone = 0 AND p.name IN (SELECT value FROM json_each(?))
          AND p.ledger_account_id IS NOT NULL
          AND EXISTS (SELECT 1 FROM synced_records r WHERE r.object_id = p.id
                      AND r.object_type = 'product' AND r.state = 'sent')
        ORDER BY p.name, p.updated_at, p.id
        """,
        [entity_id, json.dumps(sorted(set(names)))],
    )
    return {row["name"]: row["ledger_account_id"] for row in rows}


def default_account(db: Database, entity_id: str) -> str | None:
    """The account that products get when they have none, as last read from Monite."""
    rows = db.query("SELECT products_account_id FROM entity_defaults WHERE entity_id = ?", [entity_id])
    return next((row["products_account_id"] for row in rows), None)
