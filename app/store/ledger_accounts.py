"""Ledger accounts of the accounting system, as last listed by Monite."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.accounts import LedgerAccount
from app.store import mirror
from app.store.database import to_text
from app.store.mirror import Raw, raw_text

TABLE = "ledger_accounts"


def save(
    db: Database, entity_id: str, rows: Iterable[tuple[LedgerAccount, Raw | None]], seen_at: datetime
) -> int:
    """Keep the newest copy of each account; how many are new or differ."""
    return mirror.upsert(db, TABLE, [_to_row(entity_id, account, raw, seen_at) for account, raw in rows])


def retire(db: Database, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read no longer listed."""
    return mirror.retire(db, TABLE, entity_id, read_began)


def count(db: Database, entity_id: str) -> int:
    """How many accounts the entity has."""
    return mirror.count(db, TABLE, entity_id)


def get(db: Database, entity_id: str, account_id: str) -> LedgerAccount | None:
    """The account, also when it is gone or archived; None when this entity never had it."""
    rows = db.query("SELECT * FROM ledger_accounts WHERE id = ? AND entity_id = ?", [account_id, entity_id])
    return next((from_row(row) for row in rows), None)


def find_offered(db: Database, entity_id: str) -> list[LedgerAccount]:
    """Every account that may be chosen, by code and name."""
    rows = db.query(
        """
        SELECT * FROM ledger_accounts WHERE entity_id = ? AND offered = 1
        ORDER BY nominal_code IS NULL, nominal_code, name, id
        """,
        [entity_id],
    )
    return [from_row(row) for row in rows]


def find_all(db: Database, entity_id: str) -> list[LedgerAccount]:
    """Every account that was ever listed, archived and missing ones too, by code and name."""
    rows = db.query(
        """
        SELECT * FROM ledger_accounts WHERE entity_id = ?
        ORDER BY nominal_code IS NULL, nominal_code, name, id
        """,
        [entity_id],
    )
    return [from_row(row) for row in rows]


def _to_row(entity_id: str, account: LedgerAccount, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": account.id,
        "entity_id": entity_id,
        "name": account.name,
        "nominal_code": account.nominal_code,
        "type": account.type,
        "subtype": account.subtype,
        "status": account.status,
        "is_bank_account": int(account.is_bank_account),
        "currency": account.currency,
        "description": account.description,
        "gone": 0,
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def from_row(row: dict[str, Any]) -> LedgerAccount:
    """An account from a row of the table."""
    return LedgerAccount(
        id=row["id"],
        name=row["name"],
        nominal_code=row["nominal_code"],
        type=row["type"],
        subtype=row["subtype"],
        status=row["status"],
        is_bank_account=bool(row["is_bank_account"]),
        currency=row["currency"],
        description=row["description"],
        gone=bool(row["gone"]),
    )
