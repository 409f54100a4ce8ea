"""This request's things: its database, its person, and whether they may be here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from flask import current_app, g, request, session

from app.config import Settings
from app.domain.errors import NotAllowedError
from app.domain.people import Actor, Role
from app.monite.client import Monite
from app.services.deps import Deps
from app.store.database import ThreadConnections


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
        shared = house()
        g.deps = Deps(
            db=shared.connections.get(),
            monite=shared.monite,
            settings=shared.settings,
            actor=actor_or_nobody(),
            clock=shared.clock,
            wake=shared.wake,
        )
    return cast(Deps, g.deps)


def close(_error: BaseException | None = None) -> None:
    """Give the thread's connection back as it was."""
    if g.pop("deps", None):
        house().connections.tidy()


NOBODY = Actor("", Role.VIEWER, entity_id="")


def actor() -> Actor:
    """Who is at the screen; raises NobodyError when nobody has come in yet."""
    who = actor_or_nobody()
    if who is NOBODY:
        raise NobodyError("Choose who you are first.")
    return who


def actor_or_nobody() -> Actor:
    """Who is at the screen; a viewer of nothing when nobody has come in yet."""
    who = session.get("actor")
    if not who:
        return NOBODY
    return Actor(who["name"], Role(who["role"]), who.get("entity_id"), reason=_reason())


def reason_kept() -> tuple[str, datetime] | None:
    """Why this person acts for the business in the address, and until when that holds."""
    kept = session.get("reason")
    if not kept or kept["entity_id"] != (request.view_args or {}).get("entity_id"):
        return None
    until = datetime.fromisoformat(kept["until"])
    return (kept["reason"], until) if until > house().clock() else None


def keep_reason(entity_id: str, reason: str, until: datetime) -> None:
    """Let this person act for one business, until then."""
    session["reason"] = {"entity_id": entity_id, "reason": reason, "until": until.isoformat()}


def forget_reason() -> None:
    """This person only looks again."""
    session.pop("reason", None)


def _reason() -> str:
    kept = reason_kept()
    return kept[0] if kept else ""


def utc_now() -> datetime:
    return datetime.now(UTC)
