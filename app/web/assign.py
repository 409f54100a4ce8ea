"""Giving accounts to products and bill lines."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.account_search import FoundAccounts
from app.domain.accounts import usual_types
from app.domain.assignables import Assignable, AssignQuery, AssignState, Kind
from app.domain.errors import InputError, NotThereError
from app.domain.people import Action
from app.domain.resources import ResourceState
from app.services import assignments, refresh
from app.services.assignments import Outcome
from app.web.access import needs
from app.web.beats import beat
from app.web.rendering import render, wants_fragment
from app.web.requests import deps
from app.web.security import is_local_path

bp = Blueprint("assign", __name__, url_prefix="/e/<entity_id>/assign")
READ_WITH = {Kind.PRODUCTS: ("products",), Kind.BILLS: ("payables", "line_items")}
KEPT = ("show", "q", "supplier", "bill", "return")
"""What an address of the list says besides the page of it."""
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
        refresh.freshen(deps(), entity_id, [*READ_WITH[_of(kind)], "ledger_accounts"])
    return render(
        "assign/index.html",
        fragment="assign/_table.html",
        beat_page=f"assign-{kind}",
        **_page(entity_id, _of(kind), request.args.to_dict()),
    )


@bp.get("/accounts")
@needs(Action.SEE)
def accounts(entity_id: str) -> str:
    """The options of the account picker."""
    kind, text = _of(request.args.get("kind", "bills")), request.args.get("q", "").strip()
    found: FoundAccounts = assignments.find_accounts(
        deps(), entity_id, kind, text, every_type=bool(request.args.get("all"))
    )
    return render_template("assign/_accounts.html", found=found, text=text, kind=kind)


@bp.get("/<kind>/<object_id>")
@needs(Action.SEE)
def one(entity_id: str, kind: str, object_id: str) -> Response:
    """One row by itself, with every account to choose from."""
    row = assignments.get(deps(), entity_id, _of(kind), object_id)
    return _one(entity_id, row)


@bp.get("/<kind>/<object_id>/status")
@needs(Action.SEE)
def status(entity_id: str, kind: str, object_id: str) -> str:
    """Whether one row is saved by now; asks again by itself until it is known."""
    row = assignments.get(deps(), entity_id, _of(kind), object_id)
    return _saved(entity_id, Outcome(row))


@bp.post("/<kind>/<object_id>")
@needs(Action.ASSIGN)
def save(entity_id: str, kind: str, object_id: str) -> str | tuple[str, int] | Response:
    """Give one row its account; htmx gets the row's status, a browser goes back to the list."""
    account_id, seen = request.form.get("account_id", ""), request.form.get("seen")
    try:
        outcome = assignments.assign(
            deps(), entity_id, _of(kind), object_id, account_id=account_id, seen=seen
        )
    except InputError as error:
        row = assignments.get(deps(), entity_id, _of(kind), object_id)
        if wants_fragment():
            return _saved(entity_id, Outcome(row), problem=error.message), 422
        return _one(entity_id, row, problem=error.message)
    if wants_fragment():
        return _saved(entity_id, outcome, chosen=account_id), 409 if outcome.conflict else 200
    if outcome.conflict:
        return _one(entity_id, outcome.row, outcome=outcome, chosen=account_id)
    back = request.form.get("next", "")
    home = url_for(".show", entity_id=entity_id, kind=kind, _anchor=f"row-{object_id}")
    return redirect(back if is_local_path(back) else home, code=303)


@bp.post("/<kind>")
@needs(Action.ASSIGN)
def save_many(entity_id: str, kind: str) -> Response:
    """Give one account to the ticked rows, or to all that the filter shows."""
    form = request.form
    asked = {name: form.get(name, "") for name in KEPT}
    chosen = _query(_of(kind), asked) if form.get("pick") == "all" else form.getlist("ids")
    try:
        if not chosen:
            raise InputError("bulk-account", _("Tick at least one row."))
        if not form.get("account_id"):
            raise InputError("bulk-account", _("Choose an account for the ticked rows."))
        batch = assignments.assign_many(
            deps(),
            entity_id,
            _of(kind),
            chosen,
            account_id=form["account_id"],
            form_key=form.get("form_key") or secrets.token_urlsafe(16),
        )
    except InputError as error:
        context = _page(entity_id, _of(kind), {**asked, "pick": form.get("pick", "")})
        context["ticked"] = set(form.getlist("ids"))
        return render("assign/index.html", status=422, beat_page=f"assign-{kind}", problem=error, **context)
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return redirect(url_for(".show", entity_id=entity_id, kind=kind, batch=batch.id, **kept), code=303)


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
        progress=_progress(entity_id),
        bulk=_bulk(entity_id, batch_id),
    )


@bp.post("/<kind>/<object_id>/forget")
@needs(Action.ASSIGN)
def forget(entity_id: str, kind: str, object_id: str) -> str | Response:
    """Drop a choice that was not accepted."""
    row = assignments.forget(deps(), entity_id, _of(kind), object_id)
    if wants_fragment():
        return _saved(entity_id, Outcome(row))
    back = request.form.get("next", "")
    home = url_for(".show", entity_id=entity_id, kind=kind)
    return redirect(back if is_local_path(back) else home, code=303)


def _redraw(kind: Kind) -> Callable[[str], str]:
    """The counts of a page; rows that are being saved ask for themselves."""

    def redraw(entity_id: str) -> str:
        progress, read = _progress(entity_id), _read(entity_id, kind)
        return render_template("assign/_beat.html", kind=kind, progress=progress, read=read)

    return redraw


for each in Kind:
    beat(f"assign-{each}")(_redraw(each))


def _page(entity_id: str, kind: Kind, asked: dict[str, str]) -> dict[str, Any]:
    """Everything that the list shows."""
    here = deps()
    query = _query(kind, asked)
    pick_all = asked.get("pick") == "all"
    found = assignments.listing(
        here, entity_id, query, asked.get("after", ""), asked.get("before", ""), exact=pick_all
    )
    offered = assignments.offered_accounts(here, entity_id)
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    place: dict[str, Any] = {name: asked[name] for name in (*KEPT, "after", "before") if asked.get(name)}
    back = asked.get("return", "")
    return {
        "entity_id": entity_id,
        "kind": kind,
        "query": query,
        "show": asked.get("show") or "needs",
        "found": found,
        "progress": found.progress,
        "kept": kept,
        "place_here": url_for(".show", entity_id=entity_id, kind=kind, **place),
        "offered": offered,
        "usual": usual_types(kind.value),
        "lists_in_rows": len(offered) * len(found.page.rows) <= MOST_OPTIONS,
        "pick_all": pick_all,
        "ticked": set(),
        "back": back if is_local_path(back) else "",
        "form_key": secrets.token_urlsafe(16),
        "read": _read(entity_id, kind),
        "bulk": _bulk(entity_id, asked["batch"]) if asked.get("batch") else None,
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
    return render_template(
        "assign/_saved.html",
        entity_id=entity_id,
        row=outcome.row,
        kind=outcome.row.kind,
        outcome=outcome,
        accounts=assignments.named(deps(), entity_id, [outcome.row], chosen),
        chosen=chosen,
        problem=problem,
        progress=_progress(entity_id),
    )


def _bulk(entity_id: str, batch_id: str) -> dict[str, Any]:
    batch, progress, refusals = assignments.bulk_result(deps(), entity_id, batch_id)
    return {
        "batch": batch,
        "progress": progress,
        "refusals": refusals,
        "kind": Kind(batch.details["kind"]),
        "account": assignments.named(deps(), entity_id, [], batch.details["account_id"]).get(
            batch.details["account_id"]
        ),
    }


def _read(entity_id: str, kind: Kind) -> ResourceState:
    """How fresh the list is, and how far reading it has come."""
    return refresh.overview(deps().db, entity_id)[READ_WITH[kind][-1]]


def _progress(entity_id: str) -> dict[Kind, Any]:
    return {kind: assignments.progress(deps(), entity_id, kind) for kind in Kind}


def _query(kind: Kind, asked: dict[str, str]) -> AssignQuery:
    show = asked.get("show") or "needs"
    return AssignQuery(
        kind=kind,
        state=AssignState(show) if show in set(AssignState) else None,
        search=asked.get("q", "").strip()[:100],
        supplier=asked.get("supplier", ""),
        only=asked.get("bill", ""),
    )


def _of(kind: str) -> Kind:
    """The kind in an address; there are two."""
    if kind not in set(Kind):
        raise NotThereError(_("There is no such page here."))
    return Kind(kind)
