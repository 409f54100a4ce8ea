"""The front door: who is at the screen, and as whom they look at which business."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import InputError, NotThereError
from app.domain.people import PARTNER_ROLES, Role
from app.domain.sessions import CameBy
from app.services import entrances, sessions
from app.web.access import open_to_anyone
from app.web.rendering import render
from app.web.requests import browser, cookie_name, deps, house, let_in, session_or_none, set_cookie
from app.web.security import is_local_path

bp = Blueprint("chooser", __name__)
THEMES = ("system", "light", "dark")
THEME_COOKIE = "gangway_theme"
A_YEAR = 31_536_000


@bp.get("/")
@open_to_anyone
def show() -> BaseResponse:
    """In practice every business, and a door into each; else where this person belongs, or the sign-in.

    It reads the list by itself while there is none.
    """
    if not house().settings.open_chooser:
        came = session_or_none()
        return redirect(entrances.way(came.actor) if came else url_for("sign_in.show"), code=303)
    found = entrances.find(deps(), request.args.get("q", "").strip())
    return render(
        "chooser/show.html",
        fragment="chooser/_list.html",
        found=found,
        q=request.args.get("q", "").strip(),
        next=_next(request.args.get("next", "")),
    )


@bp.post("/enter")
@open_to_anyone
def enter() -> BaseResponse:
    """Practice alone: come in as a person of a business, or of the partner; then go where they wanted to."""
    if not house().settings.open_chooser:
        raise NotThereError("There is no page here.")
    role = request.form.get("role", "")
    entity_id = request.form.get("entity_id", "")
    if role not in entrances.PRACTICE_NAMES:
        raise InputError("role", "Choose who you want to be.")
    if role not in PARTNER_ROLES and not entrances.exists(deps(), entity_id):
        raise NotThereError("There is no such business here.")
    who = entrances.person(Role(role), entity_id)
    came = sessions.come_in(deps(), who, CameBy.CHOOSER, browser())
    wanted = _next(request.form.get("next", ""))
    return let_in(redirect(entrances.way(who, wanted), code=303), came)


@bp.post("/theme")
@open_to_anyone
def set_theme() -> BaseResponse:
    """Keep light, dark or the system's own for this browser."""
    chosen = request.form.get("theme", "system")
    if chosen not in THEMES:
        raise InputError("theme", "Choose light, dark or system.")
    response: Response = make_response(redirect(_next(request.form.get("next", "")) or "/", code=303))
    set_cookie(response, THEME_COOKIE, chosen, A_YEAR)
    return response


def theme() -> str:
    """The stored choice of this browser; "system" follows the machine."""
    chosen = request.cookies.get(cookie_name(THEME_COOKIE), "system")
    return chosen if chosen in THEMES else "system"


def _next(path: str) -> str:
    return path if is_local_path(path) else ""
