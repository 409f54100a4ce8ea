"""Every table's rows at once: emptying the file, filling it, and taking one entity's rows out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]
Tables = dict[str, list[Row]]

CREDENTIALS = ("client_id", "client_secret")

# A table comes after those that it refers to.
TABLES = (
    "entities", "measure_units", "counterparts", "counterpart_addresses", "products", "payables",
    "payable_line_items", "receivables", "organisations", "book_accounts", "book_tax_rates",
    "book_currencies", "book_contacts", "book_items", "book_documents", "book_lines", "connections",
    "sync_rules", "ledger_accounts", "accounting_tax_rates", "synced_records", "jobs",
)  # fmt: skip


def clear(db: Database) -> None:
    """Remove everything except the credentials; the clock is the real one again."""
    for table in (*reversed(TABLES), "faults", "tokens"):
        db.execute(f"DELETE FROM {table}")
    db.execute("DELETE FROM meta WHERE key NOT IN (?, ?)", CREDENTIALS)


def fill(db: Database, tables: Mapping[str, Iterable[Row]]) -> None:
    """Write the rows of each table; all rows of one table have the same columns."""
    for table in (name for name in TABLES if name in tables):
        rows = list(tables[table])
        if rows:
            columns = list(rows[0])
            marks = ", ".join(f":{column}" for column in columns)
            db.conn.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def merge(filled: Tables, part: Tables) -> None:
    """Add the rows of one part to those that are there."""
    for table, rows in part.items():
        filled.setdefault(table, []).extend(rows)


def rows_of(db: Database, table: str, entity_id: str) -> list[Row]:
    """An entity's rows of one table, in the order in which they were written."""
    owner = {
        "entities": "id = :id",
        "counterpart_addresses": "counterpart_id IN (SELECT id FROM counterparts WHERE entity_id = :id)",
        "jobs": "connection_id IN (SELECT id FROM connections WHERE entity_id = :id)",
    }.get(table, "entity_id = :id")
    if table.startswith("book_"):
        owner = "organisation_id IN (SELECT id FROM organisations WHERE entity_id = :id)"
    return list(db.query(f"SELECT * FROM {table} WHERE {owner} ORDER BY rowid", {"id": entity_id}))


def put_line_accounts(db: Database, accounts: Iterable[tuple[str, str]]) -> None:
    """Give line items their ledger accounts, in pairs of account and line item."""
    db.conn.executemany(
        """
        UPDATE payable_line_items SET ledger_account_id = :account,
            body = json_set(body, '$.ledger_account_id', :account) WHERE id = :line
        """,
        [{"account": account, "line": line} for account, line in accounts],
    )


def put_product_accounts(db: Database, accounts: Iterable[tuple[str, str]]) -> None:
    """Give products their ledger accounts, in pairs of account and product."""
    db.conn.executemany(
        """
        UPDATE products SET ledger_account_id = :account,
            body = json_set(body, '$.ledger_account_id', :account) WHERE id = :product
        """,
        [{"account": account, "product": product} for account, product in accounts],
    )
