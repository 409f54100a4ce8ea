"""A link for the person who holds the login, as the business that sends it sees it."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import CapReachedError, InputError
from app.domain.people import Action
from app.services import caps, frames, shares
from app.services.shares import Sent
from app.web.access import may, needs
from app.web.beats import beat, reshape, shape
from app.web.rendering import render
from app.web.requests import deps, house

bp = Blueprint("shares", __name__, url_prefix="/e/<entity_id>/connect/share")


@bp.get("")
@needs(Action.SEE)
def offer(entity_id: str) -> Response:
    """What such a link does, and the choice of a system; the link itself once there is one."""
    sent = shares.find(deps(), entity_id)
    if sent is not None:
        return redirect(url_for(".show", entity_id=entity_id, link_id=sent.link.id), code=303)
    return _offer(entity_id, chosen=request.args.get("platform"))


@bp.post("")
@needs(Action.SHARE)
def make(entity_id: str) -> Response:
    """Make a link; the one that there was stops working."""
    platform = request.form.get("platform") or None
    try:
        link = shares.make(deps(), entity_id, platform)
    except CapReachedError as error:
        return _offer(entity_id, status=409, reference=error.reference)
    except InputError as error:
        if error.field == "connection":
            return redirect(url_for("connections.show", entity_id=entity_id), code=303)
        return _offer(entity_id, status=422, errors=[(error.field, _(error.message))])
    return redirect(url_for(".show", entity_id=entity_id, link_id=link.id), code=303)


@bp.get("/<link_id>")
@needs(Action.SEE)
def show(entity_id: str, link_id: str) -> Response:
    """The link with its address and, live, what has become of it."""
    sent = shares.get(deps(), entity_id, link_id)
    return render("connect/share.html", sent=sent, address=_address(sent), beat_shape=_shape(sent))


@bp.post("/<link_id>/withdraw")
@needs(Action.SHARE)
def withdraw(entity_id: str, link_id: str) -> Response:
    """End the link."""
    sent = shares.withdraw(deps(), entity_id, link_id)
    if not sent.state.works:
        flash(_("The link doesn't work any more."), "ok")
    return redirect(url_for(".show", entity_id=entity_id, link_id=link_id), code=303)


@beat("share", always=True)
def redraw(entity_id: str) -> str:
    """What has become of the link on the screen, when that is something new."""
    sent = shares.get(deps(), entity_id, shape().partition("~")[0])
    if not reshape(_shape(sent)):
        return ""
    return render_template("connect/_share_beat.html", sent=sent, address=_address(sent))


def _shape(sent: Sent) -> str:
    return f"{sent.link.id}~{sent.state.value}"


def _address(sent: Sent) -> str | None:
    """The whole address, at the place where browsers reach us."""
    if sent.token is None:
        return None
    return house().settings.public_url + url_for("invitations.show", token=sent.token)


def _offer(
    entity_id: str,
    *,
    status: int = 200,
    chosen: str | None = None,
    reference: str = "",
    errors: list[tuple[str, str]] | None = None,
) -> Response:
    frame = frames.get(deps(), entity_id)
    if frame is not None and frame.connected:
        return redirect(url_for("connections.show", entity_id=entity_id), code=303)
    if not reference and caps.is_shut(deps(), entity_id) and may(Action.SHARE):
        reference = caps.report(deps(), entity_id)
    html = render_template(
        "connect/share_offer.html",
        first=house().monite.capabilities.platform_in_body,
        meter=caps.meter(deps()),
        chosen=chosen or (frame.platform if frame else None) or "xero",
        reference=reference,
        errors=errors or [],
    )
    return make_response(html, status)
