"""What is worth telling later: the audit trail and the connection's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.people import Actor


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
