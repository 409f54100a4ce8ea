"""Giving accounts to many rows at once: the ticked, all that match, or those with a suggestion."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.accounts import usual_types
from app.domain.errors import InputError
from app.domain.people import Action
from app.services import assignments, bulk_assignments, suggestion_reviews
from app.web.access import needs
from app.web.assign import KEPT, back_to_list, bulk_of, kind_of, page_of, progress_of, query_of
from app.web.rendering import render, wants_fragment
from app.web.requests import deps

SENT_ON = {*KEPT, "after", "before", "ids", "pick", "form_key", "as_of"}
"""What a form says besides the account."""
bp = Blueprint("assign_bulk", __name__, url_prefix="/e/<entity_id>/assign")


@bp.post("/<kind>")
@needs(Action.ASSIGN)
def save(entity_id: str, kind: str) -> Response:
    """Give one account to the ticked rows, or to all that the filter shows."""
    form, asked = request.form, _asked()
    if "only" in form:
        return _use_one(entity_id, kind)
    chosen = query_of(kind_of(kind), asked) if form.get("pick") == "all" else form.getlist("ids")
    try:
        if not chosen:
            raise InputError("bulk-account", _("Tick at least one row."))
        if not form.get("account_id"):
            raise InputError("bulk-account", _("Choose an account for the ticked rows."))
        batch = bulk_assignments.assign_many(
            deps(),
            entity_id,
            kind_of(kind),
            chosen,
            account_id=form["account_id"],
            form_key=_form_key(),
            as_of=form.get("as_of", None, int),
        )
    except InputError as error:
        return _again(entity_id, kind, error)
    return _to_result(entity_id, kind, batch.id)


@bp.post("/<kind>/choose")
@needs(Action.ASSIGN)
def choose(entity_id: str, kind: str) -> Response:
    """A page with the list of all accounts, for the rows that were ticked without script."""
    form, asked = request.form, _asked()
    query, whole = query_of(kind_of(kind), asked), form.get("pick") == "all"
    n = assignments.matching(deps(), entity_id, query) if whole else len(form.getlist("ids"))
    if not n:
        return _again(entity_id, kind, InputError("bulk-account", _("Tick at least one row.")))
    kept = {name: value for name, value in asked.items() if value}
    return render(
        "assign/choose.html",
        beat_page="",
        entity_id=entity_id,
        kind=kind,
        n=n,
        sent=[(name, value) for name, value in form.items(multi=True) if name in SENT_ON],
        offered=assignments.offered_accounts(deps(), entity_id),
        usual=usual_types(kind),
        back=url_for("assign.show", entity_id=entity_id, kind=kind, **_any(kept)),
    )


@bp.get("/<kind>/suggestions")
@needs(Action.SEE)
def review(entity_id: str, kind: str) -> Response:
    """The strong suggestions for the rows of a page, or of a whole filter, before any is used."""
    asked = request.args.to_dict()
    found = suggestion_reviews.find(
        deps(),
        entity_id,
        query_of(kind_of(kind), asked),
        after=asked.get("after", ""),
        before=asked.get("before", ""),
        whole=bool(asked.get("whole")),
    )
    kept = {name: asked[name] for name in (*KEPT, "after", "before") if asked.get(name)}
    return render(
        "assign/suggestions.html",
        beat_page="",
        entity_id=entity_id,
        kind=kind_of(kind),
        found=found,
        kept=kept,
        form_key=secrets.token_urlsafe(16),
    )


@bp.post("/<kind>/suggestions")
@needs(Action.ASSIGN)
def use(entity_id: str, kind: str) -> Response:
    """Use the suggestions of the ticked rows, as they were shown."""
    form, shown = request.form, _suggestions_shown()
    seen = {row_id: shown[row_id] for row_id in form.getlist("ids") if row_id in shown}
    try:
        if not seen:
            raise InputError("bulk-account", _("Tick at least one row that has a suggestion."))
        batch = bulk_assignments.use_suggestions(
            deps(),
            entity_id,
            kind_of(kind),
            seen,
            form_key=_form_key(),
            as_of=form.get("as_of", None, int),
        )
    except InputError as error:
        return _again(entity_id, kind, error)
    return _to_result(entity_id, kind, batch.id)


@bp.get("/batches/<batch_id>")
@needs(Action.SEE)
def batch(entity_id: str, batch_id: str) -> Response:
    """How far a bulk assignment is, and what could not be saved."""
    return render(
        "assign/batch.html",
        fragment="assign/_batch.html",
        entity_id=entity_id,
        beat_page="",
        swapped=wants_fragment(),
        progress=progress_of(entity_id),
        form_key=secrets.token_urlsafe(16),
        bulk=bulk_of(entity_id, batch_id),
    )


@bp.post("/batches/<batch_id>/stop")
@needs(Action.ASSIGN)
def stop(entity_id: str, batch_id: str) -> Response:
    """Send nothing more of a bulk assignment; htmx gets how far it came."""
    bulk_assignments.stop(deps(), entity_id, batch_id)
    if wants_fragment():
        return batch(entity_id, batch_id)
    kind = bulk_assignments.get(deps(), entity_id, batch_id).details["kind"]
    return _to_result(entity_id, kind, batch_id)


@bp.post("/batches/<batch_id>/undo")
@needs(Action.ASSIGN)
def undo(entity_id: str, batch_id: str) -> Response:
    """Put the accounts of a bulk assignment back to what they were."""
    kind = bulk_assignments.get(deps(), entity_id, batch_id).details["kind"]
    try:
        undoing = bulk_assignments.undo(deps(), entity_id, batch_id, _form_key())
    except InputError as error:
        flash(error.message, "err")
        return back_to_list(entity_id, kind)
    return _to_result(entity_id, kind, undoing.id)


def _suggestions_shown() -> dict[str, str]:
    """The account that the page suggested for each of its rows."""
    return dict(pair.split("|", 1) for pair in request.form.getlist("suggestion") if "|" in pair)


def _use_one(entity_id: str, kind: str) -> Response:
    """Use the suggestion of the row whose button was pressed, where there is no script."""
    object_id = request.form["only"]
    account_id = _suggestions_shown().get(object_id, "")
    try:
        outcome = assignments.assign(
            deps(), entity_id, kind_of(kind), object_id, account_id=account_id, seen="", suggested=True
        )
    except InputError as error:
        flash(error.message, "err")
    else:
        if outcome.conflict:
            flash(_("Someone else chose an account for it meanwhile, so it was left as it is."), "warn")
    place = {name: value for name, value in _asked().items() if value}
    return redirect(
        url_for("assign.show", entity_id=entity_id, kind=kind, _anchor=f"row-{object_id}", **_any(place)),
        code=303,
    )


def _to_result(entity_id: str, kind: str, batch_id: str) -> Response:
    kept = {name: value for name, value in _asked().items() if value}
    return redirect(
        url_for("assign.show", entity_id=entity_id, kind=kind, batch=batch_id, **_any(kept)), code=303
    )


def _again(entity_id: str, kind: str, error: InputError) -> Response:
    """The list once more, with the ticks as they were and what is wrong."""
    asked = {**_asked(), "pick": request.form.get("pick", "")}
    context = page_of(entity_id, kind_of(kind), asked)
    context["ticked"] = set(request.form.getlist("ids"))
    return render("assign/index.html", status=422, beat_page=f"assign-{kind}", problem=error, **context)


def _asked() -> dict[str, str]:
    """The filter of the list from which a form was sent."""
    return {name: request.form.get(name, "") for name in (*KEPT, "after", "before")}


def _form_key() -> str:
    return request.form.get("form_key") or secrets.token_urlsafe(16)


def _any(values: dict[str, str]) -> dict[str, Any]:
    return dict(values)
