"""Signing in with a password, and out again, however somebody came in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.services import entrances, sessions, users
from app.web.access import open_to_anyone
from app.web.rendering import render
from app.web.requests import browser, deps, let_in, let_out, session_or_none
from app.web.security import is_local_path

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
@open_to_anyone
def show() -> Response:
    """The form; whoever is in already goes where they wanted to."""
    wanted = local(request.args.get("next", ""))
    came = session_or_none()
    if came:
        return redirect(entrances.way(came.actor, wanted), code=303)
    # Whoever comes back by a launch link instead goes on there too.
    session["wanted"] = wanted[:500]
    return _page(wanted)


@bp.post("/sign-in")
@open_to_anyone
def sign_in() -> Response:
    """Come in as one of the partner's people, then go where they wanted to."""
    wanted, email = local(request.form.get("next", "")), request.form.get("email", "")
    try:
        came = users.sign_in(deps(), email, request.form.get("password", ""), browser())
    except InputError as error:
        return _page(wanted, email=email[:200], problem=error.message, status=422)
    return let_in(redirect(entrances.way(came.session.actor, wanted), code=303), came)


@bp.post("/sign-out")
@open_to_anyone
def sign_out() -> Response:
    """Go out: the session is over, here and for whoever may have copied its cookie."""
    came = session_or_none()
    if came:
        sessions.go_out(deps(), came)
    response = let_out(redirect(url_for("chooser.show"), code=303))
    flash(_("You're signed out."), "ok")
    return response


def local(path: str) -> str:
    """The address to go on to, if it is one of this site's; '' otherwise."""
    return path if is_local_path(path) else ""


def _page(wanted: str, *, email: str = "", problem: str = "", status: int = 200) -> Response:
    returning = urlsplit(wanted).path.endswith("/connect/return")
    return render(
        "people/sign_in.html",
        status=status,
        next=wanted,
        returning=returning,
        email=email,
        errors=[("password", _(problem))] if problem else [],
    )
