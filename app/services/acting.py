"""Acting for a business: one of the partner's people says why, for half an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.errors import InputError
from app.services.deps import Deps
from app.store import events
from app.store.database import write

KEPT_FOR = timedelta(minutes=30)
SHORTEST, LONGEST = 5, 200
STARTED, STOPPED = "acting_started", "acting_stopped"


def start(deps: Deps, entity_id: str, typed: str) -> tuple[str, datetime]:
    """The reason as it is kept, and until when; raises InputError when it doesn't say enough."""
    reason = " ".join(typed.split())
    if not SHORTEST <= len(reason) <= LONGEST:
        raise InputError("reason", "Say in 5 to 200 characters why you act for them.")
    who = replace(deps.actor, reason=reason)
    with write(deps.db) as db:
        events.add(db, entity_id, deps.clock(), STARTED, who)
    return reason, deps.clock() + KEPT_FOR


def stop(deps: Deps, entity_id: str) -> None:
    """Write down that they only look again; nothing when they only looked."""
    if not deps.actor.reason:
        return
    with write(deps.db) as db:
        events.add(db, entity_id, deps.clock(), STOPPED, deps.actor)
