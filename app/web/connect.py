"""Before leaving for the accounting system, and after coming back from it."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.attempts import Arrival, hint_of
from app.domain.errors import CapReachedError, InputError, MoniteError
from app.domain.outbox import OutboxState
from app.domain.people import Action
from app.services import attempts, caps, carry_overs, connections, frames, organisations, shares
from app.services import names as shared_names
from app.services.attempts import Leaving
from app.web.access import may, needs, open_to_anyone
from app.web.beats import beat, lead_to, reshape
from app.web.formats import currencies_of
from app.web.rendering import render, wants_fragment
from app.web.requests import actor, cookie_name, deps, house, set_cookie
from app.web.security import leave

bp = Blueprint("connect", __name__)
COOKIE = "gangway_attempt"
A_DAY = 86_400


@bp.get("/e/<entity_id>/connect")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """What will happen, what moves, and the choice of a system."""
    return _page(entity_id)


@bp.get("/e/<entity_id>/connect/names")
@needs(Action.SEE)
def names(entity_id: str) -> Response:
    """Who carries a name that is used twice, and where it is changed.

    For htmx the short check, which asks again by itself until our own lists are known.
    """
    if wants_fragment():
        return render("", fragment="connect/_names.html", names=shared_names.shared(deps(), entity_id))
    return render("connect/names.html", review=shared_names.review(deps(), entity_id))


@bp.post("/e/<entity_id>/connect/start")
@needs(Action.CONNECT)
def start(entity_id: str) -> Response:
    """Make the sign-in address and lead the browser there, in the same tab."""
    platform = request.form.get("platform") or None
    try:
        leaving = attempts.start(deps(), entity_id, platform, afresh=request.form.get("afresh") == "1")
    except CapReachedError as error:
        return _page(entity_id, status=409, reference=error.reference, chosen=platform)
    except InputError as error:
        if error.field == "connection":
            return redirect(url_for("connections.show", entity_id=entity_id), code=303)
        return _page(entity_id, status=422, errors=[(error.field, _(error.message))])
    except MoniteError as error:
        return _page(entity_id, status=502, failure=error, chosen=platform)
    return set_out(leaving)


def set_out(leaving: Leaving) -> Response:
    """Lead the browser to the sign-in address, so that it will know its way back."""
    response = leave(leaving.address)
    set_cookie(response, COOKIE, leaving.browser, max_age=A_DAY)
    return response


@bp.get("/connect/return")
@open_to_anyone
def from_provider() -> Response:
    """Back from the provider, at one address for everybody; the browser's cookie says whose way it was.

    Whoever is no longer signed in here is asked who they are, and then led on.
    """
    browser = request.cookies.get(cookie_name(COOKIE), "")
    attempt = attempts.came_back(deps(), browser, hint_of(request.args))
    token = shares.way_back(deps(), attempt.share_id) if attempt and attempt.share_id else None
    if token:
        return redirect(url_for("invitations.show", token=token), code=303)
    if attempt is not None:
        return redirect(url_for(".back", entity_id=attempt.entity_id), code=303)
    who = actor()
    there = url_for(".back", entity_id=who.entity_id) if who.entity_id else url_for("chooser.show")
    return redirect(there, code=303)


@bp.get("/e/<entity_id>/connect/return")
@needs(Action.SEE)
def back(entity_id: str) -> Response:
    """What happened; never an error while it may simply not have arrived yet."""
    standing = attempts.look(deps(), entity_id)
    if standing.arrival is Arrival.CONNECTED:
        return redirect(_landing(entity_id), code=303)
    first = house().monite.capabilities.platform_in_body
    return render(
        "connect/return.html", fragment="connect/_return.html", standing=standing, platform_first=first
    )


@beat("return", always=True)
def waiting(entity_id: str) -> str:
    """The newest word on the way back; leads on once it is connected."""
    attempts.keep_looking(deps(), entity_id)
    standing = attempts.standing(deps(), entity_id)
    if standing.arrival is Arrival.CONNECTED:
        lead_to(_landing(entity_id))
        return ""
    reshaped = reshape(standing.arrival.value)
    first = house().monite.capabilities.platform_in_body
    return render_template(
        "connect/_return_beat.html", standing=standing, reshaped=reshaped, platform_first=first
    )


@bp.get("/e/<entity_id>/connect/confirm")
@needs(Action.SEE)
def confirm(entity_id: str) -> Response:
    """Is this the right organisation?"""
    found = organisations.check(deps(), entity_id, currencies_of)
    if found is None:
        return redirect(url_for(".back", entity_id=entity_id), code=303)
    frame = frames.get(deps(), entity_id)
    if frame is not None and frame.regained:
        return redirect(_landing(entity_id), code=303)
    return render("connect/confirm.html", found=found)


@bp.post("/e/<entity_id>/connect/confirm")
@needs(Action.CONNECT)
def answer(entity_id: str) -> Response:
    """Go on with this organisation, or end the connection and choose again."""
    answered = request.form.get("answer")
    if answered not in ("yes", "no"):
        raise InputError("answer", "Say whether it is the right one.")
    if answered == "yes":
        connections.confirm(deps(), entity_id)
        return redirect(url_for("imports.show", entity_id=entity_id), code=303)
    frame = frames.get(deps(), entity_id)
    was_held = frame is not None and frame.nothing_is_sent
    row = connections.disconnect(deps(), entity_id, note=_("not the right organisation"))
    if row.state is OutboxState.DONE:
        words = (
            _("That organisation is disconnected, and nothing was sent to it. Choose the right one.")
            if was_held
            else _("That organisation is disconnected. Choose the right one.")
        )
        flash(words, "ok")
        return redirect(url_for(".show", entity_id=entity_id), code=303)
    flash(_("We couldn't disconnect it yet. We keep trying; you can choose again once it is done."), "warn")
    return redirect(url_for("connections.show", entity_id=entity_id), code=303)


def _landing(entity_id: str) -> str:
    """Where the way ends: at the check of the organisation, or of all that carries over to it."""
    again = carry_overs.is_open(deps(), entity_id)
    return url_for("reconnect.show" if again else "connect.confirm", entity_id=entity_id)


def _page(
    entity_id: str,
    *,
    status: int = 200,
    errors: list[tuple[str, str]] | None = None,
    failure: MoniteError | None = None,
    chosen: str | None = None,
    reference: str = "",
) -> Response:
    pending = attempts.pending(deps(), entity_id)
    shut = caps.is_shut(deps(), entity_id)
    if shut and not reference and may(Action.CONNECT):
        reference = caps.report(deps(), entity_id)
    html = render_template(
        "connect/show.html",
        capabilities=house().monite.capabilities,
        names=shared_names.shared(deps(), entity_id),
        catalogue=shared_names.catalogue(deps(), entity_id),
        kept=connections.consequences(deps(), entity_id),
        meter=caps.meter(deps()),
        shared=shares.find(deps(), entity_id),
        pending=pending,
        errors=errors or [],
        failure=failure,
        reference=reference,
        chosen=chosen or (pending.connection.platform if pending and pending.connection else None),
    )
    return make_response(html, status)
