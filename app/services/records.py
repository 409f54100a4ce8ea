"""What a person asks of one record: what happened to it, what to do, every try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import MoniteError, NotThereError
from app.domain.events import REPAIRS
from app.domain.outbox import OutboxRow
from app.domain.problems import Again, Fix, Phrase, Problem, other_problems, what_happened
from app.domain.readiness import Condition, DocumentFacts, settled
from app.domain.record_lists import RecordLine
from app.domain.record_notes import RecordNote
from app.domain.record_tries import RecordTry
from app.domain.synced_records import RecordState
from app.services import frames, readiness, record_marks, sightings, verdicts
from app.services.deps import Deps
from app.services.frames import Frame
from app.services.record_marks import MARKABLE, Handled
from app.store import events, outbox, record_lists, record_notes, record_tries, revisions
from app.store.database import write

PERSON_WAITS = 3.0


@dataclass(frozen=True, slots=True)
class OneRecord:
    """Everything about one record."""

    line: RecordLine
    frame: Frame | None
    happened: Phrase | None
    conditions: Sequence[Condition]
    document: DocumentFacts | None
    tries: Sequence[RecordTry]
    notes: Sequence[RecordNote]
    handled: Handled | None
    queued: OutboxRow | None
    """The try that is to be sent, or is being sent now."""
    fixed_at: datetime | None
    fixed: bool
    gone_after: datetime | None
    """When its document was last seen here, if it has been deleted since."""
    slow: bool
    why_not: Phrase | None
    obstacle: Phrase | None

    @property
    def told(self) -> RecordLine:
        """The record as Monite tells of it, whatever is planned or was decided here; else as it stands."""
        return self.line.as_told if self.planned or self.handled else self.line

    @property
    def also(self) -> Sequence[Problem]:
        """What the same message tells of besides."""
        told = self.told
        return other_problems(told.problem, told.error_text, told.object_type) if told.problem else ()

    @property
    def planned(self) -> bool:
        """Whether it is tried again by itself, later."""
        return self.queued is not None and self.queued.automatic and not self.queued.attempts

    @property
    def shape(self) -> str:
        """What a page shows of it while it is on its way: it is drawn again once that has changed."""
        at = self.queued.not_before.isoformat() if self.queued and self.planned else ""
        return f"{self.line.tries}.{at}"

    @property
    def asks_to_check(self) -> bool:
        """Whether it may be in the accounting system already, so that a person should look there first."""
        why = self.told.why
        return why is not None and (why.again is Again.AFTER_CHECK or why.code == "NUMBER_USED")

    @property
    def retryable(self) -> bool:
        return self.why_not is None and self.obstacle is None

    @property
    def markable(self) -> bool:
        """Whether a person may say that it is handled elsewhere."""
        return self.planned or self.line.state in MARKABLE

    @property
    def lacking(self) -> list[Condition]:
        return [condition for condition in self.conditions if condition.ok is False]


def get(deps: Deps, entity_id: str, record_id: str) -> OneRecord:
    """One record with what it lacks and every try; raises NotThereError."""
    line = record_lists.get(deps.db, entity_id, record_id)
    if line is None:
        raise NotThereError("There is no such record here.")
    frame = frames.get(deps, entity_id)
    found = verdicts.foretold(deps, frame, line).conditions
    rows = outbox.find_for_object(deps.db, line.id, "retry")
    queued = next((row for row in rows if row.open), None)
    waited = deps.clock() - line.updated_at
    document = _document(deps, line)
    fixed_at = _fixed_at(deps, line, document)
    stopped = line.state is RecordState.ATTENTION
    return OneRecord(
        line=line,
        frame=frame,
        happened=happened(
            frame, line.as_told if line.handled or (queued and queued.automatic) else line, found
        ),
        conditions=found,
        document=document,
        tries=record_tries.find(deps.db, line.id),
        notes=record_notes.find(deps.db, line.id),
        handled=record_marks.handled(deps, line),
        queued=queued,
        fixed=stopped and _is_fixed(line, found, fixed_at),
        fixed_at=fixed_at,
        gone_after=record_lists.last_listed(deps.db, line) if document and document.gone else None,
        # While it is queued here, Monite's last change says nothing about how long it has waited.
        slow=line.state is RecordState.WAITING
        and queued is None
        and waited > 2 * timedelta(minutes=deps.settings.sync_interval_minutes),
        why_not=verdicts.why_not(deps, line),
        obstacle=verdicts.obstacle(frame),
    )


def check(deps: Deps, entity_id: str, record_id: str) -> bool:
    """Ask Monite how a record stands while a person waits; whether it answered. Raises NotThereError."""
    line = record_lists.get(deps.db, entity_id, record_id)
    if line is None:
        raise NotThereError("There is no such record here.")
    try:
        with deps.monite.hurried(PERSON_WAITS):
            seen = deps.monite.get_synced_record(entity_id, record_id)
    except MoniteError:
        return False
    with write(deps.db):
        sightings.records(deps.db, entity_id, [(seen, None)], deps.clock())
        revisions.bump(deps.db, entity_id)
    return True


def happened(frame: Frame | None, line: RecordLine, conditions: Sequence[Condition] = ()) -> Phrase | None:
    """What stopped a record, with what the raw message names, else what the conditions do."""
    if not line.problem:
        return None
    system = frame.system if frame else "your accounting system"
    return what_happened(line.problem, line.error_text, system, _named(line.problem, conditions))


def _named(code: str, conditions: Sequence[Condition]) -> dict[str, str]:
    """What the condition behind a problem names, if it is one thing: a rate, a line, an account."""
    value = {"TAX_NO_MATCH": "rate", "ACC_ARCHIVED": "account"}.get(code, "line")
    failed = [one for one in conditions if one.code == code and one.ok is False]
    names = failed[0].names if failed else ()
    return {value: names[0].removesuffix(" %")} if len(names) == 1 else {}


def _document(deps: Deps, line: RecordLine) -> DocumentFacts | None:
    context = readiness.context(deps, line.entity_id)
    return readiness.facts(deps, line.entity_id, line.object_type, line.object_id, context)


def _fixed_at(deps: Deps, line: RecordLine, document: DocumentFacts | None) -> datetime | None:
    """When a person last changed something about this record after it had stopped."""
    ids = [part.id for part in document.lines if part.id] if document else []
    ids += [line.object_id] if line.object_id else []
    return events.last_about(deps.db, line.entity_id, REPAIRS, ids, since=line.updated_at)


def _is_fixed(line: RecordLine, found: Sequence[Condition], fixed_at: datetime | None) -> bool:
    """Whether what stopped the record is known to be put right.

    That an account was archived is told by the accounting system, not by what we last read of it,
    so there it takes a change made here as well. So it does where no condition tells of the problem.
    """
    if line.problem in ("ACC_ARCHIVED", "ACC_GONE", "INACTIVE"):
        return fixed_at is not None and settled("ACC_ARCHIVED", found)
    if settled(line.problem, found):
        # The rate was there, and the accounting system did not take it all the same.
        said = (line.error_text or "").lower()
        refused_rate = line.problem in ("TAX_NO_MATCH", "TAX_MISSING") and (
            "taxtype" in said or "have a vat rate" in said
        )
        return fixed_at is not None or not refused_rate
    told_of = any(condition.code == line.problem for condition in found)
    mended_here = line.why is not None and line.why.fix in (Fix.TAX, Fix.PRODUCT)
    if told_of or not mended_here:
        return False
    return fixed_at is not None and not any(condition.ok is False for condition in found)
