"""Acting for a business: one of the partner's people says why, for half an hour."""

from __future__ import annotations

from dataclasses import replace

from app.domain.errors import InputError
from app.domain.events import ACTING_STARTED, ACTING_STOPPED
from app.services import sessions
from app.services.deps import Deps
from app.store import events
from app.store.database import write

SHORTEST, LONGEST = 5, 200


def start(deps: Deps, session_id: str, entity_id: str, typed: str) -> None:
    """Keep the reason with the session; raises InputError when it doesn't say enough."""
    reason = " ".join(typed.split())
    if not SHORTEST <= len(reason) <= LONGEST:
        raise InputError("reason", "Say in 5 to 200 characters why you act for them.")
    with write(deps.db) as db:
        events.add(db, entity_id, deps.clock(), ACTING_STARTED, replace(deps.actor, reason=reason))
        sessions.say_why(deps, session_id, entity_id, reason)


def stop(deps: Deps, session_id: str, entity_id: str) -> None:
    """They only look again; nothing changes when they only looked."""
    if not deps.actor.reason:
        return
    with write(deps.db) as db:
        events.add(db, entity_id, deps.clock(), ACTING_STOPPED, deps.actor)
        sessions.stop_acting(deps, session_id)
