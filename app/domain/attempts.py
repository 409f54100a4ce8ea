"""A person's way to the accounting system and back, and what may be said about it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.connections import Connection, ConnectionStatus

CANCELLED_BY_PERSON = "403"
NOTHING_CHANGED = "201"
NO_ERROR_BEFORE = timedelta(seconds=30)
PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One start of the way; `provider_status` is what the provider said on return, and only a hint."""

    id: str
    entity_id: str
    connection_id: str | None
    platform: str | None
    started_by: str
    started_at: datetime
    returned_at: datetime | None = None
    provider_status: str | None = None
    provider_message: str | None = None
    share_id: str | None = None
    """The link with which somebody who was invited set out."""


class Arrival(StrEnum):
    """Where a person who came back stands."""

    NOTHING = "nothing"
    CHECKING = "checking"
    STILL_CHECKING = "still"
    NOT_CONFIRMED = "not_confirmed"
    CONNECTED = "connected"
    CANCELLED = "cancelled"
    FAILED = "failed"
    LINK_USED = "used"

    @property
    def open(self) -> bool:
        """Whether the answer may still come by itself."""
        return self in (Arrival.CHECKING, Arrival.STILL_CHECKING, Arrival.NOT_CONFIRMED)


def arrival(connection: Connection | None, attempt: Attempt | None, now: datetime) -> Arrival:
    """What is true. What Monite says of the connection counts more than what the provider hinted at."""
    if connection is None or connection.status is ConnectionStatus.DISCONNECTED:
        return Arrival.NOTHING
    if connection.status is ConnectionStatus.CONNECTED:
        return Arrival.CONNECTED
    hint = attempt.provider_status if attempt else None
    if hint == CANCELLED_BY_PERSON:
        return Arrival.CANCELLED
    if hint == NOTHING_CHANGED:
        return Arrival.LINK_USED
    if hint and hint.startswith("5"):
        return Arrival.FAILED
    return _waiting(waited(connection, attempt, now))


def waited(connection: Connection, attempt: Attempt | None, now: datetime) -> timedelta:
    """How long the person has been back; since the start when they never were."""
    since = (attempt.returned_at or attempt.started_at) if attempt else connection.created_at
    return now - since


def _waiting(waited: timedelta) -> Arrival:
    if waited < NO_ERROR_BEFORE:
        return Arrival.CHECKING
    return Arrival.STILL_CHECKING if waited < PATIENCE else Arrival.NOT_CONFIRMED
