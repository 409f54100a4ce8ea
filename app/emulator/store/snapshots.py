"""Every table's rows at once: emptying the file, filling it, and taking one entity's rows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]
Tables = dict[str, list[Row]]

KEPT = ("client_id", "client_secret", "base_url")

# A table comes after those that it refers to.
TABLES = (
    "entities", "roles", "entity_users", "measure_units", "counterparts", "counterpart_addresses",
    "products", "payables", "payable_line_items", "receivables", "payment_records", "organisations",
    "book_accounts", "book_tax_rates",
    "book_currencies", "book_contacts", "book_items", "book_documents", "book_lines", "book_payments",
    "connections",
    "sync_rules", "ledger_accounts", "accounting_tax_rates", "synced_records", "jobs", "events",
    "webhook_subscriptions", "webhook_deliveries", "outgoing", "codat_consumers", "codat_datasets",
    "codat_push_operations", "codat_errors",
)  # fmt: skip


@contextmanager
def unchecked(db: Database) -> Iterator[None]:
    """Every row goes and comes, so that references need not be looked up one by one meanwhile.

    Within a transaction of the caller's this does nothing, and they are looked up.
    """
    db.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        db.execute("PRAGMA foreign_keys=ON")


def clear(db: Database) -> None:
    """Remove everything except the credentials and the address; the clock is the real one again."""
    for table in (*reversed(TABLES), "faults", "tokens"):
        db.execute(f"DELETE FROM {table}")
    db.execute("DELETE FROM meta WHERE key NOT IN (?, ?, ?)", KEPT)


def fill(db: Database, tables: Mapping[str, Iterable[Row]]) -> None:
    """Write the rows of each table; all rows of one table have the same columns."""
    for table in (name for name in TABLES if name in tables):
        rows = iter(tables[table])
        first = next(rows, None)
        if first is not None:
            marks = ", ".join(f":{column}" for column in first)
            # Rows may be made while they are written: a hundred thousand are never in memory at once.
            db.conn.executemany(
                f"INSERT INTO {table} ({', '.join(first)}) VALUES ({marks})", chain([first], rows)
            )


def merge(filled: Tables, part: Tables) -> None:
    """Add the rows of one part to those that are there."""
    for table, rows in part.items():
        filled.setdefault(table, []).extend(rows)


def find_lines(db: Database, entity_id: str) -> list[Row]:
    """Every bill line of an entity with its bill's status, number and supplier, the oldest bill first."""
    return list(
        db.query(
            """
            SELECT l.id, p.status, p.document_id, p.counterpart_name
            FROM payable_line_items l JOIN payables p ON p.id = l.payable_id
            WHERE p.entity_id = ? ORDER BY p.issued_at, p.id, l.position
            """,
            [entity_id],
        )
    )


def account_ids(db: Database, entity_id: str) -> dict[str, str]:
    """The ids of an entity's ledger accounts by their codes."""
    rows = db.query("SELECT nominal_code, id FROM ledger_accounts WHERE entity_id = ?", [entity_id])
    return {row["nominal_code"]: row["id"] for row in rows}


def put_line_accounts(db: Database, accounts: Iterable[tuple[str, str]]) -> None:
    """Give line items their ledger accounts, in pairs of line item and account."""
    db.conn.executemany(
        """
        UPDATE payable_line_items SET ledger_account_id = :account,
            body = json_set(body, '$.ledger_account_id', :account) WHERE id = :line
        """,
        [{"line": line, "account": account} for line, account in accounts],
    )


def put_product_account(db: Database, entity_id: str, account: str) -> None:
    """Give every product of an entity that has none this ledger account."""
    db.execute(
        """
        UPDATE products SET ledger_account_id = :account,
            body = json_set(body, '$.ledger_account_id', :account)
        WHERE entity_id = :entity_id AND ledger_account_id IS NULL
        """,
        {"entity_id": entity_id, "account": account},
    )
