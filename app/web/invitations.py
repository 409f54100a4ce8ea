"""A link for the person who holds the login, as that person sees it: no sign-in, and nothing but the task.

A mere look uses nothing up, since scanners of e-mail look too: only the button does.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, after_this_request, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from app.domain.errors import (
    CapReachedError,
    InputError,
    MoniteError,
    NotAllowedError,
    NotThereError,
    TooManyTriesError,
)
from app.domain.share_links import LASTS
from app.services import attempts, failed_tries, shares
from app.services.shares import Received
from app.web.access import open_to_anyone
from app.web.beats import pause
from app.web.connect import set_out
from app.web.requests import cookie_name, deps, set_cookie

bp = Blueprint("invitations", __name__, url_prefix="/c")
COOKIE = "gangway_invited"
GUESSES = 30
"""How many addresses that lead nowhere one place may try in a quarter of an hour."""
GUESSED_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


@bp.get("/<token>")
@open_to_anyone
def show(token: str) -> Response:
    """What is asked of the person and by whom, or how far they are with it."""
    found = shares.receive(deps(), token, _browser(), opens=_is_a_look(), asks=True)
    response = _page(token, found)
    if not _browser():
        # Before the button, so that pressing it twice is the same browser both times.
        _keep(response, secrets.token_urlsafe(24))
    return response


@bp.post("/<token>")
@open_to_anyone
def go(token: str) -> Response:
    """On to the accounting system, in the name that the person gives."""
    browser = _browser() or secrets.token_urlsafe(24)
    name = request.form.get("name", "")
    try:
        leaving = shares.go(deps(), token, browser, name)
    except CapReachedError as error:
        return _page(token, shares.receive(deps(), token, browser), 409, reference=error.reference)
    except InputError as error:
        if error.field in ("link", "connection"):
            return redirect(url_for(".show", token=token), code=303)
        words = [(error.field, _(error.message))]
        return _page(token, shares.receive(deps(), token, browser), 422, errors=words, name=name)
    except MoniteError as error:
        found = shares.receive(deps(), token, browser)
        return _page(token, found, 502, failure=error, name=name)
    # Also when the way out is refused below: the link is this browser's from now on.
    after_this_request(lambda response: _keep(response, browser))
    return set_out(leaving)


@bp.get("/<token>/beat")
@open_to_anyone
def beat(token: str) -> Response:
    """The next beat and, when it is something new, how far the person's way is."""
    found = shares.receive(deps(), token, _browser())
    if found.standing is not None and found.standing.arrival.open:
        attempts.keep_looking(deps(), found.link.entity_id)
    unchanged = request.args.get("n", 0, int) + 1
    return _render(
        "connect/_invitation_beat.html",
        token_of_link=token,
        found=found,
        beat_n=unchanged,
        beat_pause=pause(unchanged),
        changed=request.args.get("shape", "") != found.view,
    )


@bp.errorhandler(NotThereError)
def unknown(_error: NotThereError) -> Response:
    """Never made, or mistyped: nothing tells which. Whoever goes on trying is told to wait."""
    try:
        failed_tries.take(deps(), {failed_tries.by_address("link", request.remote_addr or ""): GUESSES})
    except TooManyTriesError as error:
        answer = _said(429, _("Too many tries"), _(str(error)))
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    return _said(
        404,
        _("This link doesn't lead anywhere"),
        _("A part of it may be missing. Copy the whole link again, or ask for a new one."),
    )


@bp.errorhandler(CSRFError)
def stale(_error: CSRFError) -> Response:
    return _said(
        400,
        _("This page was open for too long"),
        _("Nothing was started. Open the link again, with cookies allowed for this page."),
    )


@bp.errorhandler(NotAllowedError)
def shut(error: NotAllowedError) -> Response:
    return _said(403, _("You can't go on from here"), str(error))


def _page(token: str, found: Received, status: int = 200, **more: object) -> Response:
    return _render("connect/invitation.html", status, token_of_link=token, found=found, **more)


def _said(status: int, heading: str, words: str) -> Response:
    return _render("connect/invitation_over.html", status, heading=heading, words=words)


def _render(template: str, status: int = 200, **context: object) -> Response:
    response = make_response(render_template(template, **context), status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _browser() -> str:
    return request.cookies.get(cookie_name(COOKIE), "")[:100]


def _keep(response: Response, browser: str) -> Response:
    set_cookie(response, COOKIE, browser, max_age=int(LASTS.total_seconds()))
    return response


def _is_a_look() -> bool:
    """Whether a person looks: not a check of the address, nor a browser that guesses ahead."""
    ahead = any("prefetch" in request.headers.get(name, "").lower() for name in GUESSED_AHEAD)
    return request.method == "GET" and not ahead
