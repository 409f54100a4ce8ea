"""Errors as people see them; the only place that turns one into a status and words."""

from __future__ import annotations

import logging
import secrets
from urllib.parse import urlsplit

from flask import Flask, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from app.domain.errors import (
    InputError,
    MoniteError,
    NotAllowedError,
    NotThereError,
    SayWhyError,
    TooManyTriesError,
    UnavailableError,
    UncheckedError,
)
from app.web.rendering import wants_fragment
from app.web.requests import NOBODY, NobodyError, actor_or_nobody, house

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer each of our errors, and each of HTTP's, in our own words."""
    app.register_error_handler(NobodyError, nobody)
    app.register_error_handler(SayWhyError, say_why)
    app.register_error_handler(NotAllowedError, not_allowed)
    app.register_error_handler(TooManyTriesError, too_often)
    app.register_error_handler(UncheckedError, unchecked)
    app.register_error_handler(NotThereError, not_there)
    app.register_error_handler(404, not_there)
    # A number in an address that is larger than any row's.
    app.register_error_handler(OverflowError, not_there)
    app.register_error_handler(InputError, unusable)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(MoniteError, no_answer)
    app.register_error_handler(HTTPException, other)
    app.register_error_handler(InternalServerError, ours)
    # Written below with a reference; Flask's own line would tell addresses that are secrets themselves.
    app.log_exception = lambda _exc_info: None  # type: ignore[assignment, method-assign]


def nobody(_error: NobodyError) -> Response:
    """Ask who it is, and come back here afterwards."""
    way_in = "chooser.show" if house().settings.open_chooser else "sign_in.show"
    address = url_for(way_in, next=_place())
    if wants_fragment():
        return make_response("", 401, {"HX-Redirect": address})
    return redirect(address, code=303)


def _place() -> str | None:
    """The page that was on the screen, for the way back."""
    if wants_fragment():
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        return f"{shown.path}?{shown.query}".rstrip("?") or None
    return request.full_path.rstrip("?") if request.method == "GET" else None


def not_allowed(error: NotAllowedError) -> Response:
    return _answer(403, _("You can't do this here"), str(error))


def say_why(error: SayWhyError) -> Response:
    """Ask for the reason; afterwards a page that they wanted is shown, and a form is offered again."""
    shown = urlsplit(request.headers.get("Referer", ""))
    before = f"{shown.path}?{shown.query}".rstrip("?")
    entity_id = (request.view_args or {}).get("entity_id")
    return _answer(403, _("Say why first"), str(error), entity_id=entity_id, place=_place() or before)


def unchecked(error: UncheckedError) -> Response:
    """Lead to the check that has to come first."""
    flash(str(error), "warn")
    address = url_for("reconnect.show", entity_id=(request.view_args or {})["entity_id"])
    if wants_fragment():
        return make_response("", 204, {"HX-Redirect": address})
    return redirect(address, code=303)


def too_often(error: TooManyTriesError) -> Response:
    """Words for a person who tried too often, and for programs when they may ask again."""
    response = _answer(429, _("Too many tries"), _(str(error)))
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def not_there(_error: Exception) -> Response:
    return _answer(
        404, _("There's no page here"), _("The address may be mistyped, or what it led to is gone.")
    )


def unusable(error: InputError) -> Response:
    return _answer(422, _("There is a problem"), error.message)


def stale_form(_error: CSRFError) -> Response:
    """A form from before the last sign-in; to somebody who isn't signed in, the way in."""
    if request.blueprint not in ("chooser", "sign_in", "launch") and actor_or_nobody() is NOBODY:
        return nobody(NobodyError("Choose who you are first."))
    return _answer(
        400,
        _("This page was open for too long"),
        _("Nothing was changed. Go back, load the page again, and repeat your last step."),
    )


def no_answer(error: MoniteError) -> Response:
    """The service that we depend on did not do what a person was waiting for."""
    log.warning("%s %s: %s", request.method, _where(), error)
    clock = house().clock()
    heading = _("The connection service didn't do this")
    words = _("It answered: %(words)s. Nothing you entered was lost.", words=error.message)
    if isinstance(error, UnavailableError):
        heading = _("We couldn't reach the connection service")
        words = _("Nothing was changed. Wait a minute, then do it again.")
    return _answer(502, heading, words, reference=error.request_id, at=clock)


def other(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    return _answer(error.code or 500, error.name, error.description or "")


def ours(error: InternalServerError) -> Response:
    """Something in here broke; the reference is in the log beside the cause."""
    reference = secrets.token_hex(4).upper()
    log.error("reference %s: %s %s", reference, request.method, _where(), exc_info=error.original_exception)
    saved = _("Nothing you entered was lost.")
    if request.method != "GET":
        saved = _("Your last change may not have been saved. Check it before you repeat it.")
    return _answer(500, _("This is our fault"), saved, reference=reference)


def _where() -> str:
    """The address for the log; of one that is a secret itself, what kind it is."""
    rule = request.url_rule
    return rule.rule if rule and "token" in rule.arguments else request.path


def _answer(status: int, heading: str, words: str, **more: object) -> Response:
    """A whole page for a browser, the words for the alert region for htmx."""
    template = "errors/_alert.html" if wants_fragment() else "errors/show.html"
    html = render_template(template, status=status, heading=heading, words=words, **more)
    response = make_response(html, status)
    response.vary.add("HX-Request")
    return response
