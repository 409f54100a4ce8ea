"""What a person asked for and Monite has not confirmed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.people import Actor, Role

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
PERSON_WAITS, PATIENCE = 4.0, timedelta(minutes=10)
"""A person who asked for one thing watches it: for so long it is tried at least so often."""


class OutboxState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to be sent. Of two with the same key only the newest is sent."""

    action: str
    object_type: str
    object_id: str
    parent_id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    not_before: datetime | None = None
    """When it is sent at the earliest; as soon as possible when None."""

    @property
    def own_key(self) -> str:
        """The key as given, or one that stands for this action on this object."""
        return self.key or f"{self.action}:{self.object_type}:{self.object_id}"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An intent as it stands in the outbox; `last_error` is in the words that Monite used."""

    id: int
    entity_id: str
    batch_id: str | None
    action: str
    object_type: str
    object_id: str
    parent_id: str | None
    body: Mapping[str, Any]
    key: str
    state: OutboxState
    attempts: int
    not_before: datetime
    last_error: str | None
    error_status: int | None
    actor: Actor
    created_at: datetime
    finished_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in (OutboxState.QUEUED, OutboxState.RUNNING)

    @property
    def automatic(self) -> bool:
        """Whether nobody asked for it: the worker does it by itself."""
        return self.actor.role is Role.SYSTEM

    def is_watched(self, now: datetime) -> bool:
        """Whether a person asked for this one thing so lately that they may still look at it."""
        return self.batch_id is None and not self.automatic and now - self.created_at < PATIENCE


def backoff(attempts: int, luck: float, most: float = LONGEST_WAIT) -> timedelta:
    """How long to wait after this many attempts; `luck`, from 0 to 1, keeps rows from marching in step."""
    longest = min(most, FIRST_WAIT * 2 ** min(attempts - 1, 16))
    return timedelta(seconds=longest * (0.5 + luck / 2))
