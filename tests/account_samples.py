"""Ledger accounts and what uses them, put into a store as a refresh would leave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.accounts import LedgerAccount
from app.domain.resources import Read
from app.store import ledger_accounts, resources
from app.store.database import to_text, write

WHEN = datetime.fromisoformat("2025-05-09T09:30:00+00:00")


def account(account_id: str, code: str, name: str, **changes: Any) -> LedgerAccount:
    """An expense account in use."""
    values: dict[str, Any] = {"type": "Expense", "subtype": None, "status": "Active"}
    values |= {"is_bank_account": False, "currency": "GBP"}
    return LedgerAccount(account_id, name, code, **(values | changes))


OLD = account("old", "404", "Old marketing")
NEW = account("new", "429", "Marketing")
SALES = account("sales", "200", "Sales", type="Income")
BANK = account("bank", "090", "Current account", type="Asset", is_bank_account=True)


def import_accounts(
    db: Database, *accounts: LedgerAccount, at: datetime = WHEN, entity_id: str = "e1"
) -> None:
    """One full read of these accounts, and no others."""
    with write(db):
        read = resources.begin(db, entity_id, "ledger_accounts", at)
        assert isinstance(read, Read)
        ledger_accounts.save(db, entity_id, [(one, {}) for one in accounts], at)
        ledger_accounts.retire(db, entity_id, at)
        resources.finish(db, read, at, None)


def add_product(db: Database, product_id: str, account_id: str | None, **changes: Any) -> None:
    """A product with an account."""
    row: dict[str, Any] = {"id": product_id, "entity_id": "e1", "name": product_id, "currency": "GBP"}
    row |= {"ledger_account_id": account_id, "updated_at": to_text(WHEN), "raw": "{}"}
    row |= {"seen_at": to_text(WHEN)} | changes
    with write(db):
        db.execute(
            f"INSERT INTO products ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )
