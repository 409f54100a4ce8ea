"""The support console: all businesses, and one from the outside."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.businesses import VIEWS
from app.domain.people import Action
from app.services import caps, logs, support
from app.web.access import needs
from app.web.rendering import render
from app.web.requests import deps

bp = Blueprint("support", __name__, url_prefix="/support")


@bp.get("")
@needs(Action.SUPPORT)
def index() -> Response:
    """Every business, in one of the views; the address is the view."""
    view = request.args.get("view", "all")
    view = view if view in VIEWS else "all"
    text = request.args.get("q", "").strip()[:100]
    found = support.find(deps(), view, text, request.args.get("after", "")[:300])
    unrecognised = support.count_unrecognised(deps())
    return render(
        "support/index.html",
        found=found,
        view=view,
        text=text,
        views=VIEWS,
        unrecognised=unrecognised,
        meter=caps.meter(deps()),
        turned_away=caps.reached(deps()),
    )


@bp.get("/issues")
@needs(Action.SUPPORT)
def issues() -> Response:
    """What accounting systems said that no entry of the catalogue knows, over all businesses."""
    groups = support.unrecognised(deps())
    unlisted = support.count_unrecognised(deps()) - sum(group.records for group in groups)
    return render("support/issues.html", groups=groups, unlisted=unlisted)


@bp.get("/e/<entity_id>")
@needs(Action.SUPPORT)
def show(entity_id: str) -> Response:
    """One business: what is wrong in three lines, then what that rests on."""
    return render(
        "support/show.html",
        look=support.get(deps(), entity_id),
        entity_id=entity_id,
        group_text=logs.group_text,
    )
