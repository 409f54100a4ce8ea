"""Accounts, bill lines and products of a small business, as the store holds them."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import to_text
from tests.factories import NOW


def add_account(
    db: Database, account_id: str, name: str, type_: str = "Expense", *, status: str = "Active"
) -> str:
    """A ledger account of e1."""
    db.execute(
        "INSERT INTO ledger_accounts (id, entity_id, name, type, status, is_bank_account, raw, seen_at)"
        " VALUES (?, 'e1', ?, ?, ?, 0, '{}', ?)",
        [account_id, name, type_, status, to_text(NOW)],
    )
    return account_id


def add_line(
    db: Database,
    line_id: str,
    name: str = "Line",
    *,
    supplier: str = "Acme Dairy",
    account: str | None = None,
    wanted: str | None = None,
    save_state: str = "",
    day: str = "2026-06-01",
) -> None:
    """A line of a bill that may still be changed."""
    db.execute(
        "INSERT INTO payable_lines (id, entity_id, payable_id, position, name, supplier, payable_status,"
        " ledger_account_id, wanted_account_id, save_state, issued_at, editable, raw, seen_at)"
        " VALUES (?, 'e1', ?, 0, ?, ?, 'new', ?, ?, ?, ?, 1, '{}', ?)",
        [line_id, f"bill-{line_id}", name, supplier, account, wanted, save_state, day, to_text(NOW)],
    )


def add_product(
    db: Database, product_id: str, name: str, *, account: str | None = None, in_books: bool = False
) -> None:
    """A product; one that is in the books has a synced record that arrived."""
    at = to_text(NOW)
    db.execute(
        "INSERT INTO products (id, entity_id, name, ledger_account_id, updated_at, raw, seen_at)"
        " VALUES (?, 'e1', ?, ?, ?, '{}', ?)",
        [product_id, name, account, at, at],
    )
    if in_books:
        db.execute(
            "INSERT INTO synced_records (id, entity_id, object_type, object_id, sync_status, state,"
            " created_at, updated_at, raw, seen_at)"
            " VALUES (?, 'e1', 'product', ?, 'done', 'sent', ?, ?, '{}', ?)",
            [f"record-{product_id}", product_id, at, at, at],
        )


def remember(db: Database, supplier: str, account_id: str, answer: str = "yes") -> None:
    """What a person answered to "from now on?"."""
    db.execute(
        "INSERT INTO remembered_choices (entity_id, supplier, account_id, answer, actor_name, actor_role, at)"
        " VALUES ('e1', ?, ?, ?, 'Marie', 'owner', ?)",
        [supplier, account_id, answer, to_text(NOW)],
    )


def set_default(db: Database, account_id: str) -> None:
    """The account for products without one, as last read from Monite."""
    db.execute(
        "INSERT INTO entity_defaults (entity_id, products_account_id, raw, seen_at)"
        " VALUES ('e1', ?, '{}', ?)",
        [account_id, to_text(NOW)],
    )
