"""Suppliers and customers, as Monite has them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.documents import Counterpart
from app.store import mirror
from app.store.database import to_text
from app.store.mirror import Raw, raw_text

TABLE = "counterparts"


def save(
    db: Database, entity_id: str, rows: Iterable[tuple[Counterpart, Raw | None]], seen_at: datetime
) -> int:
    """Keep the newest copy of each counterpart; how many are new or differ."""
    return mirror.upsert(db, TABLE, [_to_row(entity_id, party, raw, seen_at) for party, raw in rows])


def retire(db: Database, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read no longer listed."""
    return mirror.retire(db, TABLE, entity_id, read_began)


def count(db: Database, entity_id: str) -> int:
    """How many counterparts the entity has."""
    return mirror.count(db, TABLE, entity_id)


def get(db: Database, entity_id: str, counterpart_id: str) -> Counterpart | None:
    """The counterpart; None when this entity has none of this id."""
    rows = db.query("SELECT * FROM counterparts WHERE id = ? AND entity_id = ?", [counterpart_id, entity_id])
    return next((_from_row(row) for row in rows), None)


def named_in(db: Database, entity_id: str, text: str, limit: int = 20) -> list[str]:
    """The names of this entity's counterparts that stand in a text, the longest first."""
    rows = db.execute(
        """
        SELECT name FROM counterparts
        WHERE entity_id = ? AND length(name) > 1 AND instr(lower(?), lower(name)) > 0
        ORDER BY length(name) DESC, name LIMIT ?
        """,
        [entity_id, text, limit],
    )
    return [str(row[0]) for row in rows]


def _to_row(entity_id: str, party: Counterpart, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": party.id,
        "entity_id": entity_id,
        "name": party.name,
        "is_vendor": int(party.is_vendor),
        "is_customer": int(party.is_customer),
        "country": party.country,
        "city": party.city,
        "address": party.address,
        "gone": 0,
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def _from_row(row: dict[str, Any]) -> Counterpart:
    return Counterpart(
        id=row["id"],
        name=row["name"],
        is_vendor=bool(row["is_vendor"]),
        is_customer=bool(row["is_customer"]),
        country=row["country"],
        city=row["city"],
        address=row["address"],
    )
