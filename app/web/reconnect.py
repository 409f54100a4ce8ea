"""After connecting again: is it the same organisation, what carries over, and when sending goes on."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError
from app.domain.outbox import OutboxState
from app.domain.people import Action
from app.services import frames, reconnect_checks, reconnects
from app.services.reconnect_checks import Check, Stage
from app.web.access import needs
from app.web.beats import beat, lead_to, reshape
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("reconnect", __name__, url_prefix="/e/<entity_id>/connection/reconnect")
PICK = "account-"
"""How the fields begin in which a person chooses what takes an account's place."""


@bp.get("")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """The organisation before and now, and what becomes of the accounts in use."""
    found = _check(entity_id)
    if found is None:
        return redirect(url_for("connections.show", entity_id=entity_id), code=303)
    if found.stage is Stage.AWAY:
        return redirect(url_for("connect.show", entity_id=entity_id), code=303)
    return _page(entity_id, found)


@bp.post("")
@needs(Action.CONNECT)
def answer(entity_id: str) -> Response:
    """What the person says of it: the right one, another one, these accounts, or that sending goes on."""
    asked = request.form.get("answer", "")
    if _check(entity_id) is None:  # answered already, perhaps in another window
        return redirect(url_for("connections.show", entity_id=entity_id), code=303)
    try:
        if asked == "again":
            return _choose_again(entity_id)
        if asked in ("resume", "finish"):
            return _finish(entity_id, resume=asked == "resume")
        if asked == "accept":
            reconnects.accept(deps(), entity_id)
        elif asked == "assign":
            reconnects.assign(deps(), entity_id, _picks(), _form_key())
    except InputError as error:
        found = _check(entity_id)
        if found is None or found.stage is Stage.AWAY:
            return redirect(url_for("connections.show", entity_id=entity_id), code=303)
        return _page(entity_id, found, status=422, problem=error)
    return redirect(url_for(".show", entity_id=entity_id, so_far=_so_far() or None), code=303)


@beat("reconnect", always=True)
def changed(entity_id: str) -> str:
    """Another page once there is something else to say."""
    if reshape(shape_of(reconnect_checks.check(deps(), entity_id, so_far=bool(_so_far())))):
        lead_to(url_for("reconnect.show", entity_id=entity_id))
    return ""


def shape_of(found: Check | None) -> str:
    """What the page is drawn for; choosing accounts does not change it."""
    if found is None:
        return "over"
    return f"{found.stage}-{found.carry.answer}-{int(found.saving)}"


def _page(entity_id: str, found: Check, *, status: int = 200, problem: InputError | None = None) -> Response:
    return render(
        "connection/reconnect.html",
        status=status,
        found=found,
        problem=problem,
        shape=shape_of(found),
        so_far=_so_far(),
        chosen=_picks(),
        offered=reconnect_checks.choices(deps(), entity_id) if found.needing else [],
        form_key=secrets.token_urlsafe(16),
    )


def _choose_again(entity_id: str) -> Response:
    frame = frames.get(deps(), entity_id)
    was_held = frame is not None and frame.nothing_is_sent
    row = reconnects.choose_again(deps(), entity_id)
    if row.state is not OutboxState.DONE:
        flash(
            _("We couldn't disconnect it yet. We keep trying; you can choose again once it is done."), "warn"
        )
        return redirect(url_for("connections.show", entity_id=entity_id), code=303)
    words = _("That organisation is disconnected. Choose the right one.")
    if was_held:
        words = _("That organisation is disconnected, and nothing was sent to it. Choose the right one.")
    flash(words, "ok")
    return redirect(url_for("connect.show", entity_id=entity_id), code=303)


def _finish(entity_id: str, *, resume: bool) -> Response:
    view = reconnects.finish(deps(), entity_id, resume=resume)
    frame = frames.get(deps(), entity_id)
    if view is not None and view.refusal:
        flash(_("The check is done, but sending couldn't be resumed: %(why)s", why=view.refusal), "err")
    elif view is not None and view.pending:
        flash(_("The check is done. The service didn't answer; we keep trying to resume sending."), "warn")
    elif frame is not None and frame.nothing_is_sent:
        flash(_("The check is done. Sending stays on hold until you resume it."), "ok")
    elif view is not None:
        flash(_("The check is done. Sending resumes."), "ok")
    else:
        flash(_("The check is done."), "ok")
    return redirect(url_for("connections.show", entity_id=entity_id), code=303)


def _check(entity_id: str) -> Check | None:
    return reconnect_checks.check(deps(), entity_id, so_far=bool(_so_far()))


def _so_far() -> str:
    """1 when the person wants to compare with what is here, although the import has not finished."""
    return "1" if request.values.get("so_far") == "1" else ""


def _picks() -> dict[str, str]:
    """The account that was chosen in place of each."""
    return {
        name.removeprefix(PICK): value
        for name, value in request.form.items()
        if name.startswith(PICK) and value
    }


def _form_key() -> str:
    return request.form.get("form_key", "")[:64] or secrets.token_urlsafe(16)
