"""The partner's entities, as last listed by Monite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.entities import Entity
from app.store.database import to_text
from app.store.mirror import Raw, ids, raw_text, upsert


def save(db: Database, rows: Iterable[tuple[Entity, Raw | None]], seen_at: datetime) -> list[str]:
    """Keep the newest copy of each entity; the ids that are new here.

    A currency that is known already stays where the list names none.
    """
    rows = list(rows)
    listed = [entity.id for entity, _ in rows]
    known: dict[str, str | None] = dict(
        db.execute(
            "SELECT id, currency FROM entities WHERE id IN (SELECT value FROM json_each(?))", [ids(listed)]
        )
    )
    kept = [(replace(entity, currency=entity.currency or known.get(entity.id)), raw) for entity, raw in rows]
    upsert(db, "entities", [_to_row(entity, raw, seen_at) for entity, raw in kept])
    return [entity_id for entity_id in listed if entity_id not in known]


def set_currency(db: Database, entity_id: str, currency: str) -> None:
    """Keep the currency that the entity's settings name."""
    db.execute("UPDATE entities SET currency = ? WHERE id = ?", [currency, entity_id])


def retire(db: Database, read_began: datetime) -> int:
    """Mark as deleted what a full read, begun at that time, no longer listed."""
    return db.execute(
        "UPDATE entities SET status = 'deleted' WHERE seen_at < ? AND status <> 'deleted'",
        [to_text(read_began)],
    ).rowcount


def get(db: Database, entity_id: str) -> Entity | None:
    """The entity; None when Monite has not listed it."""
    for row in db.query("SELECT * FROM entities WHERE id = ?", [entity_id]):
        return _from_row(row)
    return None


def names(db: Database, entity_ids: Iterable[str]) -> dict[str, str]:
    """What these are called, by their ids; those that Monite has not listed are left out."""
    rows = db.execute(
        "SELECT id, name FROM entities WHERE id IN (SELECT value FROM json_each(?))", [ids(list(entity_ids))]
    )
    return {str(entity_id): str(name) for entity_id, name in rows.fetchall()}


def find(db: Database, words: str = "", *, limit: int = 200) -> list[Entity]:
    """Entities that are in use, by name, whose name or e-mail holds the words."""
    rows = db.query(
        """
        SELECT * FROM entities
        WHERE status <> 'deleted' AND instr(lower(name || ' ' || coalesce(email, '')), :words)
        ORDER BY name COLLATE NOCASE, id LIMIT :limit
        """,
        {"words": words.strip().lower(), "limit": limit},
    )
    return [_from_row(row) for row in rows]


def _to_row(entity: Entity, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": entity.id,
        "name": entity.name,
        "country": entity.country,
        "currency": entity.currency,
        "email": entity.email,
        "status": entity.status,
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def _from_row(row: dict[str, Any]) -> Entity:
    return Entity(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        currency=row["currency"],
        email=row["email"],
        status=row["status"],
    )
