"""Sessions: coming in, being known at each request, saying why, and going out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from app.domain.errors import NotThereError
from app.domain.events import CAME_IN, SESSION_ENDED, WENT_OUT
from app.domain.people import Actor, Role
from app.domain.sessions import REASON_HOLDS, SEEN_EVERY, CameBy, Session, longest, may_end, same_person
from app.services import tokens
from app.services.deps import Deps
from app.store import entities, events, sessions
from app.store.database import write

KEPT = timedelta(days=90)
"""How long a session that is over can still be told of."""


@dataclass(frozen=True, slots=True)
class CameIn:
    """A new session, with the token that its browser's cookie is to carry; it is told this once."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class Browser:
    """What came with the request that somebody came in by: from where, and what it calls itself."""

    address: str = ""
    name: str = ""


def come_in(
    deps: Deps, who: Actor, came_by: CameBy, browser: Browser, *, user_id: str | None = None
) -> CameIn:
    """Open a session under a new token; whatever the browser carried before is worth nothing for it."""
    token, now = tokens.new(), deps.clock()
    session = Session(
        id=uuid4().hex,
        actor=who,
        came_by=came_by,
        created_at=now,
        seen_at=now,
        expires_at=now + longest(who.role),
        user_id=user_id,
        address=browser.address[:45],
        browser=browser.name[:200],
    )
    with write(deps.db) as db:
        sessions.drop_old(db, now - KEPT)
        sessions.add(db, session, tokens.hashed(token))
        _tell(deps, session, CAME_IN, who, came_by.value)
    return CameIn(session, token)


def find(deps: Deps, token: str) -> Session | None:
    """The open session of the browser that carries this token; None when there is none, or none any more."""
    if not token:
        return None
    session, now = sessions.by_token(deps.db, tokens.hashed(token)), deps.clock()
    if session is None or not session.is_open(now):
        return None
    if now - session.seen_at >= SEEN_EVERY:
        with write(deps.db) as db:
            sessions.seen(db, session.id, now)
    return session


def go_out(deps: Deps, session: Session) -> None:
    """End one's own session."""
    with write(deps.db) as db:
        if sessions.end(db, [session.id], deps.clock(), session.actor.name):
            _tell(deps, session, WENT_OUT, session.actor)


def others(deps: Deps, own: Session) -> list[Session]:
    """The other browsers that this person is in with, the last used first."""
    if own.user_id:
        found = sessions.open_ones(deps.db, deps.clock(), user_id=own.user_id)
    else:
        found = sessions.open_ones(deps.db, deps.clock(), actor=own.actor)
    return [one for one in found if one.id != own.id and same_person(own, one)]


def of_colleagues(deps: Deps, own: Session) -> list[Session]:
    """For an owner: the browsers that others of the business are in with."""
    if own.actor.role is not Role.OWNER:
        return []
    found = sessions.open_ones(deps.db, deps.clock(), entity_id=own.actor.entity_id)
    return [one for one in found if not same_person(own, one)]


def of_user(deps: Deps, user_id: str) -> list[Session]:
    """The browsers that a user is in with."""
    return sessions.open_ones(deps.db, deps.clock(), user_id=user_id)


def every(deps: Deps, most: int) -> list[Session]:
    """All browsers that anybody is in with, the last used first, at most so many."""
    return sessions.open_ones(deps.db, deps.clock(), limit=most)


def businesses(deps: Deps, found: list[Session]) -> dict[str, str]:
    """The names of the businesses that these sessions are for."""
    return entities.names(deps.db, {one.actor.entity_id for one in found if one.actor.entity_id})


def end(deps: Deps, own: Session, session_id: str) -> Session:
    """End a session from its next request on; raises NotThereError when it isn't theirs to end."""
    found = sessions.find(deps.db, session_id)
    if found is None or not may_end(own, found):
        raise NotThereError("There is no such session.")
    with write(deps.db) as db:
        if sessions.end(db, [session_id], deps.clock(), own.actor.name):
            _tell(deps, found, SESSION_ENDED, own.actor)
    return found


def end_others(deps: Deps, own: Session) -> int:
    """End all of one's sessions but this one; how many there were."""
    with write(deps.db) as db:
        found = others(deps, own)
        ended = sessions.end(db, [one.id for one in found], deps.clock(), own.actor.name)
        for one in found:
            _tell(deps, one, SESSION_ENDED, own.actor)
    return ended


def say_why(deps: Deps, session_id: str, entity_id: str, reason: str) -> datetime:
    """Keep why one of the partner's people acts for a business; until when that goes."""
    until = deps.clock() + REASON_HOLDS
    with write(deps.db) as db:
        sessions.set_reason(db, session_id, reason, entity_id, until)
    return until


def stop_acting(deps: Deps, session_id: str) -> None:
    """From now on this person only looks."""
    with write(deps.db) as db:
        sessions.set_reason(db, session_id, "", None, None)


def _tell(deps: Deps, session: Session, kind: str, by: Actor, note: str | None = None) -> None:
    """Write it down, but for the open chooser: there nobody has shown who they are."""
    if session.came_by is CameBy.CHOOSER:
        return
    events.add(
        deps.db,
        session.actor.entity_id or "",
        deps.clock(),
        kind,
        by,
        object_type="session",
        object_id=session.id,
        was=session.actor.name if by != session.actor else None,
        note=note,
    )
