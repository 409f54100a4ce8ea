"""When things happen: how long pulls and pushes take on the emulator's clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.emulator.store import clock, connections, faults, jobs
from app.emulator.store.jobs import NewJob

PULL_STEPS = ("ledger_accounts", "tax_rates", "counterparts", "products")
STEP = timedelta(seconds=2)
SLOW_STEP = timedelta(seconds=30)
PUSH = timedelta(seconds=2)
BETWEEN_PUSHES = timedelta(seconds=0.02)
FORCED_SYNC = timedelta(seconds=1)
HOUR = timedelta(hours=1)
STUCK = timedelta(hours=1)


def plan_first_pull(db: Database, connection: dict[str, Any]) -> None:
    """Ledger accounts, tax rates, counterparts and products, one after the other."""
    slow = faults.take(db, "slow_pull", connection["entity_id"]) is not None
    kind, step = ("slow_pull", SLOW_STEP) if slow else ("pull", STEP)
    start = clock.now(db)
    jobs.add(
        db,
        (
            NewJob(kind, connection["id"], start + number * step, name)
            for number, name in enumerate(PULL_STEPS, start=1)
        ),
    )


def is_pulling(db: Database, connection_id: str) -> bool:
    """Whether the first pull is still under way."""
    return any(jobs.exists(db, connection_id, kind, PULL_STEPS[-1]) for kind in ("pull", "slow_pull"))


def plan_forced_sync(db: Database, connection_id: str) -> None:
    """A sync that somebody asked for; one that waits already is enough."""
    if not jobs.exists(db, connection_id, "sync", "forced"):
        jobs.add(db, [NewJob("sync", connection_id, clock.now(db) + FORCED_SYNC, "forced")])


def plan_hourly_sync(db: Database, connection_id: str, *, last: datetime) -> None:
    """The next hourly sync; hours that a clock moved far ahead has skipped are made up for by one."""
    skipped = max((clock.now(db) - last) // HOUR - 1, 0)
    due_at = last + HOUR * (skipped + 1)
    connections.set_next_sync(db, connection_id, at=clock.stamp(due_at))
    jobs.add(db, [NewJob("sync", connection_id, due_at, "hourly")])


def plan_pushes(
    db: Database, connection_id: str, record_ids: Iterable[str], *, step: str, start: datetime
) -> None:
    """A push of each record, the first after two seconds, the others close behind."""
    jobs.add(
        db,
        (
            NewJob("push", connection_id, start + PUSH + number * BETWEEN_PUSHES, step, record_id)
            for number, record_id in enumerate(record_ids)
        ),
    )


def plan_stuck_push(db: Database, connection_id: str, record_id: str) -> None:
    """The end of a push that the provider keeps for an hour."""
    jobs.add(db, [NewJob("push", connection_id, clock.now(db) + STUCK, "stuck", record_id)])


def keep_going(db: Database, connection_id: str, *, last: datetime) -> None:
    """See to it that there is an hourly sync to come, whatever became of the last one."""
    if not jobs.exists(db, connection_id, "sync", "hourly"):
        plan_hourly_sync(db, connection_id, last=last)
