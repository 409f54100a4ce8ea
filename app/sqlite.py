"""SQLite as both houses use it: opening a file, and writing in one transaction.

It knows neither house, and holds no model that they could share; see docs/decisions/0001.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

PRAGMAS = (
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-8000",
)


def connect(path: Path | str) -> Database:
    """A connection for one thread at a time; the file and its folder are made when missing."""
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    conn = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    for pragma in PRAGMAS:
        conn.execute(pragma)
    return Database(conn)


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


def run_script(db: Database, script: str) -> None:
    """Run each statement of a script; executescript() would commit the transaction around it."""
    statement: list[str] = []
    for line in script.splitlines():
        if line.lstrip().startswith("--"):
            continue
        statement.append(line)
        if line.rstrip().endswith(";") and sqlite3.complete_statement("\n".join(statement)):
            db.conn.execute("\n".join(statement))
            statement = []
