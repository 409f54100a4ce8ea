"""What is broken on purpose: which fault, for whom, and how many times still."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from app.emulator.store import clock


def add(
    db: Database,
    kind: str,
    *,
    entity_id: str | None = None,
    count: int | None = None,
    options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Arm a fault, for one entity or for all, for ever or for so many times; returns it."""
    row = next(
        db.query(
            """
            INSERT INTO faults (kind, entity_id, remaining, options, created_at)
            VALUES (?, ?, ?, ?, ?) RETURNING *
            """,
            [kind, entity_id, count, json.dumps(options or {}), clock.stamp(clock.now(db))],
        )
    )
    return _fault(row)


def find_all(db: Database) -> list[dict[str, Any]]:
    """Every armed fault, the oldest first."""
    return [_fault(row) for row in db.query("SELECT * FROM faults ORDER BY id")]


def find(db: Database, kind: str, entity_id: str | None = None) -> dict[str, Any] | None:
    """The armed fault of this kind that touches the entity, if any; it stays armed."""
    rows = db.query(
        "SELECT * FROM faults WHERE kind = ? AND (entity_id IS NULL OR entity_id = ?) ORDER BY id LIMIT 1",
        [kind, entity_id],
    )
    row = next(rows, None)
    return _fault(row) if row else None


def any_armed(db: Database, kinds: Iterable[str]) -> bool:
    """Whether a fault of one of these kinds is armed, for whomever."""
    named = json.dumps(list(kinds))
    rows = db.query("SELECT 1 FROM faults WHERE kind IN (SELECT value FROM json_each(?)) LIMIT 1", [named])
    return next(rows, None) is not None


def take(db: Database, kind: str, entity_id: str | None = None) -> dict[str, Any] | None:
    """As `find`, and uses the fault once: its count goes down, and at none left it is gone."""
    found = find(db, kind, entity_id)
    if found is not None:
        use(db, found["id"])
    return found


def use(db: Database, fault_id: int) -> bool:
    """Count one use of a fault that has a count; the last use removes it. False when it is gone already."""
    if next(db.query("SELECT 1 FROM faults WHERE id = ?", [fault_id]), None) is None:
        return False
    db.execute(
        "UPDATE faults SET remaining = remaining - 1 WHERE id = ? AND remaining IS NOT NULL", [fault_id]
    )
    db.execute("DELETE FROM faults WHERE id = ? AND remaining <= 0", [fault_id])
    return True


def clear(db: Database, kind: str | None = None, entity_id: str | None = None) -> None:
    """Disarm every fault, or those of one kind, or those of one entity."""
    db.execute(
        "DELETE FROM faults WHERE (:kind IS NULL OR kind = :kind)"
        " AND (:entity_id IS NULL OR entity_id = :entity_id)",
        {"kind": kind, "entity_id": entity_id},
    )


def _fault(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "options": json.loads(row["options"])}
