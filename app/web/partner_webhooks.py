"""What Monite and Codat posted here, and what became of it."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.people import Action
from app.domain.webhooks import Channel, Outcome, redactions
from app.services import webhooks
from app.web.access import needs
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("partner_webhooks", __name__, url_prefix="/partner/webhooks")
T = TypeVar("T", Channel, Outcome)


@bp.get("")
@needs(Action.SUPPORT)
def index() -> Response:
    """The newest messages, of one channel or with one outcome; the address is the view."""
    channel, outcome = _one_of(Channel, "channel"), _one_of(Outcome, "outcome")
    channels = webhooks.channels(deps())
    return render(
        "partner/webhooks.html",
        channels=channels,
        silence=webhooks.silence(deps(), channels),
        listed=webhooks.find(deps(), channel, outcome, request.args.get("before", None, int)),
        channel=channel,
        outcome=outcome,
        payload=redactions.shown,
    )


@bp.post("/<int:webhook_id>/again")
@needs(Action.SETUP)
def handle_again(webhook_id: int) -> Response:
    """Have one message handled once more, and go back to the view that it was in."""
    webhooks.handle_again(deps(), webhook_id)
    flash(_("The message is handled again now. Load the page again to see what became of it."), "ok")
    channel, outcome = _one_of(Channel, "channel"), _one_of(Outcome, "outcome")
    return redirect(url_for(".index", channel=channel, outcome=outcome), code=303)


def _one_of(kind: type[T], name: str) -> T | None:
    value = request.args.get(name, "")
    return kind(value) if value in set(kind) else None
