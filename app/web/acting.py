"""The partner's people say why they act for a business, and stop acting."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.people import Action
from app.domain.sessions import Session
from app.services import acting
from app.web.access import needs
from app.web.rendering import render, wants_fragment
from app.web.requests import NobodyError, actor_or_nobody, deps, session_or_none
from app.web.security import is_local_path

bp = Blueprint("acting", __name__, url_prefix="/support/e/<entity_id>/act")


@bp.get("")
@needs(Action.SUPPORT)
def show(entity_id: str) -> Response:
    """Ask for the reason."""
    return _page(entity_id, request.args.get("next", ""))


@bp.post("")
@needs(Action.SUPPORT)
def start(entity_id: str) -> Response:
    """Keep the reason for half an hour, and go on where they were."""
    place = _place(entity_id, request.form.get("next", ""))
    typed = request.form.get("reason", "")
    try:
        acting.start(deps(), _session().id, entity_id, typed)
    except InputError as error:
        return _page(entity_id, place, problem=error.message, typed=typed, status=422)
    return redirect(place, code=303)


@bp.post("/stop")
@needs(Action.SUPPORT)
def stop(entity_id: str) -> Response:
    """Only look again."""
    acting.stop(deps(), _session().id, entity_id)
    return redirect(_place(entity_id, request.form.get("next", "")), code=303)


def address() -> str:
    """For templates: where to say why, and to come back here from."""
    shown = urlsplit(request.headers.get("HX-Current-URL", "") if wants_fragment() else request.full_path)
    place = f"{shown.path}?{shown.query}".rstrip("?")
    return url_for("acting.show", entity_id=(request.view_args or {})["entity_id"], next=place)


def reason_kept() -> tuple[str, datetime] | None:
    """For templates: why this person acts for the business in the address, and until when that goes."""
    came, reason = session_or_none(), actor_or_nobody().reason
    return (reason, came.reason_until) if came and came.reason_until and reason else None


def _session() -> Session:
    came = session_or_none()
    if came is None:
        raise NobodyError("Say who you are first.")
    return came


def _place(entity_id: str, wanted: str) -> str:
    """Where they were, if that is a page of this business."""
    home = url_for("home.show", entity_id=entity_id)
    mine = wanted == home or wanted.startswith((f"{home}/", f"{home}?"))
    return wanted if is_local_path(wanted) and mine else home


def _page(entity_id: str, place: str, *, problem: str = "", typed: str = "", status: int = 200) -> Response:
    return render(
        "acting/show.html",
        status=status,
        entity_id=entity_id,
        place=_place(entity_id, place),
        problem=_(problem) if problem else "",
        typed=typed,
        longest=acting.LONGEST,
    )
