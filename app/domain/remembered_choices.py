"""What a person answered to "from now on?" about a supplier's bill lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.people import Actor


@dataclass(frozen=True, slots=True)
class Remembered:
    """One answer. A no is kept too, so that nobody is asked twice about the same account."""

    supplier: str
    account_id: str
    yes: bool
    actor: Actor
    at: datetime
