"""Sessions: coming in, being known at each request, saying why, and going out again."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from app.domain.events import CAME_IN, WENT_OUT
from app.domain.people import Actor
from app.domain.sessions import REASON_HOLDS, SEEN_EVERY, CameBy, Session, longest
from app.services.deps import Deps
from app.store import events, sessions
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
    token, now = secrets.token_urlsafe(32), deps.clock()
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
        sessions.add(db, session, hashed(token))
        _tell(deps, session, CAME_IN, who, came_by.value)
    return CameIn(session, token)


def find(deps: Deps, token: str) -> Session | None:
    """The open session of the browser that carries this token; None when there is none, or none any more."""
    if not token:
        return None
    session, now = sessions.by_token(deps.db, hashed(token)), deps.clock()
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


def hashed(token: str) -> str:
    """What the store keeps of a token; nobody can go back from it, for a token is random and long."""
    return hashlib.sha256(token.encode()).hexdigest()


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
