"""Whether sending is on hold, whoever put it there."""

from __future__ import annotations

from sqlite_utils import Database

from app.domain.holds import Hold
from app.domain.sync_rules import USUAL, SyncRules
from app.store import events, holds, sync_rules

SAVED = "rules_saved"
HELD = "sending_held"
RESUMED = "sending_resumed"
NOT_HELD = "hold_refused"


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


def last_saved(db: Database, entity_id: str) -> SyncRules | None:
    """The lists that a person saved here last; None while nobody has."""
    last = events.latest(db, entity_id, SAVED, RESUMED)
    return SyncRules.from_text(last.became) if last else None
