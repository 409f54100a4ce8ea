"""One record, and Retry: of one at once, of many after a review."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain import automatic_tries
from app.domain.errors import InputError
from app.domain.people import Action
from app.domain.problems import problem_of
from app.domain.synced_records import RecordState
from app.services import logs, records, retries
from app.services.record_marks import REASONS
from app.services.records import OneRecord
from app.services.retries import Selection
from app.web import formats
from app.web.access import needs
from app.web.log import address, query_of
from app.web.raw_texts import words_of
from app.web.rendering import render, wants_fragment
from app.web.requests import deps

bp = Blueprint("records", __name__, url_prefix="/e/<entity_id>/log")


@bp.get("/<record_id>")
@needs(Action.SEE)
def show(entity_id: str, record_id: str) -> Response:
    """Everything about one record: what happened, what to do, every try."""
    return render("log/show.html", **_record(entity_id, record_id))


@bp.get("/<record_id>/state")
@needs(Action.SEE)
def state(entity_id: str, record_id: str) -> str:
    """The record's next look while it is on its way; its pieces once it has come to an end."""
    context = _record(entity_id, record_id)
    record = context["record"]
    if record.line.state is RecordState.WAITING and request.args.get("shown") == record.shape:
        return render_template("log/_record_watch.html", **context)
    return render_template("log/_record_pieces.html", **context)


@bp.post("/<record_id>/retry")
@needs(Action.RETRY)
def retry(entity_id: str, record_id: str) -> str | Response:
    """Try one record again. A browser goes back to where it came from; htmx gets the pieces that changed."""
    refusal = ""
    try:
        line = retries.retry(deps(), entity_id, record_id)
    except InputError as error:
        refusal, line = _(error.message), records.get(deps(), entity_id, record_id).line
    in_list = request.form.get("at") == "row"
    if wants_fragment():
        if in_list:
            next_tries = logs.next_tries(deps(), [line])
            html = render_template("log/_row_pieces.html", line=line, next_tries=next_tries, refusal=refusal)
            return make_response(html, {"HX-Trigger": "gangway:tried"})
        context = _record(entity_id, record_id)
        return render_template("log/_record_pieces.html", **context, refusal=refusal, tried=True, oob=True)
    if refusal:
        flash(_("%(name)s was not tried: %(why)s", name=line.name, why=refusal), "warn")
    elif in_list:
        flash(_("%(name)s is being tried again.", name=line.name))
    if in_list:
        return redirect(address(entity_id, query_of(request.args)), code=303)
    return redirect(url_for(".show", entity_id=entity_id, record_id=record_id), code=303)


@bp.get("/retry")
@needs(Action.RETRY)
def review(entity_id: str) -> Response:
    """What a Retry of the ticked records, or of all that match, would do. Nothing happens yet."""
    return _review(entity_id)


@bp.post("/retry")
@needs(Action.RETRY)
def start(entity_id: str) -> Response:
    """Start what was reviewed; the same form starts it once."""
    key = request.form.get("form_key", "")
    if not key:
        raise InputError("form_key", _("Load the page again, then repeat your last step."))
    try:
        batch = retries.start(deps(), entity_id, _selection(request.form, request.form.get("until", "")), key)
    except InputError as error:
        return _review(entity_id, refusal=_(error.message), status=422)
    return redirect(url_for(".batch", entity_id=entity_id, batch_id=batch.id), code=303)


@bp.get("/batches/<batch_id>")
@needs(Action.SEE)
def batch(entity_id: str, batch_id: str) -> Response:
    """How far a Retry of many is, and how it ended; the page looks again by itself."""
    return _batch(entity_id, batch_id)


@bp.post("/batches/<batch_id>/stop")
@needs(Action.RETRY)
def stop(entity_id: str, batch_id: str) -> Response:
    """Try nothing more after what is under way."""
    retries.stop(deps(), entity_id, batch_id)
    if wants_fragment():
        return _batch(entity_id, batch_id)
    return redirect(url_for(".batch", entity_id=entity_id, batch_id=batch_id), code=303)


def _record(entity_id: str, record_id: str) -> dict[str, Any]:
    return {
        "entity_id": entity_id,
        "record": records.get(deps(), entity_id, record_id),
        "problem_of": problem_of,
        "for_accountant": for_accountant,
        "most_automatic": automatic_tries.MOST,
        "reasons": REASONS,
    }


def for_accountant(record: OneRecord) -> str:
    """A stopped record in accounting words, without ids, to be sent to somebody else."""
    line = record.line
    who = f"{line.name} – {line.party}" if line.party else line.name
    amount = formats.money(line.amount, line.currency) if line.amount is not None else ""
    happened, why = record.happened, record.told.why
    words = words_of(happened, line.party) if happened else ""
    todo = _(why.todo, system=record.frame.system if record.frame else "") if why else ""
    title = _(why.title) if why else ""
    return "\n".join(
        part for part in (", ".join(filter(None, (who, amount))), f"{title}. {words}", todo) if part
    )


def _batch(entity_id: str, batch_id: str) -> Response:
    found, progress = retries.get_batch(deps(), entity_id, batch_id)
    if progress.finished:
        retries.settle(deps(), entity_id)
    results = retries.results(deps(), entity_id, batch_id) if progress.finished else []
    return render(
        "log/batch.html",
        fragment="log/_batch.html",
        entity_id=entity_id,
        batch=found,
        progress=progress,
        results=results,
        next_tries=logs.next_tries(deps(), [line for _try, line in results]),
        problem_of=problem_of,
    )


def _review(entity_id: str, refusal: str = "", status: int = 200) -> Response:
    selection = _selection(request.values, request.values.get("until", ""))
    return render(
        "log/review.html",
        entity_id=entity_id,
        found=retries.review(deps(), entity_id, selection),
        selection=selection,
        query=query_of(request.values),
        back=address(entity_id, query_of(request.values)),
        form_key=secrets.token_hex(16),
        refusal=refusal,
        status=status,
    )


def _selection(values: Any, until: str) -> Selection:
    """Ticked records when there are any, else everything that matches the filters."""
    ids = tuple(values.getlist("ids"))
    if values.get("batch") and not ids:
        return Selection(batch_id=values["batch"])
    if ids or not values.get("all"):
        return Selection(ids=ids)
    return Selection(wanted=logs.filter_of(deps(), query_of(values), until))
