"""Units in which products are counted."""

from __future__ import annotations

from uuid import uuid4

from sqlite_utils import Database

from app.emulator.store import objects
from app.emulator.store.objects import Row

TABLE = "measure_units"


def find_all(db: Database, entity_id: str) -> list[Row]:
    """Every unit of the entity, the oldest first."""
    rows = db.query("SELECT * FROM measure_units WHERE entity_id = ? ORDER BY created_at, id", [entity_id])
    return [_shaped(row) for row in rows]


def get(db: Database, entity_id: str, unit_id: str) -> Row:
    """One unit; raises NotFoundError when the entity has none with this id."""
    return _shaped(objects.get(db, TABLE, entity_id, unit_id))


def create(db: Database, entity_id: str, given: Row) -> Row:
    """Add a unit and return it."""
    row = {
        "id": str(uuid4()),
        "entity_id": entity_id,
        "name": given["name"],
        "description": given.get("description"),
    }
    return _shaped(objects.insert(db, TABLE, row))


def update(db: Database, entity_id: str, unit_id: str, changes: Row) -> Row:
    """Change a unit and return it."""
    row = objects.get(db, TABLE, entity_id, unit_id)
    return _shaped(objects.update(db, TABLE, row, changes))


def delete(db: Database, entity_id: str, unit_id: str) -> None:
    """Remove a unit; products that used it keep its id."""
    objects.get(db, TABLE, entity_id, unit_id)
    objects.delete(db, TABLE, unit_id)


def _shaped(row: Row) -> Row:
    return {name: row[name] for name in ("id", "created_at", "updated_at", "description", "name")}
