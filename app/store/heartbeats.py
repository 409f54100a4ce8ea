"""Signs of life, so that a page can say when the worker is not running."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.store.database import from_text, to_text


def beat(db: Database, name: str, pid: int, now: datetime) -> None:
    """Say that the process of this name is alive."""
    db.execute(
        """
        INSERT INTO heartbeats (name, at, pid) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET at = excluded.at, pid = excluded.pid
        """,
        [name, to_text(now), pid],
    )


def last(db: Database, name: str) -> datetime | None:
    """When it was last alive; None when it never was."""
    row = db.execute("SELECT at FROM heartbeats WHERE name = ?", [name]).fetchone()
    return None if row is None else from_text(row[0])
