"""What was pushed to a company's books: /codat/companies/{id}/push."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from app.emulator.codat import door
from app.emulator.deps import database
from app.emulator.errors import NotFoundError
from app.emulator.rules import codat_shapes as shapes
from app.emulator.store import codat_pushes

bp = Blueprint("operations", __name__, url_prefix="/companies/<company_id>/push")


@bp.get("")
def index(company_id: str) -> Response:
    """A page of push operations, the newest first."""
    company, (number, size) = door.company(company_id), door.page_asked()
    rows, total = codat_pushes.find_page(database(), company["id"], page=number, size=size)
    shown = [shapes.push(row, company["id"], row["provider_connection_id"]) for row in rows]
    return door.paged(shown, number=number, size=size, total=total)


@bp.get("/<key>")
def show(company_id: str, key: str) -> Response:
    """One push operation; only here stands why one has failed."""
    company = door.company(company_id)
    row = codat_pushes.find(database(), company["id"], key.lower())
    if row is None:
        raise NotFoundError(f"No push operation was found with key {key}")
    return jsonify(shapes.push(row, company["id"], row["provider_connection_id"]))
