"""Products, as Monite has them; `wanted_account_id` and its state beside them are ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.documents import Product
from app.domain.record_lists import PAGE_SIZE, Page
from app.store import mirror
from app.store.database import from_text, to_text
from app.store.mirror import Raw, ids, raw_text

TABLE = "products"


def save(db: Database, entity_id: str, rows: Iterable[tuple[Product, Raw | None]], seen_at: datetime) -> int:
    """Keep the newest copy of each product; how many are new or differ. What a person chose stays."""
    return mirror.upsert(db, TABLE, [_to_row(entity_id, product, raw, seen_at) for product, raw in rows])


def retire(db: Database, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read no longer listed."""
    return mirror.retire(db, TABLE, entity_id, read_began)


def count(db: Database, entity_id: str) -> int:
    """How many products the entity has."""
    return mirror.count(db, TABLE, entity_id)


def get(db: Database, entity_id: str, product_id: str) -> Product | None:
    """The product; None when this entity has none of this id."""
    rows = db.query("SELECT * FROM products WHERE id = ? AND entity_id = ?", [product_id, entity_id])
    return next((_from_row(row) for row in rows), None)


_TO_CHECK = """
    FROM products WHERE entity_id = :entity AND gone = 0
      AND (coalesce(price, 0) = 0 OR measure_unit_id IS NULL
           OR measure_unit_id IN (SELECT value FROM json_each(:stand_ins)))
"""


def to_check(
    db: Database, entity_id: str, stand_ins: Sequence[str], after: str = "", size: int = PAGE_SIZE
) -> Page[Product]:
    """Products without a price, without a unit or with one of these, by name."""
    name, _, last_id = after.rpartition("~")
    values = {"entity": entity_id, "stand_ins": ids(stand_ins), "name": name, "id": last_id, "size": size + 1}
    beyond = "AND (name, id) > (:name, :id)" if last_id else ""
    rows = list(db.query(f"SELECT * {_TO_CHECK} {beyond} ORDER BY name, id LIMIT :size", values))
    found = tuple(_from_row(row) for row in rows[:size])
    return Page(found, older=f"{found[-1].name}~{found[-1].id}" if len(rows) > size else "")


def count_to_check(db: Database, entity_id: str, stand_ins: Sequence[str]) -> int:
    """How many of them there are."""
    values = {"entity": entity_id, "stand_ins": ids(stand_ins)}
    return int(db.execute(f"SELECT count(*) {_TO_CHECK}", values).fetchone()[0])


def _to_row(entity_id: str, product: Product, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": product.id,
        "entity_id": entity_id,
        "name": product.name,
        "type": product.type,
        "price": product.price,
        "currency": product.currency,
        "ledger_account_id": product.ledger_account_id,
        "measure_unit_id": product.measure_unit_id,
        "gone": 0,
        "updated_at": to_text(product.updated_at),
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def _from_row(row: dict[str, Any]) -> Product:
    return Product(
        id=row["id"],
        name=row["name"],
        type=row["type"],
        ledger_account_id=row["ledger_account_id"],
        price=row["price"],
        currency=row["currency"],
        updated_at=from_text(row["updated_at"]),
        measure_unit_id=row["measure_unit_id"],
    )
