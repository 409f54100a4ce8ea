"""The number of Xero organisations that the partner's app may have connected.

Which system a connection will be of is only known beforehand where the API version names it, so nobody
is held up by the cap with another version; the partner's people see the meter all the same.
"""

from __future__ import annotations

import secrets

from app.domain.caps import LATELY, REACHED, SAME_TELLING, SIGNS, WAITS, XERO, Meter, Reached
from app.domain.errors import CapReachedError
from app.services.deps import Deps
from app.store import caps, events, revisions
from app.store.database import write


def meter(deps: Deps) -> Meter:
    """How many organisations are connected, or about to be, of how many."""
    return Meter(caps.used(deps.db, deps.clock() - WAITS), deps.settings.xero_cap)


def is_shut(deps: Deps, entity_id: str) -> bool:
    """Whether this business can't be connected to Xero now; one that has a place already can."""
    known = deps.monite.capabilities.platform_in_body
    return known and meter(deps).reached and not caps.takes_place(deps.db, entity_id)


def check(deps: Deps, entity_id: str, platform: str | None) -> None:
    """Raises CapReachedError when there is no place for this business, once the partner was told."""
    if platform == XERO and is_shut(deps, entity_id):
        raise CapReachedError(report(deps, entity_id))


def report(deps: Deps, entity_id: str) -> str:
    """Tell the partner's people, once a day for each business; the reference under which they find it."""
    now = deps.clock()
    with write(deps.db) as db:
        told = caps.reached(db, entity_id=entity_id, since=now - SAME_TELLING, limit=1)
        if told:
            return told[0].reference
        reference = "".join(secrets.choice(SIGNS) for _ in range(4))
        events.add(
            db,
            "",
            now,
            REACHED,
            deps.actor,
            object_type="entity",
            object_id=entity_id,
            became=XERO,
            note=reference,
        )
        revisions.bump(db, "")
    return reference


def reached(deps: Deps) -> list[Reached]:
    """Who could not be connected in the last month, the newest first."""
    return caps.reached(deps.db, since=deps.clock() - LATELY)
