"""Ledger accounts as the account picker offers and names them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from app.domain.accounts import LedgerAccount


def offered(db: Database, entity_id: str) -> list[LedgerAccount]:
    """Every account that may be chosen, by code and name: active ones, without bank accounts."""
    rows = db.query(
        "SELECT * FROM ledger_accounts WHERE entity_id = ? AND offered = 1 ORDER BY nominal_code, name, id",
        [entity_id],
    )
    return [_from_row(row) for row in rows]


def named(db: Database, entity_id: str, ids: Iterable[str | None]) -> dict[str, LedgerAccount]:
    """The accounts of these ids, also those that are archived or gone by now."""
    wanted = json.dumps(sorted({account_id for account_id in ids if account_id}))
    rows = db.query(
        "SELECT * FROM ledger_accounts WHERE entity_id = ? AND id IN (SELECT value FROM json_each(?))",
        [entity_id, wanted],
    )
    return {row["id"]: _from_row(row) for row in rows}


def _from_row(row: dict[str, Any]) -> LedgerAccount:
    return LedgerAccount(
        id=row["id"],
        name=row["name"],
        nominal_code=row["nominal_code"],
        type=row["type"],
        subtype=row["subtype"],
        # What Monite lists no longer is as good as archived.
        status="Archived" if row["gone"] else row["status"],
        is_bank_account=bool(row["is_bank_account"]),
        currency=row["currency"],
        description=row["description"],
    )
