"""What people say about a record: that it is handled elsewhere, and why, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import InputError, NotThereError
from app.domain.events import HANDLED, NOT_HANDLED, NOTED
from app.domain.record_lists import RecordLine
from app.domain.record_notes import LONGEST
from app.domain.synced_records import RecordState
from app.services.deps import Deps
from app.store import automatic_tries, events, record_lists, record_notes, revisions
from app.store.database import write

BY_HAND, NOT_WANTED, OTHER = "by_hand", "not_wanted", "other"
REASONS = (BY_HAND, NOT_WANTED, OTHER)
MARKABLE = (RecordState.ATTENTION, RecordState.CANNOT)
AT_ONCE = 500
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Handled:
    """That a record is handled elsewhere: why (a code, and the words of OTHER), by whom and since when."""

    why: str
    words: str
    who: str
    at: datetime | None


def handled(deps: Deps, line: RecordLine) -> Handled | None:
    """How a record is handled elsewhere; None when it is to be sent."""
    if not line.handled:
        return None
    found = events.find(deps.db, line.entity_id, kinds=[HANDLED], object_id=line.id, limit=1)
    why, _, words = line.handled.partition(":")
    event = found[0] if found else None
    return Handled(why, words, event.actor.name if event else "", event.at if event else None)


def mark_handled(deps: Deps, entity_id: str, record_ids: Sequence[str], why: str, words: str = "") -> int:
    """Leave these stopped records out because they are handled elsewhere; how many that were.

    A try that was planned by itself is called off. What is sent, or on its way, is passed over. Raises
    InputError without a reason.
    """
    reason = _reason(why, words)
    marked = 0
    for at in range(0, len(record_ids), AT_ONCE):
        with write(deps.db):
            marked += _mark(deps, entity_id, record_ids[at : at + AT_ONCE], reason)
    return marked


def take_back(deps: Deps, entity_id: str, record_id: str) -> None:
    """Have a record sent again after all: it stands as Monite tells of it. Raises NotThereError."""
    with write(deps.db):
        line = _get(deps, entity_id, record_id)
        if not line.handled:
            return
        record_lists.set_handled(deps.db, [record_id], "")
        record_lists.set_as_told(deps.db, entity_id, [record_id])
        _tell(deps, line, NOT_HANDLED, was=line.handled)


def add_note(deps: Deps, entity_id: str, record_id: str, text: str) -> None:
    """Leave a note on a record; raises InputError when there is nothing in it, or too much."""
    text = text.strip()
    if not text:
        raise InputError("note", "Write something first.")
    if len(text) > LONGEST:
        raise InputError("note", "That is too long for a note. Make it shorter.")
    with write(deps.db):
        line = _get(deps, entity_id, record_id)
        record_notes.add(deps.db, entity_id, record_id, at=deps.clock(), actor=deps.actor, text=text)
        _tell(deps, line, NOTED)


def _mark(deps: Deps, entity_id: str, record_ids: Sequence[str], reason: str) -> int:
    """Inside the caller's transaction."""
    lines = record_lists.find_by_ids(deps.db, entity_id, record_ids)
    planned = automatic_tries.next_at(deps.db, [line.id for line in lines])
    chosen = [line for line in lines if line.state in MARKABLE or line.id in planned]
    ids = [line.id for line in chosen]
    automatic_tries.drop(deps.db, entity_id, ids, deps.clock())
    record_lists.set_handled(deps.db, ids, reason)
    for line in chosen:
        _tell(deps, line, HANDLED, was=line.as_told.problem, became=reason)
    return len(chosen)


def _tell(
    deps: Deps, line: RecordLine, kind: str, *, was: str | None = None, became: str | None = None
) -> None:
    events.add(
        deps.db,
        line.entity_id,
        deps.clock(),
        kind,
        deps.actor,
        object_type=line.object_type,
        object_id=line.id,
        was=was,
        became=became,
        note=line.name,
    )
    revisions.bump(deps.db, line.entity_id)


def _reason(why: str, words: str) -> str:
    if why not in REASONS:
        raise InputError("why", "Say how it is handled.")
    if why != OTHER:
        return why
    words = " ".join(words.split())[:LONGEST_REASON]
    if not words:
        raise InputError("words", "Say in a few words how it is handled.")
    return f"{OTHER}:{words}"


def _get(deps: Deps, entity_id: str, record_id: str) -> RecordLine:
    line = record_lists.get(deps.db, entity_id, record_id)
    if line is None:
        raise NotThereError("There is no such record here.")
    return line
