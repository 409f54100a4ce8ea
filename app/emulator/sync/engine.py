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
from app.emulator.store import clock, connections, jobs
from app.emulator.store.database import open_database, write
from app.emulator.sync import pull, push

log = logging.getLogger(__name__)

BEAT = 0.2
BATCH = 50
"""How many pushes share a transaction: a kill undoes them all, and none is half done."""


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
        db = open_database(self._settings.database)
        try:
            while not self._stopped.wait(BEAT):
                self._beat(db)
        finally:
            db.close()

    def _beat(self, db: Database) -> None:
        try:
            run_due(db, self._settings)
        except sqlite3.OperationalError:
            # Somebody kept the write lock for long; nothing is lost, the next beat tries again.
            log.warning("the sync engine could not write", exc_info=True)


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
    moment = min(datetime.fromisoformat(job["due_at"]), clock.now(db))
    if job["kind"] == "push":
        push.run_pushes(db, connection, claimed)
    elif job["kind"] == "sync":
        pull.run_sync(db, connection, job["step"], moment=moment)
    else:
        pull.run_step(db, connection, job["step"], moment=moment)


def _now(db: Database) -> str:
    return clock.stamp(clock.now(db))
