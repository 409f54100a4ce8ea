"""Retry: sending stopped records once more, one or many. Nobody's books change without a review.

What is in the accounting system already is updated by its link, never made a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.domain.batches import Batch, BatchProgress
from app.domain.errors import InputError, NotThereError
from app.domain.events import RETRIED, RETRIED_MANY, RETRY_STOPPED
from app.domain.outbox import Intent, OutboxState
from app.domain.problems import Phrase
from app.domain.record_lists import LogFilter, RecordBrief, RecordLine
from app.domain.record_tries import RecordTry
from app.domain.synced_records import RecordState
from app.services import batches, frames, outbox, verdicts
from app.services.deliveries.retries import ACTION
from app.services.deps import Deps
from app.store import (
    automatic_tries,
    events,
    record_lists,
    record_tries,
    revisions,
)
from app.store import batches as batch_rows
from app.store import outbox as outbox_rows
from app.store.database import write

BATCH = "retry"
MOST = 50_000
"""As many as one batch takes; whoever has more does the rest afterwards."""
AT_ONCE = 500
"""Records in one transaction: short enough that nobody else waits for it."""
A_MINUTE = 600
"""How many go through in about a minute, as an estimate."""
NAMED = 20
"""How many of those that are left alone are named for each reason."""
SHOWN = 200
"""How many of those that a batch did not get sent are listed."""
STOPPED_LATELY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Selection:
    """Ticked records, all that match a filter, or all that a batch did not get sent."""

    ids: tuple[str, ...] = ()
    wanted: LogFilter | None = None
    batch_id: str = ""


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Records that won't be tried for one reason, the newest of them by name."""

    why: Phrase
    count: int
    named: tuple[RecordBrief, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What a Retry of these records would do; nothing has happened yet."""

    can: tuple[RecordBrief, ...] = ()
    cannot: tuple[LeftAlone, ...] = ()
    """By reason, the most frequent first."""
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
    def left(self) -> int:
        """How many won't be tried."""
        return sum(group.count for group in self.cannot)

    @property
    def minutes(self) -> int:
        return max(1, round(len(self.can) / A_MINUTE))


def review(deps: Deps, entity_id: str, selection: Selection) -> Review:
    """Which of the selected records can be tried again now, and why the others can't."""
    found, more = _select(deps, entity_id, selection)
    against = verdicts.against(deps, entity_id, found)
    can = tuple(record for record in found if record.id not in against)
    return Review(
        can=can,
        cannot=_grouped(found, against),
        until=max((record.changed_at for record in found), default=""),
        more=more,
        obstacle=verdicts.obstacle(frames.get(deps, entity_id)),
        in_books=sum(1 for record in can if record.in_books),
        unsure=sum(1 for record in can if record.problem == "TIMEOUT" and not record.in_books),
    )


def start(deps: Deps, entity_id: str, selection: Selection, form_key: str) -> Batch:
    """Queue a Retry of everything in the selection that can be tried; the same form starts one batch only.

    It is queued portion by portion. Were this cut off, the batch holds what was queued until then, and
    everything else stands as it stood.
    """
    found = review(deps, entity_id, selection)
    if found.obstacle is not None:
        raise InputError("retry", found.obstacle.text)
    with write(deps.db):
        batch, is_new = batches.create(
            deps.db,
            entity_id,
            kind=BATCH,
            form_key=form_key,
            total=0,
            details={"left": [_told(group) for group in found.cannot]},
            actor=deps.actor,
            now=deps.clock(),
        )
        if is_new and not found.can:
            raise InputError("retry", "None of these records can be tried again now.")
    if is_new:
        _queue_all(deps, entity_id, found.can, batch.id)
    deps.wake()
    return batches.get(deps.db, entity_id, batch.id)


def retry(deps: Deps, entity_id: str, record_id: str) -> RecordLine:
    """Try one record again at once; the record as it stands then.

    Raises InputError, in words, when it can't be tried. Pressing twice tries once. A try that was
    planned by itself is made now instead.
    """
    line = _get(deps, entity_id, record_id)
    if _is_under_way(deps, line):
        return line
    frame = frames.get(deps, entity_id)
    against = verdicts.obstacle(frame) or verdicts.why_not(deps, line)
    if against is not None:
        raise InputError("retry", against.text)
    with write(deps.db):
        now_line = _get(deps, entity_id, record_id)
        if _is_under_way(deps, now_line):
            return now_line
        ids = queue(deps, entity_id, [line])
    outbox.deliver_now(deps, ids)
    return _get(deps, entity_id, record_id)


def get_batch(deps: Deps, entity_id: str, batch_id: str) -> tuple[Batch, BatchProgress]:
    """A batch of this entity and how far it is; raises NotThereError."""
    batch = batches.get(deps.db, entity_id, batch_id)
    return batch, batches.progress(deps.db, batch_id)


def results(deps: Deps, entity_id: str, batch_id: str) -> list[tuple[RecordTry, RecordLine]]:
    """What the batch tried and did not get sent, in order; no more of it than a page takes."""
    tries = record_tries.unsent_in_batch(deps.db, batch_id, SHOWN)
    found = record_lists.find_by_ids(deps.db, entity_id, [one.record_id for one in tries])
    lines = {line.id: line for line in found}
    return [(one, lines[one.record_id]) for one in tries if one.record_id in lines]


def stop(deps: Deps, entity_id: str, batch_id: str) -> BatchProgress:
    """Try nothing more of the batch; what was not tried stands where it stood before."""
    batch = batches.get(deps.db, entity_id, batch_id)
    progress = batches.stop(deps, batch_id)
    settle(deps, entity_id)
    if progress.stopped and batch.stop_requested_at is None:
        with write(deps.db):
            note, about = f"{progress.done} / {progress.total}", {"batch": batch_id}
            events.add(deps.db, entity_id, deps.clock(), RETRY_STOPPED, deps.actor, note=note, details=about)
    return progress


def settle(deps: Deps, entity_id: str) -> int:
    """Give records their state back whose Retry was called off; says how many there were."""
    settled = 0
    while record_lists.find_stranded(deps.db, entity_id, 1):
        with write(deps.db):
            stranded = record_lists.find_stranded(deps.db, entity_id, AT_ONCE)
            record_lists.set_as_told(deps.db, entity_id, [line.id for line in stranded])
            revisions.bump(deps.db, entity_id)
        settled += len(stranded)
    return settled


def settle_stopped(deps: Deps) -> int:
    """Settle every entity that stopped a Retry of many lately, whoever looks at it.

    What was being sent when a person stopped it may end without an answer long after they left.
    """
    stopped = batch_rows.entities_that_stopped(deps.db, BATCH, deps.clock() - STOPPED_LATELY)
    return sum(settle(deps, entity_id) for entity_id in stopped)


def queue(deps: Deps, entity_id: str, lines: Sequence[RecordLine], batch_id: str | None = None) -> list[int]:
    """Queue a push for each, inside the caller's transaction, and show them as on their way."""
    now = deps.clock()
    records = [verdicts.brief_of(line) for line in lines]
    ids = outbox.put(
        deps.db, entity_id, deps.actor, [_intent(record) for record in records], now, batch_id=batch_id
    )
    _show_queued(deps, entity_id, records, batch_id)
    return ids


def _queue_all(deps: Deps, entity_id: str, records: Sequence[RecordBrief], batch_id: str) -> None:
    """Queue a push for each that still needs attention, in one short transaction after the other."""
    queued = 0
    for portion in _portions(records):
        with write(deps.db):
            stopped = record_lists.still_stopped(deps.db, [record.id for record in portion])
            chosen = [record for record in portion if record.id in stopped]
            intents = [_intent(record) for record in chosen]
            outbox_rows.add_many(deps.db, entity_id, deps.actor, intents, deps.clock(), batch_id=batch_id)
            batch_rows.grow(deps.db, batch_id, len(chosen))
            _show_queued(deps, entity_id, chosen, batch_id)
        queued += len(chosen)
    with write(deps.db):
        about = {"batch": batch_id}
        events.add(
            deps.db, entity_id, deps.clock(), RETRIED_MANY, deps.actor, note=str(queued), details=about
        )
        batch_rows.finish(deps.db, batch_id, deps.clock())


def _show_queued(deps: Deps, entity_id: str, records: Sequence[RecordBrief], batch_id: str | None) -> None:
    ids = [record.id for record in records]
    record_lists.set_waiting(deps.db, ids)
    automatic_tries.start_over(deps.db, ids)
    events.add_many(
        deps.db,
        entity_id,
        deps.clock(),
        ((r.object_type, r.object_id or r.id, r.problem or None, r.name) for r in records),
        kind=RETRIED,
        actor=deps.actor,
        batch_id=batch_id,
    )
    revisions.bump(deps.db, entity_id)


def _intent(record: RecordBrief) -> Intent:
    return Intent(ACTION, record.object_type, record.id, body={"seen": record.changed_at})


def _is_under_way(deps: Deps, line: RecordLine) -> bool:
    """Whether the record is being tried, or will be because a person asked for it."""
    if line.state is not RecordState.WAITING:
        return False
    rows = outbox_rows.find_for_object(deps.db, line.id, ACTION)
    current = next((row for row in rows if row.open), None)
    return current is None or not current.automatic or current.state is not OutboxState.QUEUED


def _select(deps: Deps, entity_id: str, selection: Selection) -> tuple[list[RecordBrief], int]:
    if selection.batch_id:
        batches.get(deps.db, entity_id, selection.batch_id)
        tries = record_tries.unsent_in_batch(deps.db, selection.batch_id, MOST)
        return record_lists.briefs_of(deps.db, entity_id, [one.record_id for one in tries]), 0
    if selection.wanted is None:
        return record_lists.briefs_of(deps.db, entity_id, selection.ids[:MOST]), 0
    found = record_lists.briefs(deps.db, entity_id, selection.wanted, MOST)
    if len(found) < MOST:
        return found, 0
    return found, record_lists.count(deps.db, entity_id, selection.wanted) - len(found)


def _grouped(records: Sequence[RecordBrief], against: Mapping[str, Phrase]) -> tuple[LeftAlone, ...]:
    groups: dict[str, list[RecordBrief]] = {}
    for record in records:
        if record.id in against:
            groups.setdefault(against[record.id].text, []).append(record)
    made = (LeftAlone(Phrase(why), len(group), tuple(group[:NAMED])) for why, group in groups.items())
    return tuple(sorted(made, key=lambda group: group.count, reverse=True))


def _told(group: LeftAlone) -> dict[str, Any]:
    """What a batch keeps of those that it left alone."""
    named = [[record.id, record.name] for record in group.named]
    return {"why": group.why.text, "count": group.count, "named": named}


def _portions(records: Sequence[RecordBrief]) -> Iterator[Sequence[RecordBrief]]:
    for at in range(0, len(records), AT_ONCE):
        yield records[at : at + AT_ONCE]


def _get(deps: Deps, entity_id: str, record_id: str) -> RecordLine:
    line = record_lists.get(deps.db, entity_id, record_id)
    if line is None:
        raise NotThereError("There is no such record here.")
    return line
