"""How many Xero organisations the partner's app may have connected, and how many it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

XERO = "xero"
REACHED = "xero_cap_reached"
NEAR = 0.8
WAITS = timedelta(days=1)
"""How long a sign-in that nobody finished counts: after that nobody is about to."""
SAME_TELLING = timedelta(days=1)
"""A business that asks again within this time has the reference that it had."""
LATELY = timedelta(days=30)
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What a reference is made of: no sign that is taken for another on the telephone."""


@dataclass(frozen=True, slots=True)
class Meter:
    """How many of how many are used."""

    used: int
    cap: int

    @property
    def near(self) -> bool:
        return self.used >= self.cap * NEAR

    @property
    def reached(self) -> bool:
        return self.used >= self.cap


@dataclass(frozen=True, slots=True)
class Reached:
    """A business that could not be connected because the cap was reached."""

    reference: str
    entity_id: str
    name: str
    at: datetime
    asked_by: str
