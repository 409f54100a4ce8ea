"""What people write down about a record, for themselves and for each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.people import Actor

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class RecordNote:
    at: datetime
    actor: Actor
    text: str
