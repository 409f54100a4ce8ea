"""Units of products: /v1/measure_units."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from app.emulator.api.gate import entity_id
from app.emulator.bodies import Field, read, text
from app.emulator.deps import database
from app.emulator.store import measure_units
from app.emulator.store.database import write

bp = Blueprint("measure_units", __name__, url_prefix="/v1/measure_units")

CREATE = {"name": Field(text(1, 100), required=True), "description": Field(text(0, 200))}
UPDATE = {"name": Field(text(1, 100), nullable=False), "description": Field(text(0, 200))}


@bp.get("")
def index() -> Response:
    """All units of the entity; this list has no pages."""
    return jsonify({"data": measure_units.find_all(database(), entity_id())})


@bp.post("")
def create() -> tuple[Response, int]:
    """A new unit."""
    body = read(CREATE, closed=False)
    with write(database()) as db:
        return jsonify(measure_units.create(db, entity_id(), body)), 201


@bp.get("/<unit_id>")
def show(unit_id: str) -> Response:
    """One unit."""
    return jsonify(measure_units.get(database(), entity_id(), unit_id))


@bp.patch("/<unit_id>")
def update(unit_id: str) -> Response:
    """The unit with the changes in it."""
    body = read(UPDATE)
    with write(database()) as db:
        return jsonify(measure_units.update(db, entity_id(), unit_id, body))


@bp.delete("/<unit_id>")
def delete(unit_id: str) -> tuple[str, int]:
    """Nothing: the unit is gone."""
    with write(database()) as db:
        measure_units.delete(db, entity_id(), unit_id)
    return "", 204
