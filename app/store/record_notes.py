"""Notes on records; only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.domain.people import Actor, Role
from app.domain.record_notes import RecordNote
from app.store.database import from_text, to_text


def add(db: Database, entity_id: str, record_id: str, *, at: datetime, actor: Actor, text: str) -> None:
    """Keep a note."""
    db.execute(
        """
        INSERT INTO record_notes (entity_id, record_id, at, actor_name, actor_role, text)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        [entity_id, record_id, to_text(at), actor.name, actor.role.value, text],
    )


def find(db: Database, record_id: str) -> list[RecordNote]:
    """The notes on a record, newest first."""
    rows = db.query("SELECT * FROM record_notes WHERE record_id = ? ORDER BY id DESC", [record_id])
    return [
        RecordNote(from_text(row["at"]), Actor(row["actor_name"], Role(row["actor_role"])), row["text"])
        for row in rows
    ]
