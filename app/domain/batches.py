"""Many intents that a person started with one press of a button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.people import Actor


@dataclass(frozen=True, slots=True)
class Batch:
    id: str
    entity_id: str
    kind: str
    total: int
    details: Mapping[str, Any]
    actor: Actor
    created_at: datetime
    stop_requested_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is.

    The first six count what was asked of Monite and add up to `total`; the last four count what
    became of the records whose push Monite accepted, and stay 0 for a batch that pushes nothing.
    """

    total: int
    queued: int = 0
    running: int = 0
    done: int = 0
    refused: int = 0
    stopped: int = 0
    superseded: int = 0
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    stop_requested: bool = False

    @property
    def open(self) -> int:
        """How many are still to be asked, or are being asked now."""
        return self.queued + self.running

    @property
    def settled(self) -> int:
        """How many have come to an end, whichever it is."""
        return self.total - self.open - self.waiting

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.open == 0 and self.waiting == 0
