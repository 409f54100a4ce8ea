"""This request's things: its database, its person, and whether they may be here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from flask import current_app, g, request
from flask import session as form_memory
from werkzeug.wrappers import Response

from app.config import Settings
from app.domain.errors import NotAllowedError
from app.domain.people import Actor, Role
from app.domain.sessions import Session
from app.monite.client import Monite
from app.services import sessions
from app.services.deps import Deps
from app.services.sessions import Browser, CameIn
from app.store.database import ThreadConnections

# Browsers share cookies between ports, so each house has names of its own.
COOKIE = "gangway_session"
FORM_COOKIE = "gangway_form"


class NobodyError(NotAllowedError):
    """Nobody has come in yet, or their session is over."""


@dataclass(frozen=True, slots=True)
class House:
    """What all requests share."""

    settings: Settings
    monite: Monite
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    connections: ThreadConnections


def house() -> House:
    return cast(House, current_app.extensions["gangway"])


def own_g() -> Any:
    """Flask's `g` itself; its proxy costs more than what a table's cell asks it for."""
    return g._get_current_object()


def deps() -> Deps:
    """What this request's services work with; made at its first use."""
    if "deps" not in g:
        g.deps = nobodys_deps().acting_as(actor_or_nobody())
    return cast(Deps, g.deps)


def nobodys_deps() -> Deps:
    """The same before it is known who is at the screen."""
    shared = house()
    return Deps(
        db=shared.connections.get(),
        monite=shared.monite,
        settings=shared.settings,
        actor=NOBODY,
        clock=shared.clock,
        wake=shared.wake,
    )


def close(_error: BaseException | None = None) -> None:
    """Give the thread's connection back as it was."""
    g.pop("deps", None)
    house().connections.tidy()


NOBODY = Actor("", Role.VIEWER, entity_id="")


def actor() -> Actor:
    """Who is at the screen; raises NobodyError when nobody has come in yet."""
    who = actor_or_nobody()
    if who is NOBODY:
        raise NobodyError("Say who you are first.")
    return who


def actor_or_nobody() -> Actor:
    """Who is at the screen, with the reason that they gave for this address's business, if any.

    A viewer of nothing when nobody has come in yet.
    """
    own = own_g()
    if not hasattr(own, "who"):
        came = session_or_none()
        entity_id = (request.view_args or {}).get("entity_id")
        reason = came.reason_for(entity_id, house().clock()) if came else ""
        own.who = (replace(came.actor, reason=reason) if reason else came.actor) if came else NOBODY
    return cast(Actor, own.who)


def session_or_none() -> Session | None:
    """The session that this browser came in with; read once for each request."""
    own = own_g()
    if not hasattr(own, "came"):
        own.came = sessions.find(nobodys_deps(), request.cookies.get(cookie_name(COOKIE), ""))
    return cast("Session | None", own.came)


def browser() -> Browser:
    """Where this request came from, and what its browser calls itself."""
    return Browser(request.remote_addr or "", request.user_agent.string)


def let_in(response: Response, came: CameIn) -> Response:
    """Give the browser its new session, and with it a new memory for forms: the old token fits no more.

    The session that it had before is over: nobody holds it any more.
    """
    before = session_or_none()
    if before:
        sessions.go_out(nobodys_deps(), before)
    form_memory.clear()
    set_cookie(response, COOKIE, came.token)
    return response


def let_out(response: Response) -> Response:
    """Take the session from the browser."""
    form_memory.clear()
    response.delete_cookie(cookie_name(COOKIE), secure=_secure(), httponly=True, samesite="Lax")
    return response


def set_cookie(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """Give the browser a cookie of this house, out of reach for scripts; read it by `cookie_name(name)`."""
    # Strict would lose it on the way back from the accounting system.
    response.set_cookie(
        cookie_name(name), value, max_age=max_age, secure=_secure(), httponly=True, samesite="Lax"
    )


def cookie_name(name: str) -> str:
    """The name under which the browser keeps it: with https one that no other host can have set."""
    return f"__Host-{name}" if _secure() else name


def _secure() -> bool:
    return house().settings.secure


def utc_now() -> datetime:
    return datetime.now(UTC)
