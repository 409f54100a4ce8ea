"""One page per problem: what it is, who can put it right, the steps, and whether Retry helps."""

from __future__ import annotations

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from app.domain.people import Action
from app.domain.problems import CATALOGUE, names_of
from app.web.access import needs
from app.web.rendering import render

bp = Blueprint("help", __name__, url_prefix="/help/errors")
SYSTEM = "your accounting system"


@bp.get("")
@needs(Action.SEE)
def errors() -> Response:
    """Every problem that we know."""
    return render("help/errors.html", problems=CATALOGUE.values())


@bp.get("/<code>")
@needs(Action.SEE)
def error(code: str) -> Response:
    """One problem; 404 for a code that is not in the catalogue."""
    if code not in CATALOGUE:
        abort(404)
    return render("help/error.html", problem=CATALOGUE[code], names=names_of(SYSTEM))
