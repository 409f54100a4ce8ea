"""When a person last saved the rules of an entity."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.domain.holds import RuleSave
from app.store.database import from_text, maybe_from_text, to_text


def find(db: Database, entity_id: str) -> RuleSave | None:
    """The last save; None while nobody has been through the rules."""
    row = next(iter(db.query("SELECT * FROM rule_saves WHERE entity_id = ?", [entity_id])), None)
    if row is None:
        return None
    return RuleSave(from_text(row["saved_at"]), row["saved_by"], maybe_from_text(row["confirmed_at"]))


def save(db: Database, entity_id: str, now: datetime, by: str) -> None:
    """Note that somebody saved; reading back has not agreed yet."""
    db.execute(
        """
        INSERT INTO rule_saves (entity_id, saved_at, saved_by) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE
        SET saved_at = excluded.saved_at, saved_by = excluded.saved_by, confirmed_at = NULL
        """,
        [entity_id, to_text(now), by],
    )


def confirm(db: Database, entity_id: str, now: datetime) -> None:
    """Reading back showed the lists as they were saved."""
    db.execute("UPDATE rule_saves SET confirmed_at = ? WHERE entity_id = ?", [to_text(now), entity_id])
