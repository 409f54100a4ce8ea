"""Accounting tax rates as Monite pulled them from an organisation."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.emulator.store.ids import made_of


def pull(db: Database, entity_id: str, organisation_id: str, *, at: str) -> int:
    """Bring the entity's copy in line with the books; what the books dropped becomes archived."""
    found = list(
        db.query("SELECT * FROM book_tax_rates WHERE organisation_id = ? ORDER BY rowid", [organisation_id])
    )
    db.conn.executemany(
        """
        INSERT INTO accounting_tax_rates
            (id, entity_id, organisation_id, platform_tax_rate_id, name, code, status,
             effective_tax_rate, total_tax_rate, components, created_at)
        VALUES (:id, :entity_id, :organisation_id, :platform_tax_rate_id, :name, :code, :status,
                :rate, :rate, :components, :created_at)
        ON CONFLICT (entity_id, organisation_id, platform_tax_rate_id) DO UPDATE SET
            name = excluded.name, code = excluded.code, status = excluded.status,
            effective_tax_rate = excluded.effective_tax_rate, total_tax_rate = excluded.total_tax_rate,
            components = excluded.components
        """,
        [_row(entity_id, rate, at) for rate in found],
    )
    db.execute(
        """
        UPDATE accounting_tax_rates SET status = 'Archived'
        WHERE entity_id = :entity_id AND organisation_id = :organisation_id
          AND platform_tax_rate_id NOT IN
              (SELECT id FROM book_tax_rates WHERE organisation_id = :organisation_id)
        """,
        {"entity_id": entity_id, "organisation_id": organisation_id},
    )
    return len(found)


def platform_ids(db: Database, entity_id: str, organisation_id: str) -> dict[str, str]:
    """Monite's id of each pulled rate, and its id in the books."""
    rows = db.query(
        """
        SELECT id, platform_tax_rate_id FROM accounting_tax_rates
        WHERE entity_id = ? AND organisation_id = ?
        """,
        [entity_id, organisation_id],
    )
    return {row["id"]: row["platform_tax_rate_id"] for row in rows}


def _row(entity_id: str, rate: dict[str, Any], at: str) -> dict[str, Any]:
    return {
        "id": made_of("tax_rate", entity_id, rate["organisation_id"], rate["id"]),
        "entity_id": entity_id,
        "organisation_id": rate["organisation_id"],
        "platform_tax_rate_id": rate["id"],
        "name": rate["name"],
        "code": rate["code"],
        "status": rate["status"],
        "rate": rate["rate"],
        "components": rate["components"],
        "created_at": at,
    }
