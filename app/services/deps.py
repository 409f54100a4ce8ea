"""What every service is given: this request's, or this job's, own things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from app.config import Settings
from app.domain.people import Actor
from app.monite.client import Monite


@dataclass(frozen=True, slots=True)
class Deps:
    db: Database
    monite: Monite
    settings: Settings
    actor: Actor
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    """Tells the worker that there is something to do; safe to call often."""

    def acting_as(self, actor: Actor) -> Deps:
        """The same things, in somebody else's name."""
        return replace(self, actor=actor)
