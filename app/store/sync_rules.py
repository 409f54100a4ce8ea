"""The push lists as last read from Monite."""

from __future__ import annotations

import json
from datetime import datetime

from sqlite_utils import Database

from app.domain.sync_rules import SyncRules
from app.store.database import maybe_from_text, to_text


def save(db: Database, entity_id: str, rules: SyncRules, seen_at: datetime) -> None:
    """Keep the lists as Monite showed them."""
    db.execute(
        """
        INSERT INTO sync_rules (entity_id, payable, receivable, seen_at) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET payable = excluded.payable, receivable = excluded.receivable,
            seen_at = excluded.seen_at
        """,
        [entity_id, json.dumps(rules.payable), json.dumps(rules.receivable), to_text(seen_at)],
    )


def find(db: Database, entity_id: str) -> SyncRules | None:
    """The lists; None while they were never read."""
    row = next(iter(db.query("SELECT * FROM sync_rules WHERE entity_id = ?", [entity_id])), None)
    return None if row is None else SyncRules(*(tuple(json.loads(row[k])) for k in ("payable", "receivable")))


def seen_at(db: Database, entity_id: str) -> datetime | None:
    """When they were last read."""
    row = db.execute("SELECT seen_at FROM sync_rules WHERE entity_id = ?", [entity_id]).fetchone()
    return maybe_from_text(row[0]) if row else None
