"""Giving accounts to products and bill lines."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.account_search import FoundAccounts
from app.domain.accounts import usual_types
from app.domain.assignables import Assignable, AssignQuery, AssignState, Kind
from app.domain.errors import InputError, NotThereError
from app.domain.people import Action
from app.domain.resources import ResourceState
from app.domain.suggestions import Strength
from app.services import (
    account_problems,
    assignments,
    bulk_assignments,
    default_accounts,
    refresh,
    remember_questions,
    replacements,
    suggestions,
)
from app.services.assignments import Outcome
from app.web.access import needs
from app.web.beats import beat
from app.web.rendering import render, wants_fragment
from app.web.requests import deps
from app.web.security import is_local_path

bp = Blueprint("assign", __name__, url_prefix="/e/<entity_id>/assign")
READ_WITH = {Kind.PRODUCTS: ("products",), Kind.BILLS: ("payables", "line_items")}
KEPT = ("show", "q", "supplier", "bill", "account", "return")
"""What an address of the list says besides the page of it."""
MOST_IN_BAR = 120
"""Without script the bar for many rows has a list of all accounts, unless there are more than that."""
MOST_OPTIONS = 800
"""Without script each row has a list of all accounts, unless that would make the page heavy."""


@bp.get("/")
@needs(Action.SEE)
def index(entity_id: str) -> Response:
    """Bill lines, which most people come for."""
    return redirect(url_for(".show", entity_id=entity_id, kind="bills"), code=302)


@bp.get("/<kind>")
@needs(Action.SEE)
def show(entity_id: str, kind: str) -> Response:
    """The rows of one kind; htmx asks for the table alone."""
    if not wants_fragment():
        refresh.freshen(deps(), entity_id, [*READ_WITH[kind_of(kind)], "ledger_accounts"])
    return render(
        "assign/index.html",
        fragment="assign/_table.html",
        beat_page=f"assign-{kind}",
        announce=wants_fragment(),
        **page_of(entity_id, kind_of(kind), request.args.to_dict()),
    )


@bp.get("/accounts")
@needs(Action.SEE)
def accounts(entity_id: str) -> str:
    """The options of the account picker."""
    kind, text = kind_of(request.args.get("kind", "bills")), request.args.get("q", "").strip()
    found: FoundAccounts = assignments.find_accounts(
        deps(), entity_id, kind, text, every_type=bool(request.args.get("all"))
    )
    return render_template("assign/_accounts.html", found=found, text=text, kind=kind)


@bp.get("/<kind>/<object_id>")
@needs(Action.SEE)
def one(entity_id: str, kind: str, object_id: str) -> Response:
    """One row by itself, with every account to choose from."""
    row = assignments.get(deps(), entity_id, kind_of(kind), object_id)
    return _one(entity_id, row)


@bp.get("/<kind>/<object_id>/status")
@needs(Action.SEE)
def status(entity_id: str, kind: str, object_id: str) -> str:
    """Whether one row is saved by now; asks again by itself until it is known."""
    row = assignments.get(deps(), entity_id, kind_of(kind), object_id)
    return _saved(entity_id, Outcome(row))


@bp.post("/<kind>/<object_id>")
@needs(Action.ASSIGN)
def save(entity_id: str, kind: str, object_id: str) -> str | tuple[str, int] | Response:
    """Give one row its account; htmx gets the row's status, a browser goes back to the list."""
    form = request.form
    account_id, seen = form.get("account_id", ""), form.get("seen")
    try:
        outcome = assignments.assign(
            deps(),
            entity_id,
            kind_of(kind),
            object_id,
            account_id=account_id,
            seen=seen,
            suggested=bool(form.get("suggested")),
        )
    except InputError as error:
        row = assignments.get(deps(), entity_id, kind_of(kind), object_id)
        if wants_fragment():
            return _saved(entity_id, Outcome(row), problem=error.message), 422
        return _one(entity_id, row, problem=error.message)
    if wants_fragment():
        return _saved(entity_id, outcome, chosen=account_id), 409 if outcome.conflict else 200
    if outcome.conflict:
        return _one(entity_id, outcome.row, outcome=outcome, chosen=account_id)
    return back_to_list(entity_id, kind, f"row-{object_id}")


@bp.post("/<kind>/<object_id>/undo")
@needs(Action.ASSIGN)
def undo(entity_id: str, kind: str, object_id: str) -> str | tuple[str, int] | Response:
    """Put a row's account back to what it was before a change."""
    event_id, problem = request.form.get("change", 0, int), ""
    try:
        outcome = assignments.undo(deps(), entity_id, kind_of(kind), object_id, event_id)
    except InputError as error:
        problem = error.message
        outcome = Outcome(assignments.get(deps(), entity_id, kind_of(kind), object_id))
    if wants_fragment():
        status = 422 if problem else 409 if outcome.conflict else 200
        return _saved(entity_id, outcome, problem=problem), status
    _tell_of_undo(outcome, problem)
    return back_to_list(entity_id, kind, f"row-{object_id}")


@bp.post("/<kind>/<object_id>/forget")
@needs(Action.ASSIGN)
def forget(entity_id: str, kind: str, object_id: str) -> str | Response:
    """Drop a choice that was not accepted."""
    row = assignments.forget(deps(), entity_id, kind_of(kind), object_id)
    if wants_fragment():
        return _saved(entity_id, Outcome(row))
    return back_to_list(entity_id, kind)


def _redraw(kind: Kind) -> Callable[[str], str]:
    """The counts of a page; rows that are being saved ask for themselves."""

    def redraw(entity_id: str) -> str:
        progress, read = progress_of(entity_id), _read(entity_id, kind)
        return render_template("assign/_beat.html", kind=kind, progress=progress, read=read)

    return redraw


for each in Kind:
    beat(f"assign-{each}")(_redraw(each))


def page_of(entity_id: str, kind: Kind, asked: dict[str, str]) -> dict[str, Any]:
    """Everything that the list shows."""
    here, showing = deps(), asked.get("show") or "needs"
    query = query_of(kind, asked)
    pick_all = asked.get("pick") == "all"
    found = assignments.listing(
        here, entity_id, query, asked.get("after", ""), asked.get("before", ""), exact=pick_all
    )
    offered = assignments.offered_accounts(here, entity_id)
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    place: dict[str, Any] = {name: asked[name] for name in (*KEPT, "after", "before") if asked.get(name)}
    back = asked.get("return", "")
    bulk = bulk_of(entity_id, asked["batch"]) if asked.get("batch") else None
    return {
        "entity_id": entity_id,
        "kind": kind,
        "query": query,
        "show": showing,
        "found": found,
        "progress": found.progress,
        "kept": kept,
        "place": place,
        "filter_names": (*KEPT, "after", "before"),
        "place_here": url_for("assign.show", entity_id=entity_id, kind=kind, **place),
        "offered": offered,
        "usual": usual_types(kind.value),
        "lists_in_rows": len(offered) * len(found.page.rows) <= MOST_OPTIONS,
        "list_in_bar": len(offered) <= MOST_IN_BAR,
        "pick_all": pick_all,
        "ticked": {refusal.object_id for refusal in bulk["found"].refusals} if bulk else set(),
        "default_account": default_accounts.of_products(here, entity_id) if kind is Kind.PRODUCTS else None,
        "problem_count": account_problems.count(here, entity_id, kind),
        "problems": account_problems.find(here, entity_id, kind) if showing == "problems" else None,
        "strong": sum(one.strength is Strength.STRONG for one in found.suggested.values()),
        "reasons": suggestions.words_in_rows(found.suggested, found.page.rows),
        "back": back if is_local_path(back) else "",
        "form_key": secrets.token_urlsafe(16),
        "read": _read(entity_id, kind),
        "bulk": bulk,
    }


def _one(
    entity_id: str, row: Assignable, *, problem: str = "", outcome: Outcome | None = None, chosen: str = ""
) -> Response:
    here, back = deps(), request.values.get("return", request.values.get("next", ""))
    return render(
        "assign/show.html",
        status=422 if problem else 409 if outcome else 200,
        beat_page="",
        entity_id=entity_id,
        row=row,
        kind=row.kind,
        accounts=assignments.named(here, entity_id, [row], chosen),
        offered=assignments.offered_accounts(here, entity_id),
        usual=usual_types(row.kind.value),
        problem=problem,
        outcome=outcome,
        chosen=chosen,
        back=back if is_local_path(back) else "",
        then=back if is_local_path(back) else "",
    )


def _saved(entity_id: str, outcome: Outcome, *, chosen: str = "", problem: str = "") -> str:
    here, row = deps(), outcome.row
    settled = not (problem or outcome.conflict or row.refused)
    return render_template(
        "assign/_saved.html",
        entity_id=entity_id,
        row=row,
        kind=row.kind,
        outcome=outcome,
        change=assignments.last_change(here, entity_id, row) if settled and row.may_change else None,
        question=remember_questions.after_row(here, entity_id, row) if settled else None,
        accounts=assignments.named(here, entity_id, [row], chosen),
        chosen=chosen,
        problem=problem,
        progress=progress_of(entity_id),
    )


def bulk_of(entity_id: str, batch_id: str) -> dict[str, Any]:
    """What `_batch.html` shows of a bulk assignment."""
    here = deps()
    found = bulk_assignments.result(here, entity_id, batch_id)
    account_id = found.batch.details.get("account_id") or ""
    named = assignments.named(here, entity_id, found.left, account_id)
    return {
        "found": found,
        "account": named.get(account_id),
        "accounts": named,
        "stopped": replacements.stopped(here, entity_id, found.batch),
        "question": remember_questions.after_batch(here, entity_id, found.batch)
        if found.progress.finished and found.progress.done > 1
        else None,
    }


def _tell_of_undo(outcome: Outcome, problem: str) -> None:
    if problem:
        flash(problem, "err")
    elif outcome.conflict:
        flash(_("It was changed again since then, so it was left as it is."), "warn")
    elif outcome.row.refused:
        flash(_("The accounting service did not take it back. The row says why."), "err")
    else:
        flash(_("Put back to what it was before."), "ok")


def back_to_list(entity_id: str, kind: str, anchor: str | None = None) -> Response:
    """Where a form without script leads: what it names in `next`, or the list."""
    back = request.form.get("next", "")
    home = url_for("assign.show", entity_id=entity_id, kind=kind, _anchor=anchor)
    return redirect(back if is_local_path(back) else home, code=303)


def _read(entity_id: str, kind: Kind) -> ResourceState:
    """How fresh the list is, and how far reading it has come."""
    return refresh.overview(deps().db, entity_id)[READ_WITH[kind][-1]]


def progress_of(entity_id: str) -> dict[Kind, Any]:
    return {kind: assignments.progress(deps(), entity_id, kind) for kind in Kind}


def query_of(kind: Kind, asked: dict[str, str]) -> AssignQuery:
    show = asked.get("show") or "needs"
    return AssignQuery(
        kind=kind,
        state=AssignState(show) if show in set(AssignState) else None,
        search=asked.get("q", "").strip()[:100],
        supplier=asked.get("supplier", ""),
        only=asked.get("bill", ""),
        account=asked.get("account", ""),
    )


def kind_of(kind: str) -> Kind:
    """The kind in an address; there are two."""
    if kind not in set(Kind):
        raise NotThereError(_("There is no such page here."))
    return Kind(kind)
