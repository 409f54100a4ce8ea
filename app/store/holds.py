"""One row for each entity whose sending is on hold."""

from __future__ import annotations

import json
from datetime import datetime

from sqlite_utils import Database

from app.domain.holds import Hold
from app.domain.sync_rules import SyncRules
from app.store.database import from_text, maybe_from_text, to_text


def find(db: Database, entity_id: str) -> Hold | None:
    """The hold of this entity; None while records may be sent."""
    row = next(iter(db.query("SELECT * FROM holds WHERE entity_id = ?", [entity_id])), None)
    if row is None:
        return None
    return Hold(
        entity_id=row["entity_id"],
        rules=SyncRules(tuple(json.loads(row["payable"])), tuple(json.loads(row["receivable"]))),
        reason=row["reason"],
        held_at=from_text(row["held_at"]),
        held_by=row["held_by"],
        confirmed_at=maybe_from_text(row["confirmed_at"]),
    )


def start(db: Database, entity_id: str, rules: SyncRules, *, reason: str, now: datetime, by: str) -> None:
    """Note a hold and the lists to come back to; one that stands already stays as it is."""
    db.execute(
        """
        INSERT INTO holds (entity_id, payable, receivable, reason, held_at, held_by)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
        [entity_id, json.dumps(rules.payable), json.dumps(rules.receivable), reason, to_text(now), by],
    )


def keep(db: Database, entity_id: str, rules: SyncRules) -> None:
    """Change the lists to come back to."""
    db.execute(
        "UPDATE holds SET payable = ?, receivable = ? WHERE entity_id = ?",
        [json.dumps(rules.payable), json.dumps(rules.receivable), entity_id],
    )


def confirm(db: Database, entity_id: str, now: datetime) -> None:
    """Monite showed empty lists; the first time counts."""
    db.execute(
        "UPDATE holds SET confirmed_at = coalesce(confirmed_at, ?) WHERE entity_id = ?",
        [to_text(now), entity_id],
    )


def unconfirm(db: Database, entity_id: str) -> None:
    """Monite showed lists that are not empty, so nobody may call it paused."""
    db.execute("UPDATE holds SET confirmed_at = NULL WHERE entity_id = ?", [entity_id])


def end(db: Database, entity_id: str) -> None:
    """Sending is no longer on hold."""
    db.execute("DELETE FROM holds WHERE entity_id = ?", [entity_id])
