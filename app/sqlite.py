"""SQLite as both houses use it: opening a file, and writing in one transaction.

It knows neither house, and holds no model that they could share; see docs/decisions/0001.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """A connection for one thread at a time; the file, readable by us alone, is made when missing."""
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        # What SQLite writes beside the file has the file's own permissions. One that is there must not be
        # opened by anybody else in this process: closing it would take SQLite's locks away.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    conn = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    for pragma in PRAGMAS:
        conn.execute(pragma)
    return Database(conn)


class ThreadConnections:
    """A connection for each thread that asks, opened once: opening one costs more than most pages read.

    A thread's connection is closed when the thread ends, and with this object at the latest.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._here = threading.local()

    def get(self) -> Database:
        """This thread's own connection."""
        held: _Held | None = getattr(self._here, "held", None)
        if held is None:
            held = self._here.held = _Held(connect(self._path))
        return held.db

    def tidy(self) -> None:
        """Leave no transaction open in this thread's connection, whatever went wrong before."""
        held: _Held | None = getattr(self._here, "held", None)
        if held is not None and held.db.conn.in_transaction:
            held.db.conn.rollback()

    def close(self) -> None:
        """Close this thread's connection; the next one who asks opens it again."""
        self._here.__dict__.pop("held", None)


class _Held:
    """Closes a connection as soon as nobody holds it any more."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def __del__(self) -> None:
        self.db.close()


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
    if "".join(statement).strip():
        raise ValueError("the script ends in the middle of a statement: " + "\n".join(statement))
