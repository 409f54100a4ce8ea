"""Sending on hold, and the rules as a person last saved them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.sync_rules import SyncRules


@dataclass(frozen=True, slots=True)
class Hold:
    """Sending is on hold; `rules` are the lists that will be put in place when a person releases it.

    A hold that nobody asked for here shows in Monite's empty lists alone: then it isn't known since when.
    """

    entity_id: str
    rules: SyncRules
    reason: str
    held_at: datetime | None
    held_by: str | None
    confirmed_at: datetime | None
    """When Monite's own answer showed empty lists; None while we only asked for them."""

    @property
    def is_ours(self) -> bool:
        """Whether it was asked for here."""
        return self.held_at is not None


@dataclass(frozen=True, slots=True)
class HoldResult:
    """What became of a wish to hold sending; the words are for the person who wished it."""

    confirmed: bool
    supported: bool
    words: str
    undecided: bool = False
    """Whether there was no answer yet, so that it may still come about."""


@dataclass(frozen=True, slots=True)
class RuleSave:
    """When a person last saved the rules, and since when reading them back agrees."""

    saved_at: datetime
    saved_by: str
    confirmed_at: datetime | None
