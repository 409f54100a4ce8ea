"""The engine: runs what is due by the emulator's clock, in due order, a transaction at a time."""

from __future__ import annotations

import logging
import sqlite3
import threading
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlite_utils import Database

from app.emulator.config import EmulatorSettings
from app.emulator.store import clock, connections, jobs, synced_records
from app.emulator.store.database import attempt, open_database, write
from app.emulator.sync import pull, push, schedules

log = logging.getLogger(__name__)

BEAT = 0.2
BATCH = 50
"""How many pushes share a transaction: a kill undoes them all, and none is half done."""

UNEXPECTED = "An unexpected error occurred while the record was pushed. Try again, or contact support."


def run_due(db: Database, settings: EmulatorSettings) -> int:
    """Run every job that is due, and what becomes due through it; returns how many were run.

    Two callers at once share the work: each claims its jobs under the write lock and keeps the
    lock until they are done, so no job runs twice.
    """
    done = 0
    while jobs.any_due(db, _now(db), instant=settings.instant):
        done += run_next(db, settings)
    return done


def run_next(db: Database, settings: EmulatorSettings) -> int:
    """Run what was due first, in one transaction; returns how many jobs that were, 0 for none."""
    with write(db):
        claimed = _claim(db, instant=settings.instant)
        jobs.remove(db, [job["id"] for job in claimed])
        if claimed:
            _run(db, claimed)
    return len(claimed)


class Engine:
    """A thread that runs what is due five times a second, until it is stopped."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self._settings = settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sync-engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being done, and end."""
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        db: Database | None = None
        try:
            while not self._stopped.wait(BEAT):
                db = self._beat(db)
        finally:
            if db is not None:
                db.close()

    def _beat(self, db: Database | None) -> Database | None:
        """Run what is due; returns the connection to go on with, None to open it anew."""
        try:
            db = db or open_database(self._settings.database)
            run_due(db, self._settings)
        except sqlite3.Error:
            # Somebody kept the write lock for long, or the disk is full: nothing is lost, as nothing was
            # committed, and the next beat tries again.
            log.warning("the sync engine could not write", exc_info=True)
            if db is not None and db.conn.in_transaction:
                db.conn.rollback()
        return db


def start(settings: EmulatorSettings) -> Engine:
    """A running engine over the file of these settings."""
    return Engine(settings)


def _claim(db: Database, *, instant: bool) -> list[dict[str, Any]]:
    """The job that was due first, and when it is a push, the pushes that follow it."""
    due = jobs.find_due(db, _now(db), instant=instant, limit=BATCH)
    if not due or due[0]["kind"] != "push":
        return due[:1]
    first = due[0]
    return list(
        takewhile(lambda job: job["kind"] == "push" and job["connection_id"] == first["connection_id"], due)
    )


def _run(db: Database, claimed: list[dict[str, Any]]) -> None:
    job = claimed[0]
    connection = connections.find(db, job["connection_id"])
    if connection is None or connection["status"] != "connected":
        return
    try:
        with attempt(db):
            _perform(db, connection, claimed)
    except Exception:
        # One thing that nobody foresaw must not keep everything else from being done.
        log.exception("%s of connection %s failed", job["kind"], job["connection_id"])
        if len(claimed) == 1:
            _give_up(db, job)
        for alone in claimed if len(claimed) > 1 else ():
            _run(db, [alone])


def _give_up(db: Database, job: dict[str, Any]) -> None:
    """Leave the job undone: a record says so, and a pull is made up for by the next sync."""
    if job["kind"] == "push":
        synced_records.set_error(db, job["record_id"], UNEXPECTED, at=_now(db))
    else:
        schedules.keep_going(db, job["connection_id"], last=clock.now(db))


def _perform(db: Database, connection: dict[str, Any], claimed: list[dict[str, Any]]) -> None:
    job = claimed[0]
    moment = min(datetime.fromisoformat(job["due_at"]), clock.now(db))
    if job["kind"] == "push":
        push.run_pushes(db, connection, claimed)
    elif job["kind"] == "sync":
        pull.run_sync(db, connection, job["step"], moment=moment)
    else:
        pull.run_step(db, connection, job["step"], moment=moment)


def _now(db: Database) -> str:
    return clock.stamp(clock.now(db))
