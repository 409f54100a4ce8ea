"""The worker: sends what people asked for, looks what became of it, and reads Monite again.

Several loops, so that a long read never keeps a person's change waiting, nor a scan of thousands of
bills the list that somebody looks at. A loop that fails ends, is told in the log and begins anew after
a pause that grows; the work itself stands in the store.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace

from app.domain.resources import Share
from app.jobs.bells import Bell
from app.services import (
    assign_files,
    automatic_tries,
    bulk_assignments,
    diagnoses,
    first_send_steps,
    import_mails,
    outbox,
    reconnects,
    refresh,
    retries,
    watches,
    webhooks,
)
from app.services.deps import Deps
from app.store import heartbeats
from app.store.database import connect, write

ROUND = 5.0
"""Seconds for which one round of a loop may take on new work."""
IDLE = 1.0
BEAT = 5.0
TIME_TO_END = 1.0
"""For calls under way; what does not end within it is taken up again after the next start."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

log = logging.getLogger(__name__)

Round = Callable[[Deps], object]


def _send(deps: Deps) -> int:
    return outbox.pump(deps, ROUND)


def _look(deps: Deps) -> int:
    looked = watches.run_due(deps, ROUND) + first_send_steps.follow_all(deps)
    settled = retries.settle_stopped(deps) + bulk_assignments.settle_stopped(deps)
    tidied = diagnoses.renew(deps) + assign_files.drop_old(deps) + reconnects.look_after(deps)
    return looked + settled + automatic_tries.look_after(deps) + tidied


def _hear(deps: Deps) -> int:
    return webhooks.run_due(deps, ROUND)


def _read(share: Share) -> Round:
    return lambda deps: refresh.run_due(deps, ROUND, share)


ROUNDS: dict[str, Round] = {
    "outbox": _send,
    "watches": _look,
    "mails": import_mails.send_due,
    "webhooks": _hear,
    "people": _read(Share.PEOPLE),
    "refresh": _read(Share.LISTS),
    "scans": _read(Share.SCANS),
}


def run(deps: Deps, bell: Bell, stop: threading.Event) -> None:
    """Work until told to stop; a loop may still be busy then.

    `deps.db` belongs to this thread; each loop opens its own.
    """
    loops = [_Loop(name, work, deps, bell, stop) for name, work in ROUNDS.items()]
    consumer = bell.listen()
    try:
        while not stop.is_set():
            for loop in loops:
                loop.keep_going()
            _beat(deps)
            stop.wait(min(IDLE, BEAT))
    finally:
        consumer.stop(graceful=False)
        bell.sound()
        until = time.monotonic() + TIME_TO_END
        for loop in loops:
            loop.join(until - time.monotonic())


def _beat(deps: Deps) -> None:
    now = deps.clock()
    last = heartbeats.last(deps.db, "worker")
    if last is not None and 0 <= (now - last).total_seconds() < BEAT:
        return
    try:
        with write(deps.db):
            heartbeats.beat(deps.db, "worker", os.getpid(), now)
    except sqlite3.OperationalError as error:
        log.warning("no sign of life could be written: %s", error)


@dataclass(slots=True)
class _Loop:
    """One of the worker's loops, in a thread of its own."""

    name: str
    work: Round
    deps: Deps
    bell: Bell
    stop: threading.Event
    _thread: threading.Thread | None = None
    _pause: float = FIRST_PAUSE / 2
    _not_before: float = 0.0
    _began: float = field(default=0.0)

    def keep_going(self) -> None:
        """Start the loop, or start it again when it has failed and the pause is over."""
        if self._thread is not None and self._thread.is_alive():
            return
        now = time.monotonic()
        if self._thread is not None and self._not_before < self._began:
            steady = now - self._began > LONGEST_PAUSE
            self._pause = FIRST_PAUSE if steady else min(LONGEST_PAUSE, self._pause * 2)
            self._not_before = now + self._pause
            log.error("the %s loop failed; again in %.0f s", self.name, self._pause)
        if now >= self._not_before:
            self._began = now
            self._thread = threading.Thread(target=self._go_round, name=self.name, daemon=True)
            self._thread.start()

    def join(self, seconds: float) -> None:
        if self._thread is not None:
            self._thread.join(max(0.0, seconds))

    def _go_round(self) -> None:
        heard = 0
        with closing(connect(self.deps.settings.database)) as db:
            deps = replace(self.deps, db=db)
            while not self.stop.is_set():
                # What did something is asked again at once; what found nothing waits for the bell.
                busy = self.work(deps)
                heard = self.bell.wait(heard, 0 if busy else IDLE)
