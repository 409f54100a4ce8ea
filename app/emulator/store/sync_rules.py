"""Which statuses of payables and receivables are pushed, for each entity."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlite_utils import Database

from app.emulator.rules.statuses import PAYABLE_DEFAULT, RECEIVABLE_DEFAULT
from app.emulator.store import meta


def get(db: Database, entity_id: str) -> dict[str, list[str]]:
    """The entity's lists under `payable` and `receivable`; Monite's own when none were kept."""
    row = next(db.query("SELECT * FROM sync_rules WHERE entity_id = ?", [entity_id]), None)
    if row is None:
        return {"payable": list(PAYABLE_DEFAULT), "receivable": list(RECEIVABLE_DEFAULT)}
    return {"payable": json.loads(row["payable"]), "receivable": json.loads(row["receivable"])}


def in_force(db: Database, entity_id: str) -> dict[str, list[str]]:
    """The lists by which syncs go: the entity's, or Monite's own in a version that has no rules."""
    if meta.background_version(db).sync_rules:
        return get(db, entity_id)
    return {"payable": list(PAYABLE_DEFAULT), "receivable": list(RECEIVABLE_DEFAULT)}


def save(
    db: Database,
    entity_id: str,
    *,
    payable: Sequence[str] | None = None,
    receivable: Sequence[str] | None = None,
) -> dict[str, list[str]]:
    """Replace the lists that are given, fold what repeats, and return both; None keeps a list."""
    lists = get(db, entity_id)
    if payable is not None:
        lists["payable"] = list(dict.fromkeys(payable))
    if receivable is not None:
        lists["receivable"] = list(dict.fromkeys(receivable))
    db.execute(
        """
        INSERT INTO sync_rules (entity_id, payable, receivable) VALUES (:entity_id, :payable, :receivable)
        ON CONFLICT (entity_id) DO UPDATE SET payable = excluded.payable, receivable = excluded.receivable
        """,
        {"entity_id": entity_id, **{key: json.dumps(value) for key, value in lists.items()}},
    )
    return lists
