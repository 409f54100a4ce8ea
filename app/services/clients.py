"""The client for Monite as an installation uses it: within the shared rate limit, each call logged."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import Settings
from app.domain.api_calls import ApiCall
from app.monite.client import Monite
from app.store import api_calls, rate_bucket
from app.store.database import connect

logger = logging.getLogger(__name__)
SHARE = 0.95
"""The part of Monite's limit that is used, so that uneven journeys never add up to a refusal."""


class Gate:
    """Where every call passes: it waits for the call's turn before, and writes the call down after.

    It keeps one connection of its own, because a call is made from any thread.
    """

    def __init__(self, path: Path, rate_limit: int) -> None:
        self._db = connect(path)
        self._interval = 1 / (rate_limit * SHARE)
        self._using_db = threading.Lock()
        self._in_background = threading.Lock()

    def wait(self, interactive: bool) -> None:
        """Return when the call may go. Interactive calls pass those in the background."""
        if interactive:
            with self._using_db:
                slot = rate_bucket.reserve(self._db, time.time(), self._interval)
            _sleep_until(slot)
            return
        # One background thread of this process stands at the gate, the others behind it.
        with self._in_background:
            while (now := time.time()) < (slot := self._take(now)):
                _sleep_until(slot)

    def _take(self, now: float) -> float:
        with self._using_db:
            return rate_bucket.take(self._db, now, self._interval)

    def log(self, call: ApiCall) -> None:
        """Write the call down. A log that cannot be written must not undo a call that was made."""
        try:
            with self._using_db:
                api_calls.add(self._db, call)
        except sqlite3.OperationalError as exc:
            logger.warning("the call log could not be written: %s", exc)

    def close(self) -> None:
        """Close its connection; no call may follow."""
        with self._using_db:
            self._db.close()


def _sleep_until(moment: float) -> None:
    time.sleep(max(moment - time.time(), 0.0))


@contextmanager
def open_monite(settings: Settings) -> Iterator[Monite]:
    """A client for the life of a process; its store must have the newest schema."""
    gate = Gate(settings.database, settings.rate_limit)
    monite = Monite(
        settings.monite_api_url,
        settings.monite_client_id,
        settings.monite_client_secret,
        settings.monite_api_version,
        limiter=gate.wait,
        log=gate.log,
    )
    try:
        yield monite
    finally:
        monite.close()
        gate.close()
