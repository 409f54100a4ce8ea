"""The partner's people say why they act for a business, and stop acting."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.people import Action
from app.services import acting
from app.web.access import needs
from app.web.rendering import render, wants_fragment
from app.web.requests import deps, forget_reason, keep_reason
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
        reason, until = acting.start(deps(), entity_id, typed)
    except InputError as error:
        return _page(entity_id, place, problem=error.message, typed=typed, status=422)
    keep_reason(entity_id, reason, until)
    return redirect(place, code=303)


@bp.post("/stop")
@needs(Action.SUPPORT)
def stop(entity_id: str) -> Response:
    """Only look again."""
    acting.stop(deps(), entity_id)
    forget_reason()
    return redirect(_place(entity_id, request.form.get("next", "")), code=303)


def address() -> str:
    """For templates: where to say why, and to come back here from."""
    shown = (
        urlsplit(request.headers.get("HX-Current-URL", ""))
        if wants_fragment()
        else urlsplit(request.full_path)
    )
    place = f"{shown.path}?{shown.query}".rstrip("?")
    return url_for("acting.show", entity_id=(request.view_args or {})["entity_id"], next=place)


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
