"""The front door: who is at the screen, and as whom they look at which business."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import InputError, NotThereError
from app.domain.people import ENTITY_ROLES, PARTNER_ROLES, Role
from app.services import entrances
from app.web.access import open_to_anyone
from app.web.rendering import render
from app.web.requests import deps
from app.web.security import is_local_path

bp = Blueprint("chooser", __name__)
THEMES = ("system", "light", "dark")
THEME_COOKIE = "gangway_theme"
A_YEAR = 31_536_000


@bp.get("/")
@open_to_anyone
def show() -> BaseResponse:
    """Every business, and a door into each; reads the list by itself while there is none."""
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
    """Come in as a person of one business, or as support; then go where they wanted to go."""
    role = request.form.get("role", "")
    entity_id = request.form.get("entity_id", "")
    if role not in ENTITY_ROLES | PARTNER_ROLES:
        raise InputError("role", "Choose who you want to be.")
    if role not in PARTNER_ROLES and not entrances.exists(deps(), entity_id):
        raise NotThereError("There is no such business here.")
    who = entrances.person(Role(role), entity_id)
    token = session.get("csrf_token")
    session.clear()
    session["csrf_token"] = token
    session["actor"] = {"name": who.name, "role": who.role.value, "entity_id": who.entity_id}
    wanted = _next(request.form.get("next", ""))
    if role in PARTNER_ROLES:
        return redirect(wanted if wanted.startswith("/support") else "/support", code=303)
    home = url_for("home.show", entity_id=entity_id)
    return redirect(wanted if wanted.startswith(home) else home, code=303)


@bp.post("/leave")
@open_to_anyone
def leave() -> BaseResponse:
    """Go out again, to choose somebody else."""
    session.pop("actor", None)
    return redirect(url_for(".show"), code=303)


@bp.post("/theme")
@open_to_anyone
def set_theme() -> BaseResponse:
    """Keep light, dark or the system's own for this browser."""
    chosen = request.form.get("theme", "system")
    if chosen not in THEMES:
        raise InputError("theme", "Choose light, dark or system.")
    response: Response = make_response(redirect(_next(request.form.get("next", "")) or "/", code=303))
    response.set_cookie(THEME_COOKIE, chosen, max_age=A_YEAR, samesite="Lax", httponly=True)
    return response


def theme() -> str:
    """The stored choice of this browser; "system" follows the machine."""
    chosen = request.cookies.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"


def _next(path: str) -> str:
    return path if is_local_path(path) else ""
