"""What is worth telling later: the audit trail and the connection's history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.people import Actor

ASSIGNED, ASSIGNED_MANY = "account_assigned", "accounts_assigned"
RETRIED, RETRIED_MANY = "retried", "records_retried"
TAX_SET, PRODUCT_EDITED = "tax_rate_set", "product_edited"
ASSIGN_REFUSED, TAX_REFUSED, PRODUCT_REFUSED = "assign_refused", "tax_rate_refused", "product_refused"
"""What Monite did not do although it was asked for."""
ASSIGN_DROPPED, RETRY_STOPPED, ACCOUNT_SEEN = "assign_dropped", "retrying_stopped", "account_change_seen"
REPAIRS = (ASSIGNED, TAX_SET, PRODUCT_EDITED)
"""What a person does so that a stopped record can be sent."""
HANDLED, NOT_HANDLED, NOTED = "handled_elsewhere", "handled_taken_back", "note_left"
CAME_IN, WENT_OUT, SESSION_ENDED = "came_in", "went_out", "session_ended"
USER_ADDED, USER_DISABLED, USER_ENABLED = "user_added", "user_disabled", "user_enabled"
PASSWORD_SET, ROLE_CHANGED, SIGN_IN_LOCKED = "user_password_set", "user_role_changed", "sign_in_locked"
LAUNCH_LINK_MADE = "launch_link_made"
ACTING_STARTED, ACTING_STOPPED = "acting_started", "acting_stopped"
PRESENCE = (CAME_IN, WENT_OUT, SESSION_ENDED, LAUNCH_LINK_MADE, ACTING_STARTED, ACTING_STOPPED)
"""Who was here: for the audit trail, and no news to anybody else."""
UNDONE = "assignment_undone"
"""How an assignment is told that takes an earlier one back."""
_TOGETHER = timedelta(minutes=30)
"""Steps of one piece of work follow each other faster than this."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change by a person, or one observation; `kind` is a code that screens put into words."""

    id: int
    entity_id: str
    at: datetime
    kind: str
    actor: Actor
    object_type: str | None = None
    object_id: str | None = None
    was: str | None = None
    became: str | None = None
    note: str | None = None
    batch_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    """Of an assignment: the `suggestion` used, the change that it `undoes`, the `batch` it tells of."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened: an event, or several alike that one person did one after the other."""

    at: datetime
    kind: str
    actor: Actor
    object_type: str | None = None
    note: str | None = None
    account_id: str | None = None
    """The account that was assigned, if it was the same each time."""
    account: str | None = None
    """What people call it."""
    times: int = 1
    is_least: bool = False
    """Whether it may have been more often than we looked."""

    @property
    def times_text(self) -> str:
        return f"{self.times}+" if self.is_least else str(self.times)


def told(events: Iterable[Event], most: int, *, cut: bool = False) -> list[Told]:
    """The newest `most` lines that these events, newest first, make; `cut` when older ones were not read."""
    lines: list[Told] = []
    oldest: Event | None = None
    for event in events:
        line = as_told(event)
        if oldest is not None and _goes_on(lines[-1], oldest, event):
            lines[-1] = _joined(lines[-1], line)
        elif len(lines) == most:
            return lines
        else:
            lines.append(line)
        oldest = event
    if cut and lines and lines[-1].kind in (ASSIGNED, RETRIED):
        lines[-1] = replace(lines[-1], is_least=True)
    return lines


def as_told(event: Event) -> Told:
    """How one event alone is told; accounts are named by whoever shows it."""
    many = event.kind in (ASSIGNED_MANY, RETRIED_MANY)
    return Told(
        at=event.at,
        kind=_told_kind(event),
        actor=event.actor,
        object_type=event.object_type,
        note=None if many else event.note,
        account_id=event.became if event.kind in (ASSIGNED, ASSIGNED_MANY) else None,
        times=int(event.note or 0) if many else 1,
    )


def _told_kind(event: Event) -> str:
    if event.kind in (ASSIGNED, ASSIGNED_MANY) and "undoes" in event.details:
        return UNDONE
    return {ASSIGNED_MANY: ASSIGNED, RETRIED_MANY: RETRIED}.get(event.kind, event.kind)


def _goes_on(line: Told, newer: Event, older: Event) -> bool:
    return (
        older.kind in (ASSIGNED, RETRIED)
        and _told_kind(older) == line.kind
        and (older.kind, older.actor.name) == (newer.kind, newer.actor.name)
        and (older.kind == RETRIED or older.object_type == line.object_type)
        and newer.at - older.at < _TOGETHER
    )


def _joined(line: Told, older: Told) -> Told:
    same = line.account_id == older.account_id
    return replace(line, times=line.times + 1, note=None, account_id=line.account_id if same else None)
