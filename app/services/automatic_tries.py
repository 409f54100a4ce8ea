"""Trying again by itself what only had bad luck: planned where it is seen, called off where it must not be.

A planned try is a row of the outbox in nobody's name, so it outlives any process, and a person's Retry
of the same record takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from app.domain.automatic_tries import LATELY, wait
from app.domain.connections import ConnectionStatus
from app.domain.outbox import Intent
from app.domain.people import SYSTEM
from app.domain.record_lists import RecordLine
from app.domain.record_tries import RETRY
from app.services import holds
from app.services.deps import Deps
from app.store import (
    automatic_tries,
    carry_overs,
    connections,
    outbox,
    record_lists,
    record_rules,
    revisions,
    sync_rules,
)
from app.store.database import to_text, write


def look_after(deps: Deps) -> int:
    """Plan what wasn't planned when it was seen, and call off what must not be sent any more; how many."""
    db, now = deps.db, deps.clock()
    done = 0
    for entity_id in automatic_tries.entities_with_stopped(db, now - LATELY):
        if may_send(db, entity_id):
            with write(db):
                done += plan(db, entity_id, now)
    for entity_id in automatic_tries.entities_with_planned(db):
        if not may_send(db, entity_id):
            with write(db):
                done += call_off(db, entity_id, now)
    return done


def plan(db: Database, entity_id: str, now: datetime, ids: Sequence[str] | None = None) -> int:
    """Plan the next try of what stopped lately for a passing reason, inside the caller's transaction."""
    found = automatic_tries.find_stopped(db, entity_id, now - LATELY, ids=ids)
    if not found or not may_send(db, entity_id):
        return 0
    outside = record_rules.outside_rules(db, [line.id for line in found], sync_rules.find(db, entity_id))
    ready = [line for line in found if line.id not in outside]
    for line in ready:
        outbox.add(db, entity_id, SYSTEM, _intent(line, now), now)
    if ready:
        record_lists.set_waiting(db, [line.id for line in ready])
        revisions.bump(db, entity_id)
    return len(ready)


def call_off(db: Database, entity_id: str, now: datetime) -> int:
    """Plan nothing of this entity any more, inside the caller's transaction; a person sees to it again."""
    rows = automatic_tries.planned(db, entity_id)
    outbox.take_back(db, [row.id for row in rows], now)
    record_lists.set_as_told(db, entity_id, [row.object_id for row in rows])
    revisions.bump(db, entity_id)
    return len(rows)


def may_send(db: Database, entity_id: str) -> bool:
    """Whether anything of this entity may be sent by itself.

    It is connected, nobody has yet to check whether it is the same organisation, and nothing is on hold.
    """
    connection = connections.current(db, entity_id)
    connected = connection is not None and connection.status is ConnectionStatus.CONNECTED
    return connected and carry_overs.find(db, entity_id) is None and holds.standing(db, entity_id) is None


def still_wanted(db: Database, entity_id: str, record_id: str) -> bool:
    """Whether a planned try may be made now that its time has come."""
    line = record_lists.get(db, entity_id, record_id)
    if line is None or line.handled or not may_send(db, entity_id):
        return False
    return not record_rules.outside_rules(db, [record_id], sync_rules.find(db, entity_id))


def _intent(line: RecordLine, now: datetime) -> Intent:
    pause = wait(line.automatic_tries)
    return Intent(
        RETRY,
        line.object_type,
        line.id,
        body={"seen": to_text(line.updated_at)},
        not_before=now + pause if pause else None,
    )
