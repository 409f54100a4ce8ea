"""Ledger accounts as rows name them: also those that may no longer be chosen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from app.domain.accounts import LedgerAccount
from app.store import ledger_accounts


def named(db: Database, entity_id: str, ids: Iterable[str | None]) -> dict[str, LedgerAccount]:
    """The accounts of these ids. What Monite lists no longer counts as archived."""
    wanted = json.dumps(sorted({account_id for account_id in ids if account_id}))
    rows = db.query(
        "SELECT * FROM ledger_accounts WHERE entity_id = ? AND id IN (SELECT value FROM json_each(?))",
        [entity_id, wanted],
    )
    found = ((row, ledger_accounts.from_row(row)) for row in rows)
    return {
        row["id"]: replace(account, status="Archived") if row["gone"] else account for row, account in found
    }
