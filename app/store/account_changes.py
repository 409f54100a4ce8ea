"""What became of accounts since they were first seen; the rows are written by the table's own triggers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.account_changes import AccountChange, ChangeKind
from app.store.database import from_text, to_text
from app.store.mirror import ids


def find_open(db: Database, entity_id: str, account_ids: Iterable[str]) -> dict[str, list[AccountChange]]:
    """The changes of these accounts that nobody has settled, oldest first, by account."""
    rows = db.query(
        """
        SELECT * FROM account_changes
        WHERE entity_id = ? AND settled_at IS NULL AND account_id IN (SELECT value FROM json_each(?))
        ORDER BY id
        """,
        [entity_id, ids(sorted(set(account_ids)))],
    )
    found: dict[str, list[AccountChange]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append(_from_row(row))
    return found


def newest(db: Database, entity_id: str) -> int:
    """The id of the newest change that nobody has settled; 0 when there is none."""
    sql = "SELECT max(id) FROM account_changes WHERE entity_id = ? AND settled_at IS NULL"
    return int(db.execute(sql, [entity_id]).fetchone()[0] or 0)


def settle(db: Database, entity_id: str, account_id: str, *, up_to: int, by: str, now: datetime) -> int:
    """Mark an account's changes as dealt with, up to the newest that the person saw; how many that were."""
    return db.execute(
        """
        UPDATE account_changes SET settled_at = ?, settled_by = ?
        WHERE entity_id = ? AND account_id = ? AND id <= ? AND settled_at IS NULL
        """,
        [to_text(now), by, entity_id, account_id, up_to],
    ).rowcount


def _from_row(row: dict[str, Any]) -> AccountChange:
    return AccountChange(
        id=row["id"],
        account_id=row["account_id"],
        at=from_text(row["at"]),
        kind=ChangeKind(row["kind"]),
        was=row["was"],
        became=row["became"],
    )
