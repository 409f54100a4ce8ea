"""The emulator's own SQLite file."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from app.emulator.store.schema import migrations
from app.sqlite import connect as open_database
from app.sqlite import write

__all__ = ["migrate", "open_database", "prepare", "write"]


def migrate(db: Database) -> None:
    """Bring the file to the newest schema; several processes may call this at once."""
    with write(db):
        migrations.apply(db)


def prepare(path: Path | str) -> Database:
    """An open connection to a file that has the newest schema."""
    db = open_database(path)
    migrate(db)
    return db
