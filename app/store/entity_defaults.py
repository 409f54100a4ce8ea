"""An entity's default accounts, as last read from Monite; versions without them have no rows here."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.domain.entity_defaults import EntityDefaults
from app.store.database import from_text, to_text
from app.store.mirror import Raw, raw_text


def find(db: Database, entity_id: str) -> EntityDefaults | None:
    """The defaults; None while they were never read, or where the API version has none."""
    for row in db.query("SELECT * FROM entity_defaults WHERE entity_id = ?", [entity_id]):
        return EntityDefaults(
            products_account_id=row["products_account_id"],
            payments_account_id=row["payments_account_id"],
            deductions_tax_id=row["deductions_tax_id"],
            seen_at=from_text(row["seen_at"]),
        )
    return None


def save(db: Database, entity_id: str, found: EntityDefaults, raw: Raw, seen_at: datetime) -> bool:
    """Keep what Monite answered; whether it is new or differs. `raw` is its accounting part alone."""
    known = find(db, entity_id)
    db.execute(
        """
        INSERT INTO entity_defaults
            (entity_id, products_account_id, payments_account_id, deductions_tax_id, raw, seen_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET products_account_id = excluded.products_account_id,
            payments_account_id = excluded.payments_account_id,
            deductions_tax_id = excluded.deductions_tax_id, raw = excluded.raw, seen_at = excluded.seen_at
        """,
        [
            entity_id,
            found.products_account_id,
            found.payments_account_id,
            found.deductions_tax_id,
            raw_text(raw),
            to_text(seen_at),
        ],
    )
    return known is None or _ids(known) != _ids(found)


def _ids(found: EntityDefaults) -> tuple[str | None, ...]:
    return (found.products_account_id, found.payments_account_id, found.deductions_tax_id)
