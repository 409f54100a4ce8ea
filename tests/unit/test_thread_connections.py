"""One open connection per thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from app.sqlite import ThreadConnections


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[ThreadConnections]:
    found = ThreadConnections(tmp_path / "db.sqlite3")
    yield found
    found.close()


def test_a_thread_keeps_its_connection(connections: ThreadConnections) -> None:
    assert connections.get() is connections.get()


def test_another_thread_has_another_that_is_closed_with_it(connections: ThreadConnections) -> None:
    theirs: list[sqlite3.Connection] = []
    thread = threading.Thread(target=lambda: theirs.append(connections.get().conn))
    thread.start()
    thread.join()

    assert theirs[0] is not connections.get().conn
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        theirs[0].execute("SELECT 1")


def test_closing_closes_and_the_next_one_who_asks_opens_again(connections: ThreadConnections) -> None:
    conn = connections.get().conn
    connections.close()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        conn.execute("SELECT 1")
    assert connections.get().execute("SELECT 1").fetchone() == (1,)


def test_what_was_left_open_is_undone(connections: ThreadConnections) -> None:
    db: Database = connections.get()
    db.conn.execute("CREATE TABLE t (n)")
    db.conn.execute("BEGIN")
    db.conn.execute("INSERT INTO t VALUES (1)")

    connections.tidy()

    assert not db.conn.in_transaction
    assert db.execute("SELECT count(*) FROM t").fetchone() == (0,)
