"""The emulator's own SQLite file: opening it, and writing in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from app.emulator.store.schema import migrations

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
)


def open_database(path: Path | str) -> Database:
    """A connection of the calling thread's own; the file and its folder are made when missing."""
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    conn = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    for pragma in PRAGMAS:
        conn.execute(pragma)
    return Database(conn)


def migrate(db: Database) -> None:
    """Bring the file to the newest schema; several processes may call this at once."""
    with write(db):
        migrations.apply(db)


@contextmanager
def write(db: Database) -> Iterator[Database]:
    """One transaction that takes the write lock at its start; nested calls join the outer one.

    sqlite-utils' own atomic() begins deferred, and a read followed by a write then fails at once
    when somebody else has written in between.
    """
    if db.conn.in_transaction:
        yield db
        return
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.conn.execute("ROLLBACK")
        raise
    db.conn.execute("COMMIT")
