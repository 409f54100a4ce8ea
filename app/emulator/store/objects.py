"""Reading one row of an entity, whatever its table; a row of another entity is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from app.emulator.errors import NotFoundError
from app.emulator.store import clock

Row = dict[str, Any]


def get(db: Database, table: str, entity_id: str, object_id: str) -> Row:
    """The row with this id, if it belongs to the entity; raises NotFoundError otherwise."""
    rows = db.query(f"SELECT * FROM {table} WHERE id = ? AND entity_id = ?", [object_id, entity_id])
    row = next(rows, None)
    if row is None:
        raise NotFoundError
    return row


def body_of(row: Row, template: Mapping[str, Any], *columns: str) -> Row:
    """The stored body in full: over the template's defaults, under what the columns say."""
    stored: Row = json.loads(row["body"])
    kept = ("id", "created_at", "updated_at", *columns)
    return {**template, **stored, **{name: row[name] for name in kept}}


def insert(db: Database, table: str, row: Row) -> Row:
    """Add the row with both times set to now; returns it."""
    now = clock.stamp(clock.now(db))
    whole = {**row, "created_at": now, "updated_at": now}
    db.table(table).insert(whole)
    return whole


def update(db: Database, table: str, row: Row, changes: Row) -> Row:
    """Change the columns of the row and its time of change; returns it as it is now."""
    changed = {**changes, "updated_at": clock.stamp(clock.now(db))}
    db.table(table).update(row["id"], changed)
    return {**row, **changed}


def delete(db: Database, table: str, object_id: str) -> None:
    """Remove the row; what hangs on it goes too."""
    db.table(table).delete(object_id)
