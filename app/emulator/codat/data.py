"""What Codat has read of a company's books, and reading it again: /codat/companies/{id}/data…"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from sqlite_utils import Database

from app.emulator.codat import door
from app.emulator.deps import database
from app.emulator.errors import ConflictError, NotFoundError
from app.emulator.rules import codat_shapes as shapes
from app.emulator.rules.codat import DATA_TYPES
from app.emulator.store import codat_companies, codat_datasets
from app.emulator.store.database import write
from app.emulator.sync import codat, schedules

bp = Blueprint("data", __name__, url_prefix="/companies/<company_id>")

Row = dict[str, Any]


@bp.get("/dataStatus")
def status(company_id: str) -> Response:
    """How the reading of every data type stands, by its name."""
    db, connection = database(), _current(company_id)
    shown = {}
    for data_type in DATA_TYPES:
        latest = codat_datasets.latest_of(db, connection["id"], data_type)
        successful = codat_datasets.latest_of(db, connection["id"], data_type, successful=True)
        shown[data_type] = shapes.data_status(data_type, latest, successful)
    return jsonify(shown)


@bp.post("/data/all")
def read_all(company_id: str) -> tuple[str, int]:
    """Nothing; every data type is read again, and what Monite holds is brought in line."""
    with write(database()) as db:
        _queue(db, _linked(company_id), tuple(DATA_TYPES))
    return "", 204


@bp.post("/data/queue/<data_type>")
def read_one(company_id: str, data_type: str) -> Response:
    """The dataset that waits to be read; the sync that reads it brings in everything else too."""
    with write(database()) as db:
        connection = _linked(company_id)
        if data_type not in DATA_TYPES:
            raise NotFoundError(f"Datatype {data_type} not supported by platform(s) in this practice service")
        waiting = {row["data_type"]: row["id"] for row in codat_datasets.find_open(db, connection["id"])}
        if data_type in waiting:
            message = f"Cannot queue {data_type} sync for {connection['company_id']}"
            raise ConflictError(f"{message} as previous sync {waiting[data_type]} is still in progress")
        _queue(db, connection, (data_type,))
        found = codat_datasets.latest_of(db, connection["id"], data_type)
    return jsonify(_shaped(found or {}, connection))


@bp.get("/data/history")
def index(company_id: str) -> Response:
    """A page of what was read or waits to be, the newest first."""
    company, (number, size) = door.company(company_id), door.page_asked()
    rows, total = codat_datasets.find_page(database(), company["id"], page=number, size=size)
    return door.paged(
        [_shaped(row, {**row, "company_id": company["id"]}) for row in rows],
        number=number,
        size=size,
        total=total,
    )


@bp.get("/data/history/<dataset_id>")
def show(company_id: str, dataset_id: str) -> Response:
    """One dataset."""
    company = door.company(company_id)
    row = codat_datasets.find(database(), company["id"], dataset_id.lower())
    if row is None:
        raise NotFoundError(f"No pull operation was found with ID {dataset_id}")
    return jsonify(_shaped(row, {**row, "company_id": company["id"]}))


def _queue(db: Database, connection: Row, data_types: tuple[str, ...]) -> None:
    codat.datasets_queued(db, connection, data_types)
    schedules.plan_forced_sync(db, connection["id"])


def _current(company_id: str) -> Row:
    """The connection whose data counts: the last that was ever linked, for that stays readable."""
    rows = codat_companies.find_connections(database(), [door.company(company_id)["id"]])
    linked = [row for row in rows if row["linked_at"]]
    return (linked or rows)[-1]


def _linked(company_id: str) -> Row:
    row = _current(company_id)
    if row["status"] != "connected":
        raise ConflictError(f"Company {row['company_id']} has no linked data connection")
    return row


def _shaped(row: Row, connection: Row) -> Row:
    return shapes.dataset(row, connection["company_id"], connection["provider_connection_id"])
