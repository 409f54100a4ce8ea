"""What is coming in from the accounting system, and what of it could not be matched."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.outbox import OutboxState
from app.domain.people import Action
from app.services import import_mails, imports, refresh, sync_now
from app.services.imports import Import
from app.web.access import needs
from app.web.beats import beat, lead_to, reshape, shape
from app.web.requests import deps
from app.web.security import is_local_path

bp = Blueprint("imports", __name__)


@bp.get("/e/<entity_id>/import")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """Row by row what is here."""
    refresh.freshen(deps(), entity_id, ["connection"])
    return _page(entity_id)


def _page(entity_id: str, *, status: int = 200, errors: list[tuple[str, str]] | None = None) -> Response:
    found = imports.get(deps(), entity_id)
    html = render_template(
        "imports/show.html",
        found=found,
        shape=_shape(found),
        mails=import_mails.wanted(deps(), entity_id),
        errors=errors or [],
        typed=request.form.get("address", "")[:254] if errors else "",
    )
    return make_response(html, status)


@bp.post("/e/<entity_id>/import")
@needs(Action.IMPORT)
def again(entity_id: str) -> Response:
    """Ask for an import, which also sends."""
    row = sync_now.start(deps(), entity_id)
    if row.state is OutboxState.DONE:
        flash(_("The import has started. Records that match your rules are sent with it."), "ok")
    elif row.state is OutboxState.REFUSED:
        flash(_("The import wasn't started: %(why)s", why=row.last_error or ""), "err")
    else:
        flash(_("The connection service didn't answer. We keep asking; you can go on."), "warn")
    wanted = request.form.get("return", "")
    return redirect(
        wanted if is_local_path(wanted) else url_for(".show", entity_id=entity_id),
        code=303,
    )


@bp.post("/e/<entity_id>/import/notice")
@needs(Action.ASSIGN)
def put_notice_away(entity_id: str) -> Response:
    """The notice about prices and units does not come again, to nobody of the business."""
    imports.put_notice_away(deps(), entity_id)
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@bp.post("/e/<entity_id>/import/mail")
@needs(Action.IMPORT)
def tell_by_mail(entity_id: str) -> Response:
    """Tell somebody by e-mail once the import has ended, or not after all."""
    if request.form.get("drop"):
        import_mails.drop(deps(), entity_id)
        return redirect(url_for(".show", entity_id=entity_id), code=303)
    try:
        import_mails.ask(deps(), entity_id, request.form.get("address", ""))
    except InputError as error:
        return _page(entity_id, status=422, errors=[(error.field, _(error.message))])
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@bp.post("/e/<entity_id>/update")
@needs(Action.SEE)
def update(entity_id: str) -> Response:
    """Read everything again; nothing is imported or sent by it."""
    refresh.want(deps(), entity_id)
    flash(_("Updating. What changed appears here as it arrives."), "info")
    wanted = request.form.get("return", "")
    home = url_for("home.show", entity_id=entity_id)
    return redirect(wanted if is_local_path(wanted) else home, code=303)


def _shape(found: Import) -> str:
    """What decides which actions and names the page has: the first part, which page it is at all, the
    last, which rows are over."""
    flags = (found.accounts_known, found.very_late, found.asked_at is not None)
    over = "".join(str(int(row.state.is_over)) for row in found.rows)
    return "-".join((found.phase.value, *(str(int(flag)) for flag in flags), str(found.names_total), over))


@beat("import", always=True)
def changed(entity_id: str) -> str:
    """The states and counts of the rows; another page once the import has begun or ended."""
    found = imports.get(deps(), entity_id)
    before = shape().split("-")
    reshaped = reshape(_shape(found))
    if reshaped and before[0] != found.phase.value:
        lead_to(url_for("imports.show", entity_id=entity_id))
        return ""
    came = [row for row, was in zip(found.rows, before[-1], strict=False) if row.state.is_over and was == "0"]
    return render_template("imports/_beat.html", found=found, reshaped=reshaped, came=came)
