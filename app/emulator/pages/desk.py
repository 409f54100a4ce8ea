"""The presenter's page: both sides of the sync, time, faults, and the bookkeeper's hand."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.emulator.deps import database, settings
from app.emulator.errors import ApiError
from app.emulator.pages import actions
from app.emulator.rules import links, objections
from app.emulator.rules.codat import VALIDATORS
from app.emulator.rules.faults import KINDS as FAULT_KINDS
from app.emulator.store import book_pages, clock, codat_pushes, connections, corrections, faults, meta, sides

bp = Blueprint("desk", __name__)

PUSHES_SHOWN = 5

TAGS = {
    "connected": ("ok", "Connected"),
    "pending_auth": ("info", "Waiting for access"),
    "deauthorized": ("err", "Access withdrawn"),
    "disconnected": ("neutral", "Disconnected"),
    "done": ("ok", "done"),
    "pending": ("info", "pending"),
    "error": ("err", "error"),
    "Pending": ("info", "Pending"),
    "Success": ("ok", "Success"),
    "Failed": ("err", "Failed"),
    "TimedOut": ("warn", "TimedOut"),
}


@bp.get("/_emulator/")
def show() -> str:
    """Both sides of the chosen business, by default the first one."""
    db = database()
    entities = sides.find_entities(db)
    chosen = request.args.get("entity") or (entities[0]["id"] if entities else None)
    context: dict[str, Any] = {
        "entities": entities,
        "now": clock.now(db),
        "scenario": meta.find(db, "scenario"),
        "credentials": meta.credentials(db),
        "api_url": settings().base_url,
        "tags": TAGS,
        "fault_kinds": FAULT_KINDS,
        "objections": objections.listed(),
        "faults": faults.find_all(db),
        "said": request.args.get("said"),
        "business": None,
    }
    if chosen is not None:
        if chosen not in {row["id"] for row in entities}:
            abort(404)
        context |= _business(chosen)
    return render_template("emulator/desk.html", **context)


@bp.post("/_emulator/desk/<action>")
def act(action: str) -> BaseResponse:
    """Do what the pressed button says, then show the page again with one sentence about it."""
    perform = actions.ACTIONS.get(action)
    if perform is None:
        abort(404)
    try:
        said = perform(database(), settings(), request.form)
    except ApiError as exc:
        said = f"That did not work: {exc.message}"
    entity_id, tab = request.form.get("entity", ""), request.form.get("tab", "")
    address = url_for(
        ".show",
        said=said,
        entity=entity_id if actions.knows(database(), entity_id) else None,
        tab=tab if tab in sides.KINDS else None,
    )
    return redirect(address, code=303)


def _business(entity_id: str) -> dict[str, Any]:
    db = database()
    entity = sides.get_entity(db, entity_id)
    organisation = book_pages.organisation_of(db, entity_id)
    tab = request.args.get("tab", "bills")
    page = max(request.args.get("page", 1, type=int), 1)
    if tab not in sides.KINDS:
        abort(404)
    connection = _connection(entity_id)
    context: dict[str, Any] = {
        "business": entity,
        "organisation": organisation,
        "connection": connection,
        "pushes": _pushes(connection) if connection else [],
        "tab": tab,
        "kinds": sides.KINDS,
    }
    if organisation is None:
        return context
    rows, count = sides.find(db, tab, entity_id, organisation["id"], page=page)
    return context | {
        "rows": [{**row, "problem": problem(row["errors"])} for row in rows],
        "count": count,
        "page": page,
        "pages": -(-count // sides.PAGE),
        "books_only": sides.find_books_only(db, tab, organisation["id"]),
        "record_counts": sides.count_records(db, entity_id, organisation["id"]),
        "accounts": corrections.find_accounts(db, organisation["id"]),
        "contacts": corrections.find_contacts(db, organisation["id"]),
        "twins": corrections.find_twins(db, organisation["id"]),
        "currencies": corrections.find_currencies(db, organisation["id"]),
    }


def _connection(entity_id: str) -> dict[str, Any] | None:
    """The active connection, else the last one that was ended."""
    found = connections.find_all(database(), entity_id)
    if not found:
        return None
    row = next((row for row in found if row["status"] != "disconnected"), found[-1])
    return {**row, "address": links.path(row), "problem": problem(row["errors"])}


def _pushes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    """The last push operations at Codat, each with the first reason of its failure."""
    found = codat_pushes.find_recent(database(), connection["id"], limit=PUSHES_SHOWN)
    return [
        {**row, "kind": VALIDATORS[row["data_type"]], "problem": problem(row["validation"])} for row in found
    ]


def problem(errors: str | None) -> str | None:
    """The first message in a record's or a connection's errors."""
    found = json.loads(errors) if errors else None
    if isinstance(found, list):
        found = found[0] if found else None
    return str(found["message"]) if isinstance(found, dict) and found.get("message") else None


@bp.app_template_filter("money")
def money(amount: int, currency: str | None) -> str:
    """An amount in minor units as people write it."""
    return f"{amount / 100:,.2f} {currency or ''}".strip()
