"""Each try of sending a record, and when to look what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.people import Actor

RETRY = "retry"
"""The action of a try in the outbox."""
WAITS = (1, 2, 3, 5, 10, 30, 60)
MOST_LOOKS = 40
"""Half an hour and a bit; from then on the hourly refresh alone brings news."""


class TryResult(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RecordTry:
    id: int
    record_id: str
    batch_id: str | None
    at: datetime
    actor: Actor
    result: TryResult
    problem: str
    message: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A record whose push is under way; `object_id` is None when the record is of no one object."""

    record_id: str
    entity_id: str
    object_type: str
    object_id: str | None
    looks: int


def next_wait(looks: int) -> timedelta:
    """How long to wait after this many looks at a record that is under way."""
    return timedelta(seconds=WAITS[min(looks, len(WAITS) - 1)])


def result_of(sync_status: str) -> TryResult | None:
    """What a record's status says about its last try; None while it is under way."""
    return {"done": TryResult.SENT, "error": TryResult.FAILED}.get(sync_status)
