"""The emulator's own SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from app.emulator.store.schema import migrations
from app.sqlite import connect, write

__all__ = ["attempt", "migrate", "open_database", "prepare", "write"]

PATIENCE_MS = 60_000
"""How long a write waits for another one: loading a large scenario takes seconds, in one transaction."""


def open_database(path: Path | str) -> Database:
    """A connection for one thread at a time; reads never wait, a write waits for the one before it."""
    db = connect(path)
    db.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    return db


def migrate(db: Database) -> None:
    """Bring the file to the newest schema; several processes may call this at once."""
    with write(db):
        migrations.apply(db)


def prepare(path: Path | str) -> Database:
    """An open connection to a file that has the newest schema."""
    db = open_database(path)
    migrate(db)
    return db


@contextmanager
def attempt(db: Database) -> Iterator[None]:
    """A part of the caller's transaction that is undone by itself when it fails."""
    db.conn.execute("SAVEPOINT attempt")
    try:
        yield
    except Exception:
        db.conn.execute("ROLLBACK TO attempt")
        db.conn.execute("RELEASE attempt")
        raise
    db.conn.execute("RELEASE attempt")
