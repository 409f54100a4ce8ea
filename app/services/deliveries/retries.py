"""Pushing a synced record again: what the outbox asks of Monite, and what the answer changes here.

A push that got no answer may have arrived, so it is never sent a second time before looking.
"""

from __future__ import annotations

from datetime import datetime

from app.domain.errors import CalledOffError, ConflictError, GangwayError
from app.domain.outbox import OutboxRow
from app.domain.problems import diagnose
from app.domain.record_tries import RETRY, TryResult, next_wait, result_of
from app.domain.synced_records import SyncedRecord
from app.services import automatic_tries, carry_overs, sightings
from app.services.deps import Deps
from app.store import automatic_tries as tries
from app.store import record_lists, record_tries, watched_records
from app.store.database import from_text

ACTION = RETRY
MAY_HAVE_ARRIVED = "TIMEOUT"
repeatable = False


def send(deps: Deps, row: OutboxRow) -> SyncedRecord:
    """Push the record. When it is being pushed already, that push is ours as well as anybody's.

    Raises CalledOffError for a try that was planned by itself and must not be made any more, and for any
    that was asked for before access came back, perhaps to another organisation.
    """
    if carry_overs.is_open(deps, row.entity_id):
        raise CalledOffError("Access came back, and nobody has said yet that it is the same organisation.")
    if row.automatic and not automatic_tries.still_wanted(deps.db, row.entity_id, row.object_id):
        raise CalledOffError("Nothing is sent by itself while sending is on hold or not connected.")
    try:
        return deps.monite.push_record(row.entity_id, row.object_id)
    except ConflictError:
        record = deps.monite.get_synced_record(row.entity_id, row.object_id)
        if record.sync_status == "error":
            raise
        return record


def look(deps: Deps, row: OutboxRow) -> SyncedRecord | None:
    """The record, if it is on its way or in the books: then an earlier attempt arrived, or need not.

    One that stands there as failed is pushed again: what we last saw of it may be old, so that its
    failure may be from before this Retry. Not so when it may have arrived all the same.
    """
    record = deps.monite.get_synced_record(row.entity_id, row.object_id)
    if record.sync_status != "error":
        return record
    moved = record.updated_at > from_text(row.body["seen"])
    problem = diagnose(record.object_type, record.sync_status, record.error_text).problem
    return record if moved and problem == MAY_HAVE_ARRIVED else None


def done(deps: Deps, row: OutboxRow, answer: SyncedRecord) -> None:
    """The try is written down, and watched until Monite says how it ended."""
    now = deps.clock()
    _write_down(deps, row, now, TryResult.WAITING)
    sightings.records(deps.db, row.entity_id, [(answer, None)], now)
    if result_of(answer.sync_status) is None:
        watched_records.watch(deps.db, row.entity_id, row.object_type, row.object_id, now + next_wait(0))


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """The try failed at once; the record stands where it stood before, with Monite's words on the try.

    One that was called off is no try.
    """
    if not isinstance(error, CalledOffError):
        _write_down(deps, row, deps.clock(), TryResult.FAILED, message=str(error))
    record_lists.set_as_told(deps.db, row.entity_id, [row.object_id])


def _write_down(
    deps: Deps, row: OutboxRow, now: datetime, result: TryResult, message: str | None = None
) -> None:
    record_tries.add(
        deps.db,
        row.entity_id,
        row.object_id,
        at=now,
        actor=row.actor,
        result=result,
        outbox_id=row.id,
        batch_id=row.batch_id,
        message=message,
    )
    if row.automatic:
        tries.count(deps.db, row.object_id)
