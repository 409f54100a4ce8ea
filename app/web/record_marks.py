"""What people say about records: handled elsewhere, and notes; and asking how one stands now."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.people import Action
from app.services import logs, record_marks, records
from app.services.record_marks import REASONS
from app.web.access import needs
from app.web.log import address, query_of
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("record_marks", __name__, url_prefix="/e/<entity_id>/log")


@bp.get("/handled")
@needs(Action.RETRY)
def ask(entity_id: str) -> Response:
    """Asks why the ticked records are handled elsewhere. Nothing has happened yet."""
    return _ask(entity_id)


@bp.post("/handled")
@needs(Action.RETRY)
def mark(entity_id: str) -> Response:
    """Leave the ticked records out, then back to the log."""
    ids = request.form.getlist("ids")
    try:
        n = record_marks.mark_handled(deps(), entity_id, ids, *_reason())
    except InputError as error:
        return _ask(entity_id, refusal=error)
    flash(ngettext("%(num)s record is left out now.", "%(num)s records are left out now.", n))
    return redirect(address(entity_id, query_of(request.form)), code=303)


@bp.post("/<record_id>/handled")
@needs(Action.RETRY)
def mark_one(entity_id: str, record_id: str) -> Response:
    """Leave one record out because it is handled elsewhere."""
    try:
        n = record_marks.mark_handled(deps(), entity_id, [record_id], *_reason())
    except InputError as error:
        flash(_(error.message), "warn")
    else:
        if not n:
            flash(_("That isn't possible any more: it is sent, or on its way."), "warn")
    return _back(entity_id, record_id)


@bp.post("/<record_id>/handled/undo")
@needs(Action.RETRY)
def take_back(entity_id: str, record_id: str) -> Response:
    """Have the record sent after all."""
    record_marks.take_back(deps(), entity_id, record_id)
    flash(_("It isn't left out any more."))
    return _back(entity_id, record_id)


@bp.post("/<record_id>/notes")
@needs(Action.RETRY)
def note(entity_id: str, record_id: str) -> Response:
    """Leave a note on a record."""
    try:
        record_marks.add_note(deps(), entity_id, record_id, request.form.get("text", ""))
    except InputError as error:
        flash(_(error.message), "warn")
    return _back(entity_id, record_id, "notes")


@bp.post("/<record_id>/check")
@needs(Action.SEE)
def check(entity_id: str, record_id: str) -> Response:
    """Ask how the record stands now; sends nothing."""
    if records.check(deps(), entity_id, record_id):
        flash(_("Asked just now. This is how it stands."))
    else:
        flash(_("There was no answer just now. What you see is what we last knew."), "warn")
    return _back(entity_id, record_id)


def _reason() -> tuple[str, str]:
    return request.form.get("why", ""), request.form.get("words", "")


def _back(entity_id: str, record_id: str, part: str | None = None) -> Response:
    address = url_for("records.show", entity_id=entity_id, record_id=record_id, _anchor=part)
    return redirect(address, code=303)


def _ask(entity_id: str, refusal: InputError | None = None) -> Response:
    query = query_of(request.values)
    return render(
        "log/handled.html",
        entity_id=entity_id,
        lines=logs.states(deps(), entity_id, request.values.getlist("ids")),
        markable=record_marks.MARKABLE,
        reasons=REASONS,
        chosen=request.values.get("why", ""),
        words=request.values.get("words", ""),
        query=query,
        back=address(entity_id, query),
        refusal=refusal and (refusal.field, _(refusal.message)),
        status=422 if refusal else 200,
    )
