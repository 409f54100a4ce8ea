"""The partner's people, and every open session: for its administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.people import Action
from app.domain.sessions import Session
from app.services import sessions, users
from app.web.access import needs
from app.web.rendering import render
from app.web.requests import deps, let_out
from app.web.sessions import own_session

bp = Blueprint("people", __name__, url_prefix="/partner/people")
SHOWN = 200


@bp.get("")
@needs(Action.SETUP)
def show() -> Response:
    """Who may sign in, and who is in now."""
    return _page()


@bp.post("")
@needs(Action.SETUP)
def add() -> Response:
    """A new user."""
    typed = {name: request.form.get(name, "") for name in ("email", "name", "role")}
    try:
        user = users.add(deps(), **typed, password=request.form.get("password", ""))
    except InputError as error:
        return _page(typed=typed, errors=[(error.field, _(error.message))], status=422)
    flash(_("%(name)s can sign in now. Tell them the password yourself.", name=user.name), "ok")
    return redirect(url_for(".show"), code=303)


@bp.get("/<user_id>")
@needs(Action.SETUP)
def user(user_id: str) -> Response:
    """One user, with what can be changed."""
    return _user_page(user_id)


@bp.post("/<user_id>/role")
@needs(Action.SETUP)
def set_role(user_id: str) -> Response:
    """Support or administrator; their sessions end."""
    try:
        _not_oneself(user_id)
        users.set_role(deps(), user_id, request.form.get("role", ""))
    except InputError as error:
        return _user_page(user_id, errors=[("role", _(error.message))], status=422)
    return _done(user_id, _("The role is changed. They have to sign in again."))


@bp.post("/<user_id>/password")
@needs(Action.SETUP)
def set_password(user_id: str) -> Response:
    """A new password; their sessions end, one's own too."""
    try:
        users.set_password(deps(), user_id, request.form.get("password", ""))
    except InputError as error:
        return _user_page(user_id, errors=[("password", _(error.message))], status=422)
    if own_session().user_id == user_id:
        response = let_out(redirect(url_for("sign_in.show", next=url_for(".show")), code=303))
        flash(_("Your password is changed. Sign in with the new one."), "ok")
        return response
    return _done(user_id, _("The password is changed. They have to sign in again."))


@bp.post("/<user_id>/disable")
@needs(Action.SETUP)
def disable(user_id: str) -> Response:
    """Let them sign in no more; their sessions end."""
    try:
        _not_oneself(user_id)
        users.disable(deps(), user_id)
    except InputError as error:
        return _user_page(user_id, errors=[("access", _(error.message))], status=422)
    return _done(user_id, _("They can't sign in any more, and their sessions are ended."))


@bp.post("/<user_id>/enable")
@needs(Action.SETUP)
def enable(user_id: str) -> Response:
    """Let them sign in again."""
    users.enable(deps(), user_id)
    return _done(user_id, _("They can sign in again, with the password that they had."))


@bp.post("/sessions/<session_id>/end")
@needs(Action.SETUP)
def end_session(session_id: str) -> Response:
    """End anybody's session."""
    own = own_session()
    ended = sessions.end(deps(), own, session_id)
    if ended.id == own.id:
        return let_out(redirect(url_for("chooser.show"), code=303))
    flash(_("That session of %(name)s is ended.", name=ended.actor.name), "ok")
    return redirect(url_for(".show"), code=303)


def _ending(session: Session) -> str:
    return url_for(".end_session", session_id=session.id)


def _not_oneself(user_id: str) -> None:
    if own_session().user_id == user_id:
        raise InputError("role", "You can't do this to yourself. Ask another administrator.")


def _done(user_id: str, words: str) -> Response:
    flash(words, "ok")
    return redirect(url_for(".user", user_id=user_id), code=303)


def _page(
    *,
    typed: dict[str, str] | None = None,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    found = sessions.every(deps(), SHOWN)
    return render(
        "people/index.html",
        status=status,
        users=users.every(deps()),
        open_sessions=found,
        businesses=sessions.businesses(deps(), found),
        shown=SHOWN,
        own=own_session(),
        typed=typed or {},
        errors=errors or [],
        ending=_ending,
    )


def _user_page(user_id: str, *, errors: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    return render(
        "people/show.html",
        status=status,
        user=users.get(deps(), user_id),
        open_sessions=sessions.of_user(deps(), user_id),
        own=own_session(),
        errors=errors or [],
        ending=_ending,
    )
