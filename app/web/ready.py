"""What goes with the next sync, and what will stop: before it is sent."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.blind_spots import BLIND_SPOTS
from app.domain.people import Action
from app.domain.problems import problem_of
from app.domain.unsent import FATES, UnsentQuery
from app.services import unsent
from app.services.unsent import KINDS
from app.web import shells
from app.web.access import needs
from app.web.rendering import render
from app.web.requests import deps
from app.web.texts import gettext

bp = Blueprint("ready", __name__, url_prefix="/e/<entity_id>/ready")


@bp.get("")
@needs(Action.SEE)
def show(entity_id: str) -> Response:
    """Everything that was never tried, with its verdict; htmx gets the list, and the tabs beside it."""
    query = query_of(request.args)
    found = unsent.find(deps(), entity_id, query)
    shells.keep(found.frame)
    return render(
        "ready/index.html",
        fragment="ready/_answer.html",
        entity_id=entity_id,
        view=found,
        query=query,
        address=partial(address, entity_id, query),
        titles={code: gettext(problem_of(code).title) for code in found.tally.problems},
        blind_spots=BLIND_SPOTS,
        kinds={kind: name for name, kind in KINDS.items()},
    )


@bp.get("/<kind>/<object_id>")
@needs(Action.SEE)
def document(entity_id: str, kind: str, object_id: str) -> Response:
    """One bill or invoice with everything that sending it needs; what was tried has its page in the log."""
    if kind not in KINDS:
        abort(404)
    record_id = unsent.record_of(deps(), entity_id, kind, object_id)
    if record_id is not None:
        return redirect(url_for("records.show", entity_id=entity_id, record_id=record_id), code=302)
    return render(
        "ready/show.html",
        entity_id=entity_id,
        found=unsent.get(deps(), entity_id, kind, object_id),
        blind_spots=BLIND_SPOTS,
    )


@bp.post("/update")
@needs(Action.SEE)
def update(entity_id: str) -> Response:
    """Read Monite again; sends nothing."""
    unsent.update(deps(), entity_id)
    flash(_("Reading again. New results appear here in a moment."))
    return redirect(address(entity_id, query_of(request.args)), code=303)


def query_of(args: MultiDict[str, str]) -> UnsentQuery:
    """The filters of an address; what is not known counts as not given."""
    fate = args.get("show", "")
    return UnsentQuery(
        fate=fate if fate in FATES else "",
        kind=KINDS.get(args.get("type", ""), ""),
        problem=args.get("problem", "")[:40],
        text=args.get("q", "").strip()[:100],
        after=args.get("after", "")[:120],
    )


def address(entity_id: str, query: UnsentQuery, **changes: Any) -> str:
    """The address of this list with some of its filters changed; a page of another list is left behind."""
    kinds = {kind: name for name, kind in KINDS.items()}
    values: dict[str, Any] = {
        "show": query.fate,
        "type": kinds.get(query.kind, ""),
        "problem": query.problem,
        "q": query.text,
        **changes,
    }
    return url_for(
        "ready.show", entity_id=entity_id, **{key: value for key, value in values.items() if value}
    )
