"""Products, as Monite has them; `wanted_account_id` and its state beside them are ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.documents import Product
from app.store import mirror
from app.store.database import from_text, to_text
from app.store.mirror import Raw, raw_text

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


def _to_row(entity_id: str, product: Product, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": product.id,
        "entity_id": entity_id,
        "name": product.name,
        "type": product.type,
        "price": product.price,
        "currency": product.currency,
        "ledger_account_id": product.ledger_account_id,
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
    )
