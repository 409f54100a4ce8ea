from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from app.emulator.errors import ConflictError
from app.emulator.store.database import open_database
from app.emulator.sync import books, engine, pull, push
from app.emulator.sync import connections as sync
from tests.emulator_factories import Practice

ROOT = Path(__file__).parents[2]

WORKER = """
import sys
from pathlib import Path
from app.emulator.config import EmulatorSettings
from app.emulator.store.database import open_database
from app.emulator.sync import engine
path = Path(sys.argv[1])
db = open_database(path)
print("ready", flush=True)
engine.run_due(db, EmulatorSettings(database=path, instant=True))
db.close()
"""


def with_bills(path: Path, count: int) -> Practice:
    """A connected business whose bills are pending, with nothing pushed yet."""
    practice = Practice(path)
    practice.connect()
    vendor = practice.counterpart()
    for number in range(count):
        practice.bill(vendor, number=f"B-{number}")
    sync.request_sync(practice.db, practice.connection_id)
    return practice


def assert_each_once(practice: Practice, count: int) -> None:
    numbers = Counter(bill["number"] for bill in practice.books()["bills"])
    assert numbers == {f"B-{number}": 1 for number in range(count)}
    assert {row["sync_status"] for row in practice.records("bill")} == {"done"}
    assert len(practice.books()["contacts"]) == 1


def test_two_callers_at_once_push_everything_once(tmp_path: Path) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 300)

    def run() -> None:
        db = open_database(practice.settings.database)
        engine.run_due(db, practice.settings)
        db.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert_each_once(practice, 300)
    practice.close()


@pytest.mark.parametrize("written", [0, 1, 100, 300])
def test_after_a_kill_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path, written: int) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 600)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(practice.settings.database)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert worker.stdout is not None
    with worker.stdout:
        worker.stdout.readline()
        wait_until(lambda: done_bills(practice) >= written)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    done = done_bills(practice)
    assert done >= written
    assert len(practice.books()["bills"]) == done
    practice.run()
    assert_each_once(practice, 600)
    practice.close()


def test_a_failure_in_the_middle_of_a_batch_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 10)
    written = []

    def fail_at_the_fifth(*args: object) -> str:
        written.append(1)
        if len(written) == 5:
            raise KeyboardInterrupt
        return books.write_bill(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(push, "write_bill", fail_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        practice.run()
    assert practice.books()["bills"] == []

    monkeypatch.undo()
    practice.run()
    assert_each_once(practice, 10)
    practice.close()


def test_the_thread_does_what_is_due_and_stops_when_told(tmp_path: Path) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 3)
    running = engine.start(practice.settings)
    wait_until(lambda: len(practice.books()["bills"]) == 3)
    running.stop()

    assert_each_once(practice, 3)
    assert not [thread for thread in threading.enumerate() if thread.name == "sync-engine"]
    practice.close()


def test_the_thread_outlives_a_write_lock_that_somebody_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 1)
    monkeypatch.setattr(engine, "open_database", impatient)
    practice.db.conn.execute("BEGIN IMMEDIATE")
    running = engine.start(practice.settings)
    wait_until(lambda: "could not write" in caplog.text)
    practice.db.conn.execute("ROLLBACK")
    wait_until(lambda: bool(practice.books()["bills"]))
    running.stop()

    assert "could not write" in caplog.text
    assert_each_once(practice, 1)
    practice.close()


def impatient(path: Path) -> Database:
    """A connection that gives up on a lock at once, rather than after seconds."""
    db = open_database(path)
    db.conn.execute("PRAGMA busy_timeout=0")
    return db


def done_bills(practice: Practice) -> int:
    """How many bills are pushed by now."""
    rows = practice.db.query(
        "SELECT COUNT(*) AS n FROM synced_records WHERE object_type = 'bill' AND sync_status = 'done'"
    )
    return int(next(rows)["n"])


def wait_until(true: Callable[[], bool]) -> None:
    """Return once it is true, or after ten seconds."""
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)


def test_a_record_that_nobody_foresaw_gets_an_error_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 5)
    practice.db.execute("UPDATE payables SET body = '{' WHERE document_id = 'B-2'")

    practice.run()

    broken = next(practice.db.query("SELECT id FROM payables WHERE document_id = 'B-2'"))["id"]
    assert practice.error(broken) == engine.UNEXPECTED
    assert len(practice.books()["bills"]) == 4
    assert "JSONDecodeError" in caplog.text
    practice.db.execute("UPDATE payables SET body = '{}' WHERE document_id = 'B-2'")
    assert practice.retry(broken)["sync_status"] == "done"
    practice.close()


def test_what_a_failing_record_had_written_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 3)

    def fail_after_writing(*args: Any) -> str:
        written = books.write_bill(*args)
        if args[2].document.number == "B-1":
            raise ArithmeticError
        return written

    monkeypatch.setattr(push, "write_bill", fail_after_writing)
    practice.run()

    assert sorted(bill["number"] for bill in practice.books()["bills"]) == ["B-0", "B-2"]
    assert sorted(row["sync_status"] for row in practice.records("bill")) == ["done", "done", "error"]
    practice.close()


def test_a_first_pull_that_failed_is_made_up_for_by_the_next_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    practice = Practice()
    practice.item("i", "Tea")

    def fail(*_args: object, **_more: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(pull, "pull_products", fail)
    practice.connect()
    assert practice.connection["first_pull_done"] == 0
    monkeypatch.undo()

    practice.advance(3700)

    assert practice.connection["first_pull_done"] == 1
    assert len(practice.records("product")) == 1
    practice.close()


def test_a_sync_that_failed_is_tried_again_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    practice = Practice()
    practice.connect()
    practice.advance(3700)
    before = practice.connection["last_pull"]

    def fail(*_args: object, **_more: object) -> None:
        raise sqlite3.IntegrityError

    monkeypatch.setattr(pull, "pull_counterparts", fail)
    assert practice.advance(3600) == 1
    assert practice.connection["last_pull"] == before
    monkeypatch.undo()

    practice.advance(3600)

    assert practice.connection["last_pull"] > before
    practice.close()


def test_the_thread_outlives_whatever_sqlite_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = with_bills(tmp_path / "emulator.sqlite3", 1)
    said = iter([sqlite3.DatabaseError("malformed"), sqlite3.OperationalError("disk full")])

    def open_at_the_third_try(path: Path) -> Database:
        for error in said:
            raise error
        return open_database(path)

    monkeypatch.setattr(engine, "open_database", open_at_the_third_try)
    running = engine.start(practice.settings)
    wait_until(lambda: bool(practice.books()["bills"]))
    running.stop()

    assert_each_once(practice, 1)
    practice.close()


def test_of_two_who_push_a_record_at_once_one_is_told_that_it_is_under_way(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "emulator.sqlite3", instant=False)
    practice.connect()
    practice.advance(8)
    bill = practice.bill(currency="USD")
    practice.sync()
    practice.advance(5)
    record_id, both = practice.record(bill)["id"], threading.Barrier(2)
    answers: list[str] = []

    def push_at_once() -> None:
        db = open_database(practice.settings.database)
        both.wait()
        try:
            answers.append(push.push(db, record_id)["sync_status"])
        except ConflictError:
            answers.append("conflict")
        db.close()

    threads = [threading.Thread(target=push_at_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["conflict", "pending"]
    assert len(list(practice.db.query("SELECT * FROM jobs WHERE kind = 'push'"))) == 1
    practice.close()
