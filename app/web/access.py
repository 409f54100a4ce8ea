"""The one place that decides who may come in: nothing is open unless it says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import MethodNotAllowed, NotFound

from app.domain.errors import NotAllowedError, NotThereError, SayWhyError
from app.domain.people import Action, could
from app.domain.people import may as person_may
from app.services import frames, owners
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
    entity_id = _entity_id()
    who = actor()
    if not could(who, needed, entity_id):
        raise NotAllowedError(refusal(needed))
    if who.of_partner and entity_id and not frames.known(deps(), entity_id):
        raise NotThereError("There is no such business here.")
    if not person_may(who, needed, entity_id):
        raise SayWhyError(_("You act for somebody else, so say why first. They see your reason."))


def may(action: str) -> bool:
    """For templates: whether the person may use a control here."""
    return person_may(actor(), Action(action), _entity_id())


def waits_for_reason(action: str) -> bool:
    """For templates: whether the person could use a control here, once they have said why."""
    who, wanted = actor(), Action(action)
    return could(who, wanted, _entity_id()) and not person_may(who, wanted, _entity_id())


def refusal(action: Action | str, sentence: str = "") -> str:
    """Who may do what this person may not: in the given sentence or the usual one, with names."""
    entity_id = _entity_id()
    wanted = Action(action)
    if wanted is Action.SEE or (entity_id and not could(actor(), Action.SEE, entity_id)):
        return _("This page belongs to another business.")
    return f"{sentence or _sentence(wanted)} {owners_words(entity_id)}".strip()


def owners_words(entity_id: str | None) -> str:
    """The owners of a business by name; '' when nobody knows them."""
    if not entity_id:
        return ""
    if "owners" not in g:
        g.owners = owners.names(deps(), entity_id)
    if not g.owners:
        return ""
    return ngettext("Owner: %(names)s.", "Owners: %(names)s.", len(g.owners), names=", ".join(g.owners))


def _entity_id() -> str | None:
    found: str | None = (request.view_args or {}).get("entity_id")
    return found


def _sentence(action: Action) -> str:
    return {
        Action.CONNECT: _("Only an owner can connect or disconnect an accounting system."),
        Action.CHANGE_RULES: _("Only an owner or a bookkeeper can change what gets sent."),
        Action.ASSIGN: _("Only an owner or a bookkeeper can assign accounts."),
        Action.RETRY: _("Only an owner or a bookkeeper can send records again."),
        Action.IMPORT: _("Only an owner or a bookkeeper can start an import."),
        Action.SHARE: _("Only an owner can make a link for somebody else."),
        Action.SUPPORT: _("Only a support agent can see all businesses."),
        Action.SETUP: _("Only an administrator can see the set-up of the partner."),
    }[action]
