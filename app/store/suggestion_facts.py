"""What the store tells about earlier choices: for the suppliers and names on a page, and of each account."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlite_utils import Database

from app.domain.bookkeeping.facts import Past

LAST_OF_SUPPLIER = 30
BESIDE = 12
LAST_OF_ACCOUNT = 40
MOST_ACCOUNTS = 60
MOST_PRODUCTS = 400
SOME = 200


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
    return {supplier: _lines_of_supplier(db, entity_id, supplier) for supplier in sorted(set(suppliers))}


def _lines_of_supplier(db: Database, entity_id: str, supplier: str) -> list[Past]:
    """Two ranges of one index: a choice counts as soon as it is made."""
    rows = db.query(
        """
        SELECT * FROM (
            SELECT name, wanted_account_id AS account_id, issued_at, id FROM payable_lines
            WHERE entity_id = :entity_id AND assign_state = 'saving' AND supplier = :supplier
              AND wanted_account_id <> ''
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


def names_of_suppliers(db: Database, entity_id: str, suppliers: Iterable[str]) -> dict[str, list[str]]:
    """What each supplier's newest lines are called, whether they have an account or not."""
    return {
        supplier: [
            row["name"] or ""
            for row in db.query(
                """
                SELECT name FROM payable_lines WHERE entity_id = ? AND supplier = ?
                ORDER BY issued_at DESC, payable_id, id LIMIT ?
                """,
                [entity_id, supplier, BESIDE],
            )
        ]
        for supplier in sorted(set(suppliers))
    }


def some_names(db: Database, entity_id: str) -> list[str]:
    """What some of the business's lines are called: enough to tell its language."""
    rows = db.query(
        """
        SELECT name FROM payable_lines WHERE entity_id = ?
        ORDER BY supplier, issued_at DESC, payable_id, id LIMIT ?
        """,
        [entity_id, SOME],
    )
    return [row["name"] or "" for row in rows]


def lines_of_accounts(db: Database, entity_id: str) -> list[Past]:
    """For each account that bill lines have, its lines that were put away last."""
    return [
        Past(row["name"] or "", account_id)
        for account_id in _used_accounts(db, "payable_lines", entity_id)
        for row in db.query(
            """
            SELECT name FROM payable_lines WHERE entity_id = ? AND ledger_account_id = ?
            ORDER BY rowid DESC LIMIT ?
            """,
            [entity_id, account_id, LAST_OF_ACCOUNT],
        )
    ]


def newest_products(db: Database, entity_id: str) -> list[Past]:
    """Products that have an account, or one on its way: of each account the last, the newest first."""
    found = list(
        db.query(
            """
            SELECT name, wanted_account_id AS account_id, updated_at, id FROM products
            WHERE entity_id = ? AND gone = 0 AND assign_state = 'saving' AND wanted_account_id <> ''
            ORDER BY name, id LIMIT ?
            """,
            [entity_id, LAST_OF_ACCOUNT],
        )
    )
    for account_id in _used_accounts(db, "products", entity_id):
        found += db.query(
            """
            SELECT name, ledger_account_id AS account_id, updated_at, id FROM products
            WHERE entity_id = ? AND ledger_account_id = ? AND gone = 0 ORDER BY rowid DESC LIMIT ?
            """,
            [entity_id, account_id, LAST_OF_ACCOUNT],
        )
    found.sort(key=lambda row: (row["updated_at"], row["id"]), reverse=True)
    return [Past(row["name"], row["account_id"]) for row in found]


def _used_accounts(db: Database, table: str, entity_id: str) -> list[str]:
    """The accounts that rows have, one step in the index for each: the size of the table does not matter."""
    listed = "AND gone = 0" if table == "products" else ""
    rows = db.query(
        f"""
        WITH RECURSIVE used (account) AS (
            SELECT min(ledger_account_id) FROM {table}
            WHERE entity_id = :entity_id AND ledger_account_id IS NOT NULL {listed}
            UNION ALL
            SELECT (SELECT min(ledger_account_id) FROM {table}
                    WHERE entity_id = :entity_id AND ledger_account_id > used.account {listed})
            FROM used WHERE used.account IS NOT NULL
        )
        SELECT account FROM used WHERE account IS NOT NULL LIMIT :most
        """,
        {"entity_id": entity_id, "most": MOST_ACCOUNTS},
    )
    return [row["account"] for row in rows]


def product_names(db: Database, entity_id: str) -> list[str]:
    """What the business sells, by name; the first few hundred."""
    rows = db.query(
        "SELECT name FROM products WHERE entity_id = ? AND gone = 0 ORDER BY name, id LIMIT ?",
        [entity_id, MOST_PRODUCTS],
    )
    return [row["name"] for row in rows]


def same_products(db: Database, entity_id: str, names: Iterable[str]) -> dict[str, str]:
    """By name: the account of a product that is in the accounting system already; the newest wins."""
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


def chart_stamp(db: Database, entity_id: str) -> tuple[object, ...]:
    """Differs whenever anything that suggestions need of the accounts has changed."""
    row = db.execute(
        """
        SELECT count(*), max(seen_at), (SELECT max(id) FROM account_changes)
        FROM ledger_accounts WHERE entity_id = ? AND offered = 1
        """,
        [entity_id],
    ).fetchone()
    return tuple(row)
