"""kill -9 in the middle of a sync, or of loading: the same state as if nobody had disturbed it."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest
import requests
from sqlite_utils import Database

from app.emulator import samples
from app.emulator.config import EmulatorSettings
from app.emulator.rules.statuses import PAYABLE_DEFAULT, RECEIVABLE_DEFAULT
from app.emulator.store import clock, connections, snapshots, sync_rules
from app.emulator.store.book_pages import books_of
from app.emulator.store.database import prepare, write
from app.emulator.sync import connections as sync
from app.emulator.sync import engine
from app.processes import answer
from tests.processes import free_port, program, until

BILLS = 400
KILLS = 4
WAIT = 3600
"""Seconds of the emulator's time, in which everything that is on its way arrives."""


class Killable:
    """An emulator at human speed over one file, as a process that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.file = folder / "emulator.sqlite3"
        self.url = f"http://127.0.0.1:{port}/_emulator"
        self._environ = {"GANGWAY_INSTANCE": str(folder), "GANGWAY_EMULATOR_PORT": str(port)}
        self.process: psutil.Popen | None = None

    def start(self) -> None:
        self.process = program("emulator", self._environ)
        until(lambda: answer(f"{self.url}/state"), 60, "the emulator's start")

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        return requests.post(f"{self.url}/{path}", json=body, timeout=60)

    def post_and_kill(self, path: str, body: dict[str, Any], when: Callable[[], bool]) -> None:
        """Kill it while it does what it was told, as soon as something is so."""
        asked = threading.Thread(target=self._post_to_the_dying, args=(path, body))
        asked.start()
        until(when, what="the moment of the kill")
        self.kill()
        asked.join()

    def _post_to_the_dying(self, path: str, body: dict[str, Any]) -> None:
        try:
            self.post(path, body)
        except requests.ConnectionError:
            return


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Killable]:
    made = Killable(tmp_path)
    yield made
    made.kill()


def business(file: Path) -> tuple[str, str]:
    """A business whose person is about to sign in: so many bills, each with an account; its ids."""
    with closing(prepare(file)) as db:
        samples.load(db, "bulk", entities=1, payables=BILLS)
        with write(db):
            entity_id = str(next(db.query("SELECT id FROM entities"))["id"])
            account = snapshots.account_ids(db, entity_id)["429"]
            lines = [(line["id"], account) for line in snapshots.find_lines(db, entity_id)]
            snapshots.put_line_accounts(db, lines)
            sync_rules.save(db, entity_id, payable=PAYABLE_DEFAULT, receivable=RECEIVABLE_DEFAULT)
            sync.disconnect(db, connections.find_all(db, entity_id)[0]["id"])
            made = sync.create(db, entity_id, "xero", settings_provider="codat")
        return entity_id, str(made["id"])


def undisturbed(file: Path, entity_id: str, connection_id: str) -> tuple[Any, Any]:
    """What a copy of the file holds when everything is done at once."""
    copy = file.with_name("undisturbed.sqlite3")
    shutil.copy(file, copy)
    with closing(prepare(copy)) as db:
        with write(db):
            sync.authorise(db, connection_id)
            clock.advance(db, WAIT)
        engine.run_due(db, EmulatorSettings(database=copy, instant=True))
        return state(db, entity_id)


def state(db: Database, entity_id: str) -> tuple[Any, Any]:
    """The books, and what Monite's log says of every object."""
    names = ("object_type", "object_id", "sync_status", "platform_object_id", "errors")
    rows = db.query(f"SELECT {', '.join(names)} FROM synced_records WHERE entity_id = ?", [entity_id])
    records = sorted(tuple(str(row[name]) for name in names) for row in rows)
    return books_of(db, entity_id), records


def sent(db: sqlite3.Connection) -> int:
    """How many bills are in the books by a push."""
    return int(db.execute("SELECT count(*) FROM book_documents WHERE source = 'monite'").fetchone()[0])


def _sent_at_least(db: sqlite3.Connection, count: int) -> bool:
    return sent(db) >= count


@pytest.mark.slow
def test_a_sync_that_was_killed_again_and_again_leaves_the_same_books(killable: Killable) -> None:
    entity_id, connection_id = business(killable.file)
    books, records = undisturbed(killable.file, entity_id, connection_id)
    points = sorted(Random(7).sample(range(len(books["bills"]) - 50), KILLS))

    cut: list[int] = []
    killable.start()
    killable.post(f"connections/{connection_id}/authorise", {})
    with closing(sqlite3.connect(killable.file)) as looking:
        for point in points:
            reached = partial(_sent_at_least, looking, point)
            killable.post_and_kill("clock", {"advance_seconds": WAIT}, reached)
            cut.append(sent(looking))
            killable.start()
        killable.post("clock", {"advance_seconds": WAIT})
        killable.kill()
        in_all = sent(looking)

    with closing(prepare(killable.file)) as db:
        assert state(db, entity_id) == (books, records)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {status for kind, _, status, _, _ in records if kind == "bill"} == {"done"}
    assert any(0 < count < in_all for count in cut), "no kill was in the middle"


@pytest.mark.slow
def test_loading_that_was_killed_leaves_what_was_there(killable: Killable) -> None:
    entity_id, _ = business(killable.file)
    killable.start()
    log = killable.file.with_name(killable.file.name + "-wal")

    killable.post_and_kill(
        "reset",
        {"scenario": "bulk", "payables": 50_000},
        lambda: log.stat().st_size > 20_000_000,
    )

    with closing(prepare(killable.file)) as db:
        assert [row["id"] for row in db.query("SELECT id FROM entities")] == [entity_id]
        assert db.table("payables").count == BILLS
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
