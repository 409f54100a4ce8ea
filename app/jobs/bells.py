"""How a page tells the worker that there is something to do, and how a minute passes.

huey carries the ringing, nothing else: what is to be done stands in the store, so a bell that is
not heard costs a second and loses nothing.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from huey import RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.exceptions import HueyException

from app.config import Settings

NAME = "gangway"
RING_WITHIN = 0.25
"""A request waits no longer than this for huey's own storage."""
HEARD_WITHIN = 0.25

log = logging.getLogger(__name__)


class Bell:
    """Rung by whoever leaves work behind; heard by everyone who waits at it in the worker."""

    def __init__(self, settings: Settings, *, patience: float = RING_WITHIN) -> None:
        self._queue = _open(settings, patience)
        self._rung = threading.Condition()
        self._rings = 0
        self._ring = self._queue.task(name="ring")(self.sound)
        self._queue.periodic_task(crontab(), name="tick")(self.sound)

    def ring(self) -> None:
        """Tell the worker, in whichever process it is; a bell that cannot be rung is only logged."""
        try:
            # One that nobody has heard yet is enough, however long the worker is away.
            if self._queue.pending_count() == 0:
                self._ring()
        except _trouble() as error:
            log.warning("the worker could not be woken, it looks by itself: %s", error)

    def sound(self) -> None:
        """Wake everybody who waits in this process."""
        with self._rung:
            self._rings += 1
            self._rung.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Wait until the bell has rung more often than was heard, or the time is over; the rings so far."""
        with self._rung:
            self._rung.wait_for(lambda: self._rings > heard, max(0.0, seconds))
            return self._rings

    def listen(self) -> Consumer:
        """Start hearing what other processes ring; stop it with .stop()."""
        consumer = _QuietConsumer(
            self._queue,
            workers=1,
            initial_delay=HEARD_WITHIN,
            max_delay=HEARD_WITHIN,
            scheduler_interval=5,
            check_worker_health=False,
        )
        consumer.start()
        return consumer

    def close(self) -> None:
        """Give the queue's storage back."""
        self._queue.storage.close()


class _QuietConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """A consumer beside our own loops: signals are the process's affair."""

    def _set_signal_handlers(self) -> None:
        return


def _open(settings: Settings, patience: float) -> Any:
    if settings.huey_url:
        return RedisHuey(NAME, results=False, url=settings.huey_url)
    settings.instance.mkdir(parents=True, exist_ok=True)
    path = str(settings.instance / "huey.sqlite3")
    return SqliteHuey(NAME, results=False, filename=path, fsync=False, timeout=patience)


def _trouble() -> tuple[type[Exception], ...]:
    """What a queue's storage raises when it cannot be reached."""
    known: tuple[type[Exception], ...] = (sqlite3.Error, OSError, HueyException)
    if find_spec("redis") is None:
        return known
    redis = import_module("redis.exceptions")
    return (*known, redis.RedisError)
