"""The connection: how it stands, its history, and ending it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.audits import Entry
from app.domain.outbox import OutboxState
from app.domain.people import Action
from app.services import connections, frames, refresh
from app.services.connections import REGAINED, Overview
from app.web.access import needs
from app.web.audit_words import Words, entry_words
from app.web.beats import beat, lead_to, reshape
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("connections", __name__)
FROM_TO = (*REGAINED, "rules_saved", "rules_changed_elsewhere", "sending_resumed", "closing_date_changed")
"""Entries of the history that say what it was and what it became."""


@bp.get("/e/<entity_id>/connection")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """The card and the newest of its history."""
    refresh.freshen(deps(), entity_id, ["connection"])
    found = connections.overview(deps(), entity_id)
    return render("connection/show.html", found=found, kind="", changes=_changes(found))


@bp.get("/e/<entity_id>/connection/history")
@needs(Action.SEE)
def history(entity_id: str) -> Response:
    """The history, of one kind and from one point on when asked for."""
    kind = request.args.get("kind", "")
    before = request.args.get("before", type=int)
    found = connections.overview(deps(), entity_id, kind, before)
    return render("connection/history.html", found=found, kind=kind, changes=_changes(found))


@bp.get("/e/<entity_id>/connection/disconnect")
@needs(Action.CONNECT)
def before_disconnect(entity_id: str) -> Response:
    """What stops and what stays, before anything is ended."""
    found = connections.overview(deps(), entity_id)
    if found.connection is None or not found.connection.occupies:
        return redirect(url_for(".show", entity_id=entity_id), code=303)
    return render("connection/disconnect.html", found=found, kept=connections.consequences(deps(), entity_id))


@bp.post("/e/<entity_id>/connection/disconnect")
@needs(Action.CONNECT)
def disconnect(entity_id: str) -> Response:
    """End it, now or as soon as the service answers."""
    row = connections.disconnect(deps(), entity_id, note=request.form.get("reason", "").strip() or None)
    if row.state is OutboxState.DONE:
        flash(_("Disconnected. Your assignments, rules and history are kept for next time."), "ok")
    elif row.state is OutboxState.REFUSED:
        flash(_("It wasn't disconnected: %(why)s", why=row.last_error or ""), "err")
    else:
        flash(_("The connection service didn't answer. We keep trying to disconnect."), "warn")
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@beat("connection")
def changed(entity_id: str) -> str:
    """The card's words; another page when the connection itself is another than before."""
    found = connections.overview(deps(), entity_id)
    frame = frames.get(deps(), entity_id)
    again = frame is not None and frame.regained
    shape = (frame.status if frame else "") + "-ending" * bool(found.ending) + "-regained" * again
    if reshape(shape):
        lead_to(url_for("connections.show", entity_id=entity_id))
        return ""
    return render_template("connection/_beat.html", found=found)


def _changes(found: Overview) -> dict[int, Words]:
    """From what to what, for those entries of the history where that says something."""
    return {event.id: entry_words(Entry(event, "", {})) for event in found.history if event.kind in FROM_TO}
