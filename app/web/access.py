"""The one place that decides who may come in: nothing is open unless it says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from app.domain.errors import NotAllowedError, NotThereError
from app.domain.people import PARTNER_ROLES, Action, Role
from app.domain.people import may as person_may
from app.services import frames
from app.web.requests import actor, deps

P = ParamSpec("P")
R = TypeVar("R")
ANYONE = "anyone"
_MARK, _NO_FORM = "gangway_needs", "gangway_no_form"


def needs(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare what a person must be allowed to do before this route answers."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _MARK, action)
        return view

    return mark


def open_to_anyone(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that this route answers people who have not said who they are."""
    setattr(view, _MARK, ANYONE)
    return view


def for_machines(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that this route answers other programs: they have no form, and it checks itself who asks."""
    setattr(view, _NO_FORM, True)
    return open_to_anyone(view)


def without_form(app: Flask) -> list[Callable[..., object]]:
    """The views that other programs call."""
    return [view for view in app.view_functions.values() if getattr(view, _NO_FORM, False)]


def declared(app: Flask, endpoint: str) -> Action | str | None:
    """What an endpoint declares; None when it declares nothing, and is therefore shut."""
    needed: Action | str | None = getattr(app.view_functions.get(endpoint), _MARK, None)
    return needed


def guard() -> None:
    """Refuse whatever is not declared, not allowed, or of an entity that is not the person's."""
    if request.routing_exception is not None:
        if isinstance(request.routing_exception, (NotFound, MethodNotAllowed)):
            raise request.routing_exception
        return
    needed = declared(current_app, request.endpoint or "")
    if needed == ANYONE:
        return
    if not isinstance(needed, Action):
        raise NotAllowedError("This address is not open to anybody.")
    entity_id = (request.view_args or {}).get("entity_id")
    who = actor()
    if not person_may(who, needed, entity_id):
        raise NotAllowedError(_refusal(needed, who.role))
    if who.role in PARTNER_ROLES and entity_id and not frames.known(deps(), entity_id):
        raise NotThereError("There is no such business here.")


def may(action: str) -> bool:
    """For templates: whether the person may use a control here."""
    entity_id = (request.view_args or {}).get("entity_id")
    return person_may(actor(), Action(action), entity_id)


def _refusal(needed: Action, role: Role) -> str:
    if role is Role.SUPPORT:
        return "Support can look at everything here, but not change it."
    return {
        Action.CONNECT: "Only an owner can connect or disconnect an accounting system.",
        Action.CHANGE_RULES: "Only an owner or a bookkeeper can change what gets sent.",
        Action.ASSIGN: "Only an owner or a bookkeeper can assign accounts.",
        Action.RETRY: "Only an owner or a bookkeeper can send records again.",
        Action.IMPORT: "Only an owner or a bookkeeper can start an import.",
        Action.SHARE: "Only an owner can make a link for somebody else.",
        Action.SUPPORT: "Only a support agent can see all businesses.",
        Action.SETUP: "Only an administrator can see the set-up of the partner.",
        Action.SEE: "This page belongs to another business.",
    }[needed]
