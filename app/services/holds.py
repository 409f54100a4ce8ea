"""Whether sending is on hold, whoever put it there."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.domain.holds import Hold
from app.domain.people import SYSTEM
from app.domain.sync_rules import USUAL, SyncRules
from app.store import events, holds, outbox, sync_rules

SAVED = "rules_saved"
HELD = "sending_held"
RESUMED = "sending_resumed"
NOT_HELD = "hold_refused"
ELSEWHERE = "rules_changed_elsewhere"
"""The lists read differently than before, and nobody here had asked for that."""


def standing(db: Database, entity_id: str) -> Hold | None:
    """The hold that stands: one asked for here, or one that Monite's own empty lists show.

    Empty lists that a person saved here are no hold: nothing is what they want to be sent.
    """
    held = holds.find(db, entity_id)
    if held is not None:
        return held
    known, seen_at = sync_rules.find(db, entity_id), sync_rules.seen_at(db, entity_id)
    if known is None or not known.sends_nothing:
        return None
    last = last_saved(db, entity_id)
    if last is not None and last.sends_nothing:
        return None
    return Hold(entity_id, last or USUAL, reason="", held_at=None, held_by=None, confirmed_at=seen_at)


def seen(db: Database, entity_id: str, lists: SyncRules, now: datetime) -> bool:
    """Keep the lists as just read, and tell when somebody changed them elsewhere; whether they differ.

    For inside a write transaction.
    """
    known = sync_rules.find(db, entity_id)
    differ = known is None or not known.same_as(lists)
    sync_rules.save(db, entity_id, lists, now)
    if known is not None and differ and not outbox.is_open(db, f"rules:{entity_id}"):
        was, became = known.to_text(), lists.to_text()
        events.add(db, entity_id, now, ELSEWHERE, SYSTEM, was=was, became=became)
    return differ


def last_saved(db: Database, entity_id: str) -> SyncRules | None:
    """The lists that a person saved here last; None while nobody has."""
    last = events.latest(db, entity_id, SAVED, RESUMED)
    return SyncRules.from_text(last.became) if last else None
