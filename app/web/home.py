"""Home: what to do next and, later, whether all is well."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.domain.people import Action
from app.web.access import needs
from app.web.rendering import render

bp = Blueprint("home", __name__)


@bp.get("/e/<entity_id>")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """The set-up's steps or, once they are done, the overview."""
    return render("home/show.html", entity_id=entity_id)
