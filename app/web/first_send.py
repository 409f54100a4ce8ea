"""Send one first: one record goes, a person checks it in the accounting system, then the rest."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.first_sends import CHECKS, Outcome, reasons, shape
from app.domain.fixes import Destination
from app.domain.people import Action
from app.domain.problems import Fix
from app.domain.sync_rules import outcome
from app.services import first_sends, fixes, refresh
from app.services.first_sends import View
from app.web import shells
from app.web.access import needs
from app.web.beats import beat, lead_to, reshape
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("first_send", __name__, url_prefix="/e/<entity_id>/first-send")
FIXES = {"contact": Fix.CONTACT, "tax": Fix.TAX, "total": Fix.DOCUMENT}
BEHIND = ("payables", "receivables", "sync_rules")


@bp.get("")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """Candidates with a preview, or how far the one that was chosen is."""
    refresh.freshen(deps(), entity_id, BEHIND)
    return _page(_view(entity_id))


@bp.post("")
@needs(Action.CHANGE_RULES)
def start(entity_id: str) -> Response:
    """Send the chosen one; the same one is never sent twice."""
    try:
        first_sends.start(deps(), entity_id, request.form.get("document", ""))
    except InputError as error:
        return _page(_view(entity_id), error)
    return _back(entity_id)


@bp.post("/stop")
@needs(Action.CHANGE_RULES)
def stop(entity_id: str) -> Response:
    """Wait no longer: everything goes back on hold."""
    first_sends.stop(deps(), entity_id)
    return _back(entity_id)


@bp.post("/check")
@needs(Action.CHANGE_RULES)
def check(entity_id: str) -> Response:
    """Keep what is ticked so far; a form without script sends it along with its buttons."""
    first_sends.keep_checks(deps(), entity_id, request.form.getlist("checked"))
    return Response(status=204)


@bp.post("/right")
@needs(Action.CHANGE_RULES)
def right(entity_id: str) -> Response:
    """Everything is as it should be: the rest is sent, by the rules kept meanwhile."""
    try:
        first_sends.right(deps(), entity_id, request.form.getlist("checked"))
    except InputError as error:
        return _page(_view(entity_id), error)
    return _back(entity_id)


@bp.post("/wrong")
@needs(Action.CHANGE_RULES)
def wrong(entity_id: str) -> Response:
    """Something isn't: sending stays on hold, and the page says what to put right."""
    try:
        first_sends.wrong(deps(), entity_id, request.form.getlist("checked"))
    except InputError as error:
        return _page(_view(entity_id), error)
    return _back(entity_id)


@bp.post("/skip")
@needs(Action.CHANGE_RULES)
def skip(entity_id: str) -> Response:
    """Do without this step; that sends nothing."""
    try:
        first_sends.skip(deps(), entity_id)
    except InputError as error:
        return _page(_view(entity_id), error)
    flash(_("Skipped. Nothing was sent by that."), "info")
    return redirect(url_for("home.show", entity_id=entity_id), code=303)


@beat("first-send")
def changed(entity_id: str) -> str:
    """A step further is a new page."""
    send, hold = first_sends.glance(deps(), entity_id)
    if reshape(shape(send)):
        lead_to(url_for("first_send.show", entity_id=entity_id))
        return ""
    return render_template("first_send/_beat.html", send=send, hold=hold)


def _view(entity_id: str) -> View:
    wanted = request.values.get("document", "")
    found = first_sends.view(deps(), entity_id, wanted, another="another" in request.args)
    shells.keep(found.frame)
    return found


def _page(found: View, problem: InputError | None = None) -> Response:
    return render(
        "first_send/show.html",
        fragment=None if problem else "first_send/_preview.html",
        status=422 if problem else 200,
        view=found,
        problem=problem,
        checks=CHECKS,
        why={one.key: reasons(one, found.candidates) for one in found.best},
        there=_there(found),
        goals=_goals(found),
    )


def _goals(found: View) -> dict[str, Destination]:
    """Where that is put right which was not ticked."""
    send, line = found.send, found.line
    if send is None or line is None or send.outcome is not Outcome.WRONG:
        return {}
    back = url_for(".show", entity_id=send.entity_id)
    return {
        check: fixes.find(deps(), line, "UNKNOWN", fix=FIXES[check], back=back)
        for check in send.unchecked
        if check in FIXES
    }


def _there(found: View) -> str:
    """What the accounting system will call the status of the record in the preview."""
    shown = found.preview
    if shown is None:
        return ""
    platform = found.frame.platform if found.frame else None
    return outcome("payable" if shown.object_type == "bill" else "receivable", shown.status, platform)


def _back(entity_id: str) -> Response:
    return redirect(url_for(".show", entity_id=entity_id), code=303)
