"""Sending what people asked for: nothing is lost, nothing is done twice.

The row in the outbox is the truth. It is claimed with a lease, sent with no transaction open, and
closed together with everything that the answer changes. A sender that dies leaves a lease that ends.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.domain.errors import (
    CalledOffError,
    CredentialsError,
    GangwayError,
    MoniteError,
    RateLimitedError,
    UnavailableError,
)
from app.domain.outbox import LONGEST_WAIT, PERSON_WAITS, Intent, OutboxRow, OutboxState, backoff
from app.domain.people import Actor
from app.services import doubts
from app.services.deliveries import HANDLERS, Handler, LooksFirst, first_sends, retries, rules, syncs
from app.services.deps import Deps
from app.store import batches, outbox, revisions
from app.store.database import connect, write

LEASE = timedelta(seconds=8)
"""Renewed while a row is being sent, so that the rows of a killed worker wait no longer than this."""
RENEWED_EVERY = 2.0
LEASE_OF_A_REQUEST = timedelta(seconds=20)
WAIT_FOR_CREDENTIALS = timedelta(minutes=1)
WAIT_AFTER_A_FAULT = timedelta(minutes=5)
PARALLEL = 8
_NEED_ACCESS = frozenset({syncs.ACTION, retries.ACTION, rules.ACTION, first_sends.ACTION})
"""What is refused once access is lost. Others are refused for the state of a bill as well."""

log = logging.getLogger(__name__)


def put(
    db: Database,
    entity_id: str,
    actor: Actor,
    intents: Iterable[Intent],
    now: datetime,
    *,
    batch_id: str | None = None,
) -> list[int]:
    """Queue intents inside the caller's own transaction, replacing queued ones of the same key."""
    return [outbox.add(db, entity_id, actor, intent, now, batch_id=batch_id) for intent in intents]


def deliver_now(deps: Deps, ids: Sequence[int], seconds: float = 3.0) -> list[OutboxRow]:
    """One short try while a person waits; the rows as they stand then. What got no answer stays queued."""
    until = time.monotonic() + seconds
    for row_id in ids:
        left = until - time.monotonic()
        if left < 0.2:
            break
        now = deps.clock()
        with write(deps.db):
            claimed = outbox.claim_these(deps.db, [row_id], now, now + LEASE_OF_A_REQUEST)
        with deps.monite.hurried(left):
            for row in claimed:
                deliver(deps, row)
    rows = outbox.find(deps.db, ids)
    if any(row.open for row in rows):
        deps.wake()
    return rows


def pump(deps: Deps, seconds: float, limit: int = PARALLEL) -> int:
    """Send what is due, several at a time, for about so many seconds; says how many were tried."""
    pump = _Pump(deps, limit)
    with ThreadPoolExecutor(limit, thread_name_prefix="outbox") as threads:
        return pump.run(threads.submit, time.monotonic() + seconds)


def deliver(deps: Deps, row: OutboxRow) -> OutboxState:
    """Send one claimed row and write down what came of it; the state in which that leaves the row."""
    deps = deps.acting_as(row.actor)
    handler = HANDLERS[row.action]
    try:
        answer = _ask(deps, handler, row)
    except UnavailableError as error:
        return _later(deps, row, error, _wait_for(error, row, deps.clock()))
    except CredentialsError as error:
        return _later(deps, row, error, WAIT_FOR_CREDENTIALS)
    except GangwayError as error:
        return _refuse(deps, handler, row, error)
    return _finish(deps, handler, row, answer)


def call_off_all(deps: Deps, words: str) -> int:
    """Send nothing of what is open here; each row says why. How many there were."""
    with write(deps.db):
        rows = outbox.take_all(deps.db)
        for row in rows:
            _refuse(deps.acting_as(row.actor), HANDLERS[row.action], row, CalledOffError(words))
    return len(rows)


def _ask(deps: Deps, handler: Handler, row: OutboxRow) -> Any:
    if row.attempts > 1 and not handler.repeatable and isinstance(handler, LooksFirst):
        earlier = handler.look(deps, row)
        if earlier is not None:
            return earlier
    return handler.send(deps, row)


def _finish(deps: Deps, handler: Handler, row: OutboxRow, answer: Any) -> OutboxState:
    now = deps.clock()
    with write(deps.db):
        if outbox.close(deps.db, row, OutboxState.DONE, now):
            handler.done(deps, row, answer)
            _told(deps, row, now)
    return OutboxState.DONE


def _refuse(deps: Deps, handler: Handler, row: OutboxRow, error: GangwayError) -> OutboxState:
    now, status = deps.clock(), getattr(error, "status", None)
    state = OutboxState.STOPPED if isinstance(error, CalledOffError) else OutboxState.REFUSED
    with write(deps.db):
        if outbox.close(deps.db, row, state, now, error=str(error), status=status):
            handler.refused(deps, row, error)
            if row.action in _NEED_ACCESS:
                doubts.raised(deps.db, row.entity_id, error, now)
            _told(deps, row, now)
    return state


def _later(deps: Deps, row: OutboxRow, error: MoniteError, wait: timedelta) -> OutboxState:
    now = deps.clock()
    with write(deps.db):
        outbox.put_back(deps.db, row, now, now + wait, error=str(error), status=error.status)
        _told(deps, row, now)
    return OutboxState.QUEUED


def _told(deps: Deps, row: OutboxRow, now: datetime) -> None:
    if row.batch_id is not None:
        batches.finish(deps.db, row.batch_id, now)
    revisions.bump(deps.db, row.entity_id)


def _wait_for(error: UnavailableError, row: OutboxRow, now: datetime) -> timedelta:
    most = PERSON_WAITS if row.is_watched(now) else LONGEST_WAIT
    own = backoff(row.attempts, random.random(), most)  # noqa: S311 - only spreads the tries
    if isinstance(error, RateLimitedError):
        return max(own, timedelta(seconds=min(error.retry_after, 300)))
    return own


@dataclass(slots=True)
class _Held:
    row: OutboxRow
    result: Future[OutboxState]


class _Pump:
    """Claims rows for free hands, keeps their leases, and notices when Monite answers again."""

    def __init__(self, deps: Deps, limit: int) -> None:
        self._deps = deps
        self._limit = limit
        self._held: list[_Held] = []
        self._hurried = False
        self._renew_at = time.monotonic() + RENEWED_EVERY

    def run(self, submit: Callable[..., Future[OutboxState]], until: float) -> int:
        tried = 0
        while True:
            if time.monotonic() < until:
                tried += self._take(submit)
            if not self._held:
                return tried
            wait([held.result for held in self._held], RENEWED_EVERY, FIRST_COMPLETED)
            self._let_go()
            self._renew()

    def _take(self, submit: Callable[..., Future[OutboxState]]) -> int:
        free = self._limit - len(self._held)
        now = self._deps.clock()
        if free < 1 or not _is_due(self._deps.db, now):
            return 0
        with write(self._deps.db):
            rows = outbox.claim(self._deps.db, now, now + LEASE, free)
        self._held += [_Held(row, submit(_deliver_alone, self._deps, row)) for row in rows]
        return len(rows)

    def _let_go(self) -> None:
        over = [held for held in self._held if held.result.done()]
        self._held = [held for held in self._held if not held.result.done()]
        for held in over:
            fault = held.result.exception()
            if fault is not None:
                self._put_aside(held.row, fault)
            elif held.result.result() is not OutboxState.QUEUED and not self._hurried:
                self._hurried = True
                with write(self._deps.db):
                    outbox.hurry(self._deps.db, self._deps.clock())

    def _put_aside(self, row: OutboxRow, fault: BaseException) -> None:
        """A mistake of ours must neither lose the row nor be repeated in a circle."""
        log.error("outbox row %s (%s) failed here", row.id, row.action, exc_info=fault)
        now = self._deps.clock()
        with write(self._deps.db):
            outbox.put_back(
                self._deps.db,
                row,
                now,
                now + WAIT_AFTER_A_FAULT,
                error=f"{type(fault).__name__} here",
                status=500,
            )

    def _renew(self) -> None:
        if not self._held or time.monotonic() < self._renew_at:
            return
        self._renew_at = time.monotonic() + RENEWED_EVERY
        with write(self._deps.db):
            outbox.renew(self._deps.db, (held.row for held in self._held), self._deps.clock() + LEASE)


def _is_due(db: Database, now: datetime) -> bool:
    due = outbox.next_due(db)
    return due is not None and due <= now


def _deliver_alone(deps: Deps, row: OutboxRow) -> OutboxState:
    """Deliver on a connection of this thread's own."""
    with closing(connect(deps.settings.database)) as db:
        return deliver(replace(deps, db=db), row)
