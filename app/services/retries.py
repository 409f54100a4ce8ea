"""Retry: sending stopped records once more, one or many. Nobody's books change without a review.

What is in the accounting system already is updated by its link, never made a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.batches import Batch, BatchProgress
from app.domain.errors import InputError, NotThereError
from app.domain.events import RETRIED, RETRIED_MANY
from app.domain.outbox import Intent
from app.domain.problems import Phrase, diagnose
from app.domain.readiness import Condition
from app.domain.record_lists import LogFilter, RecordLine
from app.domain.record_tries import RecordTry
from app.domain.sync_rules import SyncRules
from app.domain.synced_records import RecordState
from app.services import batches, frames, holds, outbox, readiness
from app.services.deliveries.retries import ACTION
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import batches as batch_rows
from app.store import (
    events,
    record_lists,
    record_tries,
    revisions,
    sync_rules,
)
from app.store.database import to_text, write

BATCH = "retry"
MOST = 2000
"""A batch that a person can still follow; the rest is for the next one."""
A_MINUTE = 600
"""How many go through in about a minute, as an estimate."""
STOPPED_LATELY = timedelta(days=2)
_WHY = {
    "ACC_LINE": "a line still has no account",
    "ACC_PRODUCT": "a product still has no account",
    "LINES_NONE": "still has no lines",
    "DISCOUNT_WHOLE": "discount on the whole invoice",
    "RULES": "your sync rules leave it out",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Ticked records, or all that match a filter."""

    ids: tuple[str, ...] = ()
    wanted: LogFilter | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a Retry of these records would do; nothing has happened yet."""

    can: tuple[RecordLine, ...] = ()
    cannot: tuple[tuple[RecordLine, Phrase], ...] = ()
    until: str = ""
    more: int = 0
    """How many match beyond what one batch takes."""
    obstacle: Phrase | None = None
    """Why nothing at all can be tried now."""
    in_books: int = 0
    """How many of them the accounting system has already."""
    unsure: int = 0
    """How many may be there without our knowing."""

    @property
    def minutes(self) -> int:
        return max(1, round(len(self.can) / A_MINUTE))


def obstacle(frame: Frame | None) -> Phrase | None:
    """Why nothing can be sent at all now; None when it can."""
    if frame is None or not frame.connected:
        return Phrase("Connect to your accounting system first. Nothing can be sent until then.")
    if frame.held:
        return Phrase("Sending is on hold. Resume it first, under Sync rules.")
    return None


def review(deps: Deps, entity_id: str, selection: Selection) -> Review:
    """Which of the selected records can be tried again now, and why the others can't."""
    frame = frames.get(deps, entity_id)
    lines, more = _select(deps, entity_id, selection)
    can: list[RecordLine] = []
    cannot: list[tuple[RecordLine, Phrase]] = []
    for line in lines:
        reason = why_not(deps, frame, line)
        if reason is None:
            can.append(line)
        else:
            cannot.append((line, reason))
    return Review(
        can=tuple(can),
        cannot=tuple(cannot),
        until=to_text(max(line.updated_at for line in lines)) if lines else "",
        more=more,
        obstacle=obstacle(frame),
        in_books=sum(1 for line in can if line.platform_object_id),
        unsure=sum(1 for line in can if line.problem == "TIMEOUT" and not line.platform_object_id),
    )


def start(deps: Deps, entity_id: str, selection: Selection, form_key: str) -> Batch:
    """Queue a Retry of everything in the selection that can be tried; the same form starts one batch only."""
    found = review(deps, entity_id, selection)
    if found.obstacle is not None:
        raise InputError("retry", found.obstacle.text)
    now = deps.clock()
    details = {"skipped": [[line.id, line.name, why.text] for line, why in found.cannot]}
    with write(deps.db):
        batch, is_new = batches.create(
            deps.db,
            entity_id,
            kind=BATCH,
            form_key=form_key,
            total=len(found.can),
            details=details,
            actor=deps.actor,
            now=now,
        )
        if is_new:
            if not found.can:
                raise InputError("retry", "None of these records can be tried again now.")
            queue(deps, entity_id, found.can, batch.id)
    deps.wake()
    return batch


def retry(deps: Deps, entity_id: str, record_id: str) -> RecordLine:
    """Try one record again at once; the record as it stands then.

    Raises InputError, in words, when it can't be tried. Pressing twice tries once.
    """
    line = _get(deps, entity_id, record_id)
    if line.state is RecordState.WAITING:
        return line
    frame = frames.get(deps, entity_id)
    against = obstacle(frame) or why_not(deps, frame, line)
    if against is not None:
        raise InputError("retry", against.text)
    with write(deps.db):
        if _get(deps, entity_id, record_id).state is RecordState.WAITING:
            return _get(deps, entity_id, record_id)
        ids = queue(deps, entity_id, [line], None)
    outbox.deliver_now(deps, ids)
    return _get(deps, entity_id, record_id)


def get_batch(deps: Deps, entity_id: str, batch_id: str) -> tuple[Batch, BatchProgress]:
    """A batch of this entity and how far it is; raises NotThereError."""
    batch = batches.get(deps.db, entity_id, batch_id)
    return batch, batches.progress(deps.db, batch_id)


def results(deps: Deps, entity_id: str, batch_id: str) -> list[tuple[RecordTry, RecordLine]]:
    """What became of each record that the batch tried, in order."""
    tries = record_tries.find_in_batch(deps.db, batch_id)
    found = record_lists.find_by_ids(deps.db, entity_id, [one.record_id for one in tries])
    lines = {line.id: line for line in found}
    return [(one, lines[one.record_id]) for one in tries if one.record_id in lines]


def stop(deps: Deps, entity_id: str, batch_id: str) -> BatchProgress:
    """Try nothing more of the batch; what was not tried stands where it stood before."""
    batches.get(deps.db, entity_id, batch_id)
    progress = batches.stop(deps, batch_id)
    settle(deps, entity_id)
    return progress


def settle(deps: Deps, entity_id: str) -> int:
    """Give records their state back whose Retry was called off; says how many there were."""
    stranded = record_lists.find_stranded(deps.db, entity_id)
    if not stranded:
        return 0
    with write(deps.db):
        for line in record_lists.find_stranded(deps.db, entity_id):
            found = diagnose(line.object_type, line.sync_status, line.error_text)
            record_lists.set_state(deps.db, line.id, found)
        revisions.bump(deps.db, entity_id)
    return len(stranded)


def settle_stopped(deps: Deps) -> int:
    """Settle every entity that stopped a Retry of many lately, whoever looks at it.

    What was being sent when a person stopped it may end without an answer long after they left.
    """
    stopped = batch_rows.entities_that_stopped(deps.db, BATCH, deps.clock() - STOPPED_LATELY)
    return sum(settle(deps, entity_id) for entity_id in stopped)


def missing(deps: Deps, frame: Frame | None, line: RecordLine) -> list[Condition]:
    """Everything that sending this record needs, as far as it is known here."""
    context = readiness.context(deps, line.entity_id, frame)
    foretold = readiness.foretell(deps, line.entity_id, line.object_type, line.object_id, context)
    return list(foretold.conditions)


def rules_in_force(deps: Deps, entity_id: str) -> SyncRules | None:
    """What goes out, or will once sending is no longer on hold; None while that was never read."""
    hold = holds.standing(deps.db, entity_id)
    return hold.rules if hold else sync_rules.find(deps.db, entity_id)


def why_not(deps: Deps, frame: Frame | None, line: RecordLine) -> Phrase | None:
    """Why this record can't be tried again now; None when it can."""
    if line.state is RecordState.SENT:
        return Phrase("already sent")
    if line.state is RecordState.WAITING:
        return Phrase("already on its way")
    if line.state is not RecordState.ATTENTION or not (line.why and line.why.retryable):
        return Phrase(line.why.title if line.why else "left out")
    for condition in missing(deps, frame, line):
        if condition.ok is False and condition.code in _WHY:
            return Phrase(_WHY[condition.code])
    return None


def _select(deps: Deps, entity_id: str, selection: Selection) -> tuple[list[RecordLine], int]:
    if selection.wanted is None:
        return record_lists.find_by_ids(deps.db, entity_id, selection.ids[:MOST]), 0
    lines = record_lists.every(deps.db, entity_id, selection.wanted, MOST)
    return lines, max(0, record_lists.count(deps.db, entity_id, selection.wanted) - len(lines))


def queue(deps: Deps, entity_id: str, lines: Sequence[RecordLine], batch_id: str | None) -> list[int]:
    """Queue a push for each, inside the caller's transaction, and show them as on their way."""
    now = deps.clock()
    intents = [
        Intent(ACTION, line.object_type, line.id, body={"seen": to_text(line.updated_at)}) for line in lines
    ]
    ids = outbox.put(deps.db, entity_id, deps.actor, intents, now, batch_id=batch_id)
    record_lists.set_waiting(deps.db, [line.id for line in lines])
    for line in lines:
        events.add(
            deps.db,
            entity_id,
            now,
            RETRIED,
            deps.actor,
            object_type=line.object_type,
            object_id=line.object_id or line.id,
            was=line.problem or None,
            note=line.name,
            batch_id=batch_id,
        )
    if batch_id is not None:
        events.add(deps.db, entity_id, now, RETRIED_MANY, deps.actor, note=str(len(lines)))
    revisions.bump(deps.db, entity_id)
    return ids


def _get(deps: Deps, entity_id: str, record_id: str) -> RecordLine:
    line = record_lists.get(deps.db, entity_id, record_id)
    if line is None:
        raise NotThereError("There is no such record here.")
    return line
