"""The partner's set-up: what is in place at Monite and at the provider, with a check of each line."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import InputError, NotThereError
from app.domain.guide_steps import MARKABLE
from app.domain.partner_checks import Line
from app.domain.people import Action
from app.domain.webhooks import Channel, Topic
from app.services import partner_secrets, partner_setup, webhooks
from app.web.access import needs
from app.web.rendering import render, wants_fragment
from app.web.requests import deps, house

bp = Blueprint("partner_setup", __name__, url_prefix="/partner/setup")
TOPICS = {
    Channel.MONITE: (Topic.CONNECTION, Topic.TEST),
    Channel.CODAT_EVENTS: (Topic.CONNECTION, Topic.READ, Topic.PUSH, Topic.TEST),
    Channel.CODAT_RULES: (Topic.CONNECTION, Topic.READ, Topic.PUSH, Topic.TEST),
}
"""What each channel tells."""


@bp.get("")
@needs(Action.SETUP)
def show() -> Response:
    """All lines as they were last found, and the steps of Monite's guide."""
    return _page()


@bp.post("/check")
@needs(Action.SETUP)
def check_all() -> Response:
    """Check every line now."""
    partner_setup.check_all(deps())
    return redirect(url_for(".show"), code=303)


@bp.post("/check/<line>")
@needs(Action.SETUP)
def check(line: str) -> Response:
    """Check one line now; htmx gets its result, a browser goes to the line."""
    found = partner_setup.check(deps(), _line(line))
    if wants_fragment():
        return render("partner/_result.html", line=line, check=found, alone=True)
    return _back(f"line-{line}")


@bp.post("/key")
@needs(Action.SETUP)
def store_key() -> Response:
    """Pass the provider's key on to Monite; what can't be one is refused in words and not shown again."""
    try:
        result = partner_setup.store_key(
            deps(), request.form.get("key", ""), any_length="any_length" in request.form
        )
    except InputError as error:
        return _page(error)
    flash(str(_("Stored at Monite.")) + " " + str(_(result.text, **result.values)), "ok")
    return _back("line-provider")


@bp.post("/secrets/<name>")
@needs(Action.SETUP)
def keep_secret(name: str) -> Response:
    """Keep a secret of Codat's, encrypted, or forget it."""
    try:
        if "forget" in request.form:
            partner_secrets.forget(deps(), name)
            flash(_("Forgotten. Codat's messages that need it are refused from now on."), "info")
        else:
            partner_secrets.paste(deps(), name, request.form.get("secret", ""))
            flash(_("Kept, encrypted."), "ok")
    except InputError as error:
        return _page(error)
    return _back("line-webhooks")


@bp.post("/webhooks/subscribe")
@needs(Action.SETUP)
def subscribe() -> Response:
    """Have Monite tell us of connections."""
    try:
        done = webhooks.subscribe(deps())
    except InputError as error:
        flash(error.message, "warn")
        return _back("line-webhooks")
    partner_setup.check(deps(), Line.WEBHOOKS)
    words = {
        webhooks.MADE: _("Subscribed: Monite tells Gangway of connections from now on."),
        webhooks.RENEWED: _("The subscription has a new secret."),
        webhooks.MENDED: _("The subscription is put right."),
    }
    flash(words.get(done.did, _("Monite was told already; nothing had to be changed.")), "ok")
    return _back("line-webhooks")


@bp.post("/webhooks/<channel>/test")
@needs(Action.SETUP)
def send_test(channel: str) -> Response:
    """Post a test message to our own address from outside, and say what became of it."""
    if channel not in set(Channel):
        raise NotThereError("There is no such channel.")
    trial = webhooks.send_test(deps(), Channel(channel))
    if channel == Channel.MONITE:
        partner_setup.check(deps(), Line.WEBHOOKS)
    flash(trial.words, "ok" if trial.passed else "warn")
    return _back("line-webhooks")


@bp.post("/steps/<step>")
@needs(Action.SETUP)
def mark(step: str) -> Response:
    """Take somebody's word that a step elsewhere is done, or that it is not."""
    partner_setup.mark(deps(), step, done=request.form.get("done") == "1")
    return _back(f"step-{step}")


def _page(problem: InputError | None = None) -> Response:
    settings = house().settings
    return render(
        "partner/setup.html",
        status=422 if problem else 200,
        setup=partner_setup.get(deps()),
        capabilities=house().monite.capabilities,
        host=urlsplit(settings.monite_api_url).netloc,
        lines=[line.value for line in Line],
        markable=MARKABLE,
        topics=TOPICS,
        problem=problem,
    )


def _line(name: str) -> Line:
    try:
        return Line(name)
    except ValueError:
        raise NotThereError("There is no such line.") from None


def _back(place: str) -> Response:
    return redirect(url_for(".show", _anchor=place), code=303)
