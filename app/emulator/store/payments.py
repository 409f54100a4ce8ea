"""Payments of invoices, as Monite records them; from version 2024-05-25 on they are pushed too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from app.emulator.store.ids import made_of

Row = dict[str, Any]

_PUSHED = """
    FROM receivables o
    JOIN synced_records r ON r.entity_id = o.entity_id AND r.organisation_id = :organisation_id
        AND r.object_type = 'receivable' AND r.object_id = o.id AND r.sync_status = 'done'
    JOIN book_documents d ON d.organisation_id = r.organisation_id AND d.id = r.platform_object_id
        AND d.status <> 'void'
    WHERE o.entity_id = :entity_id {some}
"""
_THESE = "AND o.id IN (SELECT value FROM json_each(:ids))"

# All of it once it is paid; before that, what was paid so far.
_PAID = """
    CASE o.status WHEN 'paid' THEN d.total
    ELSE COALESCE(json_extract(o.body, '$.amount_paid'), 0) END
"""


def record_new(
    db: Database, entity_id: str, organisation_id: str, invoice_ids: Sequence[str] | None = None, *, at: str
) -> None:
    """Record what was paid of invoices (all, or these) that are in the books, and is not recorded yet."""
    pushed, values = _pushed(entity_id, organisation_id, invoice_ids)
    rows = db.query(
        f"""
        SELECT * FROM (
            SELECT o.id, o.currency, {_PAID} AS paid, json_extract(o.body, '$.paid_at') AS paid_at,
                (SELECT COALESCE(SUM(amount), 0) FROM payment_records WHERE receivable_id = o.id) AS recorded
            {pushed} AND o.type = 'invoice' AND o.status IN ('paid', 'partially_paid', 'overdue'))
        WHERE paid > recorded
        """,
        values,
    )
    db.conn.executemany(
        """
        INSERT INTO payment_records
            (id, entity_id, receivable_id, amount, currency, paid_at, created_at, updated_at)
        VALUES (:id, :entity_id, :receivable_id, :amount, :currency, :paid_at, :at, :at)
        """,
        [_new(row, entity_id, at) for row in list(rows)],
    )


def find_to_push(
    db: Database, entity_id: str, organisation_id: str, invoice_ids: Sequence[str] | None = None
) -> list[Row]:
    """Payments of invoices (all, or these) in the books that were never tried there: id, updated_at."""
    pushed, values = _pushed(entity_id, organisation_id, invoice_ids)
    return list(
        db.query(
            f"""
            SELECT p.id, p.updated_at FROM (SELECT o.id {pushed}) o
            JOIN payment_records p ON p.receivable_id = o.id
            LEFT JOIN synced_records s ON s.entity_id = p.entity_id AND s.organisation_id = :organisation_id
                AND s.object_type = 'payment_record' AND s.object_id = p.id
            WHERE s.id IS NULL ORDER BY p.created_at, p.id
            """,
            values,
        )
    )


def find(db: Database, payment_id: str) -> Row | None:
    """The payment with this id, if there is one."""
    return next(db.query("SELECT * FROM payment_records WHERE id = ?", [payment_id]), None)


def _new(row: Row, entity_id: str, at: str) -> Row:
    return {
        # What was recorded before is part of it, so the next payment of the invoice is another one.
        "id": made_of("payment_record", row["id"], str(row["recorded"])),
        "entity_id": entity_id,
        "receivable_id": row["id"],
        "amount": row["paid"] - row["recorded"],
        "currency": row["currency"] or "",
        "paid_at": row["paid_at"] or at,
        "at": at,
    }


def _pushed(entity_id: str, organisation_id: str, invoice_ids: Sequence[str] | None) -> tuple[str, Row]:
    values: Row = {"entity_id": entity_id, "organisation_id": organisation_id}
    if invoice_ids is None:
        return _PUSHED.format(some=""), values
    return _PUSHED.format(some=_THESE), {**values, "ids": json.dumps(list(invoice_ids))}
