"""Ledger accounts as Monite pulled them from an organisation."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.emulator.rules.statuses import ledger_status
from app.emulator.store.ids import made_of


def pull(db: Database, entity_id: str, organisation_id: str, *, at: str) -> int:
    """Bring the entity's copy in line with the books; what the books dropped becomes archived."""
    found = list(
        db.query(
            """
            SELECT a.*, o.base_currency FROM book_accounts a JOIN organisations o ON o.id = a.organisation_id
            WHERE a.organisation_id = ? ORDER BY a.rowid
            """,
            [organisation_id],
        )
    )
    db.conn.executemany(
        """
        INSERT INTO ledger_accounts
            (id, entity_id, organisation_id, platform_account_id, name, nominal_code, type, subtype, status,
             is_bank_account, currency, current_balance, description, created_at)
        VALUES (:id, :entity_id, :organisation_id, :platform_account_id, :name, :nominal_code, :type,
                :subtype, :status, :is_bank_account, :currency, 0, :description, :created_at)
        ON CONFLICT (entity_id, organisation_id, platform_account_id) DO UPDATE SET
            name = excluded.name, nominal_code = excluded.nominal_code, type = excluded.type,
            subtype = excluded.subtype, status = excluded.status,
            is_bank_account = excluded.is_bank_account, currency = excluded.currency,
            description = excluded.description
        """,
        [_row(entity_id, account, at) for account in found],
    )
    db.execute(
        """
        UPDATE ledger_accounts SET status = 'Archived'
        WHERE entity_id = :entity_id AND organisation_id = :organisation_id
          AND platform_account_id NOT IN
              (SELECT id FROM book_accounts WHERE organisation_id = :organisation_id)
        """,
        {"entity_id": entity_id, "organisation_id": organisation_id},
    )
    return len(found)


def first_pulled_at(db: Database, entity_id: str, organisation_id: str) -> str | None:
    """When the organisation's accounts were pulled for the first time, over any connection."""
    rows = db.query(
        "SELECT MIN(created_at) AS at FROM ledger_accounts WHERE entity_id = ? AND organisation_id = ?",
        [entity_id, organisation_id],
    )
    found: str | None = next(rows)["at"]
    return found


def platform_ids(db: Database, entity_id: str, organisation_id: str) -> dict[str, str]:
    """Monite's id of each pulled account, and its id in the books."""
    rows = db.query(
        "SELECT id, platform_account_id FROM ledger_accounts WHERE entity_id = ? AND organisation_id = ?",
        [entity_id, organisation_id],
    )
    return {row["id"]: row["platform_account_id"] for row in rows}


def _row(entity_id: str, account: dict[str, Any], at: str) -> dict[str, Any]:
    return {
        "id": made_of("ledger_account", entity_id, account["organisation_id"], account["id"]),
        "entity_id": entity_id,
        "organisation_id": account["organisation_id"],
        "platform_account_id": account["id"],
        "name": account["name"],
        "nominal_code": account["code"],
        "type": account["type"],
        "subtype": account["subtype"],
        "status": ledger_status(account["status"]),
        "is_bank_account": account["is_bank_account"],
        "currency": account["currency"] or account["base_currency"],
        "description": account["description"],
        "created_at": at,
    }
