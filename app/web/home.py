"""Home: what to do next and, later, whether all is well."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.people import Action
from app.services import onboarding, refresh
from app.web import shells
from app.web.access import needs
from app.web.beats import beat, lead_to, reshape
from app.web.formats import midnight
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("home", __name__)


@bp.get("/e/<entity_id>")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """The set-up's steps or, once they are done, the overview."""
    refresh.freshen(deps(), entity_id, ["connection"])
    return render("home/show.html", home=_home(entity_id))


@bp.post("/e/<entity_id>/steps")
@needs(Action.SEE)
def steps(entity_id: str) -> Response:
    """Show the finished steps to this person, or fold them again."""
    onboarding.show_steps(deps(), entity_id, request.form.get("show") == "1")
    return redirect(url_for(".show", entity_id=entity_id), code=303)


@beat("home")
def changed(entity_id: str) -> str:
    """The statuses of the steps, or the overview's numbers; a finished set-up shows a new page."""
    home = _home(entity_id)
    if reshape("overview" if home.finished else "setup"):
        lead_to(url_for("home.show", entity_id=entity_id))
        return ""
    return render_template("home/_beat.html", home=home)


def _home(entity_id: str) -> onboarding.Home:
    today: datetime = midnight()
    found = onboarding.home(deps(), entity_id, today)
    shells.keep(found.frame)
    return found
