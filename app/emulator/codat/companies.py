"""Companies and their connections: /codat/companies."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from app.emulator.bodies import Field, choice, read
from app.emulator.codat import door
from app.emulator.deps import database, settings
from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.rules import codat_shapes as shapes
from app.emulator.store import codat_companies, connections
from app.emulator.store.database import write
from app.emulator.sync import connections as sync

bp = Blueprint("companies", __name__, url_prefix="/companies")

Row = dict[str, Any]

UPDATE = {"status": Field(choice(["Unlinked"]), required=True)}


@bp.get("")
def index() -> Response:
    """A page of companies, each with its connections."""
    db, (number, size) = database(), door.page_asked()
    found = codat_companies.find_page(db, page=number, size=size)
    return door.paged(_shaped(found), number=number, size=size, total=codat_companies.count(db))


@bp.get("/<company_id>")
def show(company_id: str) -> Response:
    """One company."""
    return jsonify(_shaped([door.company(company_id)])[0])


@bp.get("/<company_id>/connections")
def list_connections(company_id: str) -> Response:
    """A page of a company's connections, the oldest first."""
    number, size = door.page_asked()
    found = _shaped([door.company(company_id)])[0]["dataConnections"]
    part = found[(number - 1) * size : number * size]
    return door.paged(part, number=number, size=size, total=len(found))


@bp.get("/<company_id>/connections/<connection_id>")
def show_connection(company_id: str, connection_id: str) -> Response:
    """One connection."""
    return jsonify(_connection(_find(company_id, connection_id)))


@bp.patch("/<company_id>/connections/<connection_id>")
def unlink(company_id: str, connection_id: str) -> Response:
    """The connection, unlinked: at Monite it is disconnected, for good."""
    with write(database()) as db:
        row = _find(company_id, connection_id)
        read(UPDATE)
        if row["status"] != "connected":
            raise BadRequestError("Only a connection with status Linked can be unlinked")
        sync.disconnect(db, row["id"])
        return jsonify(_connection(_find(company_id, connection_id)))


def _find(company_id: str, connection_id: str) -> Row:
    found = door.company(company_id)
    row = connections.find_by_link(database(), connection_id.lower())
    if row is None or row["company_id"] != found["id"] or row["provider"] != "codat":
        raise NotFoundError(f"No data connection was found with ID {connection_id}")
    return row


def _connection(row: Row) -> Row:
    errors = codat_companies.find_errors(database(), [row["id"]])
    return shapes.connection(row, errors[row["id"]], settings().base_url)


def _shaped(found: list[Row]) -> list[Row]:
    rows = codat_companies.find_connections(database(), [company["id"] for company in found])
    errors = codat_companies.find_errors(database(), [row["id"] for row in rows])
    of_company: dict[str, list[Row]] = {company["id"]: [] for company in found}
    for row in rows:
        shown = shapes.connection(row, errors[row["id"]], settings().base_url)
        of_company[row["company_id"]].append(shown)
    return [shapes.company(company, of_company[company["id"]], settings().base_url) for company in found]
