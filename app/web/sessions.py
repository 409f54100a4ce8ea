"""Where a person is signed in, and ending that."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.errors import InputError, NotThereError
from app.domain.people import Action
from app.domain.sessions import Session
from app.services import entrances, sessions, users
from app.web.access import needs
from app.web.rendering import render
from app.web.requests import NobodyError, browser, deps, let_in, let_out, session_or_none

bp = Blueprint("sessions", __name__, url_prefix="/sessions")


@bp.get("")
@needs(Action.SEE)
def show() -> Response:
    """This browser, the person's other ones and, for an owner, those of the business."""
    return _page()


@bp.post("/password")
@needs(Action.SEE)
def set_password() -> Response:
    """A new password of one's own; every other browser has to sign in again."""
    own, form = own_session(), request.form
    if own.user_id is None:
        raise NotThereError("Nobody has a password who comes by a link.")
    try:
        came = users.change_own_password(
            deps(), own.user_id, form.get("old", ""), form.get("password", ""), browser()
        )
    except InputError as error:
        return _page(errors=[(error.field, _(error.message))], status=422)
    response = let_in(redirect(url_for(".show"), code=303), came)
    flash(_("Your password is changed. Your other sessions are ended."), "ok")
    return response


@bp.post("/<session_id>/end")
@needs(Action.SEE)
def end(session_id: str) -> Response:
    """End one; the next request of its browser is refused."""
    own = own_session()
    ended = sessions.end(deps(), own, session_id)
    if ended.id == own.id:
        return let_out(redirect(url_for("chooser.show"), code=303))
    flash(_("That session of %(name)s is ended.", name=ended.actor.name), "ok")
    return redirect(url_for(".show"), code=303)


@bp.post("/end-others")
@needs(Action.SEE)
def end_others() -> Response:
    """End all of the person's sessions but this one."""
    ended = sessions.end_others(deps(), own_session())
    words = ngettext("%(num)s other session is ended.", "%(num)s other sessions are ended.", ended)
    flash(words if ended else _("There was no other session."), "ok")
    return redirect(url_for(".show"), code=303)


def _page(*, errors: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    own = own_session()
    return render(
        "people/sessions.html",
        status=status,
        own=own,
        back=entrances.way(own.actor),
        businesses=sessions.businesses(deps(), [own]),
        others=sessions.others(deps(), own),
        colleagues=sessions.of_colleagues(deps(), own),
        ending=lambda session: url_for(".end", session_id=session.id),
        errors=errors or [],
    )


def own_session() -> Session:
    """The session that this request came with; raises NobodyError when there is none."""
    own = session_or_none()
    if own is None:
        raise NobodyError("Say who you are first.")
    return own
