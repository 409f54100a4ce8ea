"""What an entity had when its access was lost or ended, and how far the check against it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.accounts import LedgerAccount
from app.domain.carry_overs import Before, Carried, CarryOver
from app.domain.connections import BusinessInfo
from app.store import ledger_accounts
from app.store.database import from_text, to_text
from app.store.mirror import ids


def find(db: Database, entity_id: str) -> CarryOver | None:
    """The check that is still to be finished; None when there is none."""
    rows = db.query("SELECT * FROM carry_overs WHERE entity_id = ? AND finished_at IS NULL", [entity_id])
    return next(map(_from_row, rows), None)


def regained(db: Database) -> list[CarryOver]:
    """The open checks of those who have access again, where something changed since they were looked at."""
    rows = db.query(
        """
        SELECT o.* FROM carry_overs o LEFT JOIN revisions r ON r.entity_id = o.entity_id
        WHERE o.finished_at IS NULL AND o.looked_at <> coalesce(r.n, 0) AND EXISTS (
            SELECT 1 FROM connections c WHERE c.entity_id = o.entity_id AND c.status = 'connected')
        """
    )
    return [_from_row(row) for row in rows]


def looked_at(db: Database, carry_id: str, revision: int) -> None:
    """It was compared as things stood at this revision, and nothing was to be done."""
    db.execute("UPDATE carry_overs SET looked_at = ? WHERE id = ?", [revision, carry_id])


def start(db: Database, carry: CarryOver) -> None:
    """Keep what there was before; of a check that is open already, only who set out again, and when."""
    db.execute(
        """
        INSERT INTO carry_overs
            (id, entity_id, before_connection_id, before_platform, before_business, before_accounts, used,
             held, unasked, started_at, started_by)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (entity_id) WHERE finished_at IS NULL DO UPDATE SET answer = '',
            unasked = excluded.unasked, started_at = excluded.started_at, started_by = excluded.started_by
        """,
        [
            carry.id,
            carry.entity_id,
            carry.before.connection_id,
            carry.before.platform,
            json.dumps(asdict(carry.before.business), ensure_ascii=False) if carry.before.business else None,
            carry.before.accounts,
            json.dumps([asdict(one) for one in carry.before.used], ensure_ascii=False),
            int(carry.held),
            int(carry.unasked),
            to_text(carry.started_at),
            carry.started_by,
        ],
    )


def answer(db: Database, carry_id: str, word: str) -> None:
    """Keep what a person said of the organisation."""
    db.execute("UPDATE carry_overs SET answer = ? WHERE id = ?", [word, carry_id])


def keep_batches(db: Database, carry_id: str, batch_ids: Sequence[str]) -> None:
    """Keep which batches put things on other accounts."""
    db.execute("UPDATE carry_overs SET batches = ? WHERE id = ?", [json.dumps(list(batch_ids)), carry_id])


def finish(db: Database, carry_id: str, *, connection_id: str, at: datetime, by: str, word: str) -> bool:
    """The check is over; whether it was not before."""
    done = db.execute(
        """
        UPDATE carry_overs SET connection_id = ?, finished_at = ?, finished_by = ?, answer = ?
        WHERE id = ? AND finished_at IS NULL
        """,
        [connection_id, to_text(at), by, word, carry_id],
    )
    return done.rowcount > 0


def used_accounts(db: Database, entity_id: str) -> list[LedgerAccount]:
    """Every account that products, lines of bills, remembered choices or defaults name and we know."""
    rows = db.query(
        """
        WITH RECURSIVE
            of_products (id) AS (
                SELECT min(ledger_account_id) FROM products
                WHERE entity_id = :entity AND gone = 0 AND ledger_account_id IS NOT NULL
                UNION ALL
                SELECT (SELECT min(p.ledger_account_id) FROM products p
                    WHERE p.entity_id = :entity AND p.gone = 0 AND p.ledger_account_id > of_products.id)
                FROM of_products WHERE of_products.id IS NOT NULL),
            of_lines (id) AS (
                SELECT min(ledger_account_id) FROM payable_lines
                WHERE entity_id = :entity AND ledger_account_id IS NOT NULL
                UNION ALL
                SELECT (SELECT min(l.ledger_account_id) FROM payable_lines l
                    WHERE l.entity_id = :entity AND l.ledger_account_id > of_lines.id)
                FROM of_lines WHERE of_lines.id IS NOT NULL)
        SELECT * FROM ledger_accounts WHERE entity_id = :entity AND id IN (
            SELECT id FROM of_products UNION SELECT id FROM of_lines
            UNION SELECT account_id FROM remembered_choices WHERE entity_id = :entity AND answer = 'yes'
            UNION SELECT products_account_id FROM entity_defaults WHERE entity_id = :entity
            UNION SELECT payments_account_id FROM entity_defaults WHERE entity_id = :entity)
        ORDER BY nominal_code IS NULL, nominal_code, name, id
        """,
        {"entity": entity_id},
    )
    return [ledger_accounts.from_row(row) for row in rows]


def loose_uses(db: Database, entity_id: str, account_ids: Iterable[str]) -> dict[str, int]:
    """How many remembered choices and defaults name each of these accounts."""
    rows = db.query(
        """
        SELECT j.value AS id,
            (SELECT count(*) FROM remembered_choices r
             WHERE r.entity_id = :entity AND r.account_id = j.value AND r.answer = 'yes')
            + coalesce((SELECT (d.products_account_id IS j.value) + (d.payments_account_id IS j.value)
                        FROM entity_defaults d WHERE d.entity_id = :entity), 0) AS n
        FROM json_each(:ids) j
        """,
        {"entity": entity_id, "ids": ids(list(account_ids))},
    )
    return {row["id"]: row["n"] for row in rows}


def count_links(db: Database, entity_id: str) -> int:
    """How many records are linked with something in the accounting system."""
    sql = "SELECT count(*) FROM synced_records WHERE entity_id = ? AND platform_object_id IS NOT NULL"
    return int(db.execute(sql, [entity_id]).fetchone()[0])


def _from_row(row: dict[str, Any]) -> CarryOver:
    business = json.loads(row["before_business"]) if row["before_business"] else None
    return CarryOver(
        id=row["id"],
        entity_id=row["entity_id"],
        before=Before(
            connection_id=row["before_connection_id"],
            platform=row["before_platform"],
            business=business and BusinessInfo(**business),
            accounts=row["before_accounts"],
            used=tuple(Carried(**one) for one in json.loads(row["used"])),
        ),
        held=bool(row["held"]),
        unasked=bool(row["unasked"]),
        started_at=from_text(row["started_at"]),
        started_by=row["started_by"],
        answer=row["answer"],
        batches=tuple(json.loads(row["batches"])),
    )
