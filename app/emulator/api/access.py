"""Whose token a request carries, and whether that may do what it asks.

The gate asks here once it knows that the token is good. Routes ask who the author of a new thing is,
and to whose things a role keeps them.
"""

from __future__ import annotations

from flask import g, request
from sqlite_utils import Database

from app.emulator.errors import ConflictError, ForbiddenError
from app.emulator.rules import permissions
from app.emulator.rules.permissions import Access, Need
from app.emulator.store import creators, tokens
from app.emulator.store.tokens import Holder


def bearer() -> str | None:
    """The token that the request carries, whether or not it is good."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def principal() -> Holder | None:
    """The entity user of the request; None when it carries the partner's own token."""
    found: Holder | None = g.get("holder")
    return found


def user() -> Holder:
    """The entity user of the request; raises ForbiddenError for the partner's own token."""
    found = principal()
    if found is None:
        raise ForbiddenError
    return found


def author() -> str | None:
    """The id of the entity user who makes what this request makes."""
    found = principal()
    return found.user_id if found else None


def creator() -> str | None:
    """The entity user to whose own things the role keeps this list; None when it shows all."""
    found: str | None = g.get("creator")
    return found


def enter(db: Database, token: str) -> None:
    """Remember whose token this is."""
    g.holder = tokens.holder(db, token)


def check(db: Database, path: str) -> None:
    """Raises ForbiddenError, or ConflictError with the reason, unless the token may do this.

    `path` is the route's, without the prefix of the API.
    """
    need, who = permissions.needed(request.method, path), principal()
    if need is Access.USER:
        user()
    if who is None or need in (Access.USER, Access.ANY):
        return
    if isinstance(need, Access):
        raise ForbiddenError
    if (request.view_args or {}).get("entity_id", who.entity_id) != who.entity_id:
        raise ForbiddenError
    _ask_the_role(db, who, need, path.split("/", 1)[0])


def _ask_the_role(db: Database, who: Holder, need: Need, resource: str) -> None:
    said = permissions.verdict(who.permissions, need)
    if said.permission == "allowed_for_own" and _is_own(db, who, need, resource):
        g.creator = who.user_id
    elif said.permission != "allowed":
        raise ConflictError(said.reason) if permissions.says_why(need) else ForbiddenError


def _is_own(db: Database, who: Holder, need: Need, resource: str) -> bool:
    """Whether the call stays with what the user made; where that is not kept, nothing is one's own."""
    if need.action == "create":
        return True
    if not creators.are_kept(resource):
        return False
    named = list((request.view_args or {}).values())
    # What is not there at all is the route's affair.
    maker = creators.of(db, resource, who.entity_id, named[0], missing=who.user_id) if named else who.user_id
    return maker == who.user_id
