"""Tax rates of the accounting system, as last listed by Monite."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.accounts import TaxRate
from app.store import mirror
from app.store.database import to_text
from app.store.mirror import Raw, raw_text

TABLE = "tax_rates"


def save(db: Database, entity_id: str, rows: Iterable[tuple[TaxRate, Raw | None]], seen_at: datetime) -> int:
    """Keep the newest copy of each rate; how many are new or differ."""
    return mirror.upsert(db, TABLE, [_to_row(entity_id, rate, raw, seen_at) for rate, raw in rows])


def retire(db: Database, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read no longer listed."""
    return mirror.retire(db, TABLE, entity_id, read_began)


def count(db: Database, entity_id: str) -> int:
    """How many tax rates the entity has."""
    return mirror.count(db, TABLE, entity_id)


def find(db: Database, entity_id: str) -> list[TaxRate]:
    """Every rate that is still listed, by number and name."""
    rows = db.query(
        "SELECT * FROM tax_rates WHERE entity_id = ? AND gone = 0 ORDER BY rate, name, id", [entity_id]
    )
    return [_from_row(row) for row in rows]


def named(db: Database, entity_id: str, ids: Iterable[str]) -> list[TaxRate]:
    """The rates of these ids, also those that are no longer listed."""
    rows = db.query(
        "SELECT * FROM tax_rates WHERE entity_id = ? AND id IN (SELECT value FROM json_each(?))",
        [entity_id, json.dumps(sorted(ids))],
    )
    return [_from_row(row) for row in rows]


def _to_row(entity_id: str, rate: TaxRate, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": rate.id,
        "entity_id": entity_id,
        "name": rate.name,
        "code": rate.code,
        "rate": rate.rate,
        "status": rate.status,
        "gone": 0,
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def _from_row(row: dict[str, Any]) -> TaxRate:
    return TaxRate(id=row["id"], name=row["name"], code=row["code"], rate=row["rate"], status=row["status"])
