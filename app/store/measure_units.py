"""The units in which products are counted, as last listed by Monite."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.documents import MeasureUnit
from app.store import mirror
from app.store.database import to_text
from app.store.mirror import Raw, raw_text

TABLE = "measure_units"


def save(
    db: Database, entity_id: str, rows: Iterable[tuple[MeasureUnit, Raw | None]], seen_at: datetime
) -> int:
    """Keep the newest copy of each unit; how many are new or differ."""
    return mirror.upsert(db, TABLE, [_to_row(entity_id, unit, raw, seen_at) for unit, raw in rows])


def retire(db: Database, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read no longer listed."""
    return mirror.retire(db, TABLE, entity_id, read_began)


def find(db: Database, entity_id: str) -> list[MeasureUnit]:
    """Every unit that is still listed, by name."""
    rows = db.query(
        "SELECT * FROM measure_units WHERE entity_id = ? AND gone = 0 ORDER BY name COLLATE NOCASE, id",
        [entity_id],
    )
    return [MeasureUnit(row["id"], row["name"], row["description"]) for row in rows]


def _to_row(entity_id: str, unit: MeasureUnit, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": unit.id,
        "entity_id": entity_id,
        "name": unit.name,
        "description": unit.description,
        "gone": 0,
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }
