"""A browser that somebody came in with: who it is, since when, and until when that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.people import PARTNER_ROLES, Actor, Role


class CameBy(StrEnum):
    CHOOSER = "chooser"
    PASSWORD = "password"  # noqa: S105 - a way in, not a secret
    LAUNCH = "launch"


SEEN_EVERY = timedelta(minutes=5)
"""How often it is written down that a session is used; more often would be a write for each page."""
REASON_HOLDS = timedelta(minutes=30)
"""How long what one of the partner's people said goes for the business that they act for."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session; whatever its cookie carries is not in here."""

    id: str
    actor: Actor
    came_by: CameBy
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    user_id: str | None = None
    address: str = ""
    browser: str = ""
    reason: str = ""
    reason_entity_id: str | None = None
    reason_until: datetime | None = None
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it still lets its browser in: not ended, not too old, and not left alone too long."""
        return self.ended_at is None and now < self.expires_at and now - self.seen_at < idle(self.actor.role)

    def reason_for(self, entity_id: str | None, now: datetime) -> str:
        """Why this person acts for that business; '' when they haven't said so, or too long ago."""
        said = self.reason_until is not None and now < self.reason_until
        return self.reason if said and entity_id and entity_id == self.reason_entity_id else ""


def same_person(one: Session, other: Session) -> bool:
    """Whether two browsers are of the same person, as far as anybody can know."""
    if one.user_id or other.user_id:
        return one.user_id == other.user_id
    return (one.actor, one.came_by) == (other.actor, other.came_by)


def may_end(own: Session, other: Session) -> bool:
    """Whether a person may end a session: their own, an owner the business's, an administrator any."""
    if same_person(own, other) or own.actor.role is Role.ADMIN:
        return True
    return own.actor.role is Role.OWNER and own.actor.entity_id == other.actor.entity_id


def idle(role: Role) -> timedelta:
    """After how much time without a request a session is over."""
    return timedelta(hours=8 if role in PARTNER_ROLES else 12)


def longest(role: Role) -> timedelta:
    """After how much time a session is over even if it is used."""
    return timedelta(hours=24) if role in PARTNER_ROLES else timedelta(days=7)
