"""The day up to which an entity's books are closed, as a person told us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from app.store.database import from_text, to_text


@dataclass(frozen=True, slots=True)
class ClosingDate:
    """Bills and invoices dated on or before `closed_up_to` belong to a closed period."""

    closed_up_to: date
    by: str
    at: datetime


def find(db: Database, entity_id: str) -> ClosingDate | None:
    """The closing date with who set it and when; None while nobody has."""
    row = next(iter(db.query("SELECT * FROM closing_dates WHERE entity_id = ?", [entity_id])), None)
    if row is None:
        return None
    return ClosingDate(date.fromisoformat(row["closed_up_to"]), row["actor_name"], from_text(row["at"]))


def save(db: Database, entity_id: str, closed_up_to: date, *, by: str, now: datetime) -> None:
    """Set the closing date, or change it."""
    db.execute(
        """
        INSERT INTO closing_dates (entity_id, closed_up_to, actor_name, at) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET closed_up_to = excluded.closed_up_to,
            actor_name = excluded.actor_name, at = excluded.at
        """,
        [entity_id, closed_up_to.isoformat(), by, to_text(now)],
    )


def remove(db: Database, entity_id: str) -> None:
    """No period is known to be closed any more."""
    db.execute("DELETE FROM closing_dates WHERE entity_id = ?", [entity_id])
