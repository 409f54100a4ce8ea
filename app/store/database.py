"""The dashboard's SQLite file, and how times are written in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from app.sqlite import ThreadConnections, connect, write
from app.store.schema import migrations

__all__ = [
    "ThreadConnections",
    "connect",
    "from_text",
    "maybe_from_text",
    "maybe_to_text",
    "migrate",
    "prepare",
    "to_text",
    "write",
]


def migrate(db: Database) -> None:
    """Bring the file to the newest schema; several processes may call this at once."""
    with write(db):
        migrations.apply(db)


def prepare(path: Path | str) -> Database:
    """An open connection to a file that has the newest schema."""
    db = connect(path)
    migrate(db)
    return db


def to_text(moment: datetime) -> str:
    """A moment as every time column holds it, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    return datetime.fromisoformat(text)


def maybe_to_text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def maybe_from_text(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
