"""This request's things: its database, its person, and whether they may be here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from flask import current_app, g, session

from app.domain.errors import NotAllowedError
from app.domain.people import Action, Actor, Role, may
from app.services.deps import Deps
from app.store.database import connect


def deps() -> Deps:
    """What this request's services work with; made at its first use, closed at its end."""
    if "deps" not in g:
        house = cast(Deps, current_app.extensions["gangway"])
        g.deps = Deps(
            db=connect(house.settings.database),
            monite=house.monite,
            settings=house.settings,
            actor=actor(),
            clock=house.clock,
            wake=house.wake,
        )
    return cast(Deps, g.deps)


def close(_error: BaseException | None = None) -> None:
    """Give the request's connection back."""
    if "deps" in g:
        g.pop("deps").db.close()


def actor() -> Actor:
    """Who is at the screen; raises NotAllowedError when nobody has come in yet."""
    who = session.get("actor")
    if not who:
        raise NotAllowedError("Choose who you are first.")
    return Actor(who["name"], Role(who["role"]), who.get("entity_id"))


def utc_now() -> datetime:
    return datetime.now(UTC)


def require(action: Action, entity_id: str | None = None) -> None:
    """Go no further unless the person may do this here; raises NotAllowedError."""
    who = actor()
    if not may(who, action, entity_id):
        raise NotAllowedError(f"{who.name} may not do this here.")
