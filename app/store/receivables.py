"""Invoices, as Monite has them, with their lines inside."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.documents import InvoiceLine, Receivable
from app.store import mirror
from app.store.database import from_text, to_text
from app.store.mirror import Raw, day_text, maybe_day, raw_text

TABLE = "receivables"


def save(
    db: Database, entity_id: str, rows: Iterable[tuple[Receivable, Raw | None]], seen_at: datetime
) -> int:
    """Keep the newest copy of each invoice; how many are new or differ."""
    return mirror.upsert(db, TABLE, [_to_row(entity_id, invoice, raw, seen_at) for invoice, raw in rows])


def retire(db: Database, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read no longer listed."""
    return mirror.retire(db, TABLE, entity_id, read_began)


def count(db: Database, entity_id: str) -> int:
    """How many invoices the entity has."""
    return mirror.count(db, TABLE, entity_id)


def has_invoices(db: Database, entity_id: str) -> bool:
    """Whether the entity has ever written an invoice."""
    row = db.execute(
        "SELECT 1 FROM receivables WHERE entity_id = ? AND gone = 0 AND type = 'invoice' LIMIT 1", [entity_id]
    ).fetchone()
    return row is not None


def get(db: Database, entity_id: str, receivable_id: str) -> Receivable | None:
    """The invoice; None when this entity has none of this id."""
    rows = db.query("SELECT * FROM receivables WHERE id = ? AND entity_id = ?", [receivable_id, entity_id])
    return next((from_row(row) for row in rows), None)


def _to_row(entity_id: str, invoice: Receivable, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": invoice.id,
        "entity_id": entity_id,
        "type": invoice.type,
        "status": invoice.status,
        "document_id": invoice.document_id,
        "counterpart_id": invoice.counterpart_id,
        "counterpart_name": invoice.counterpart_name,
        "currency": invoice.currency,
        "total_amount": invoice.total_amount,
        "issue_date": day_text(invoice.issue_date),
        "due_date": day_text(invoice.due_date),
        "has_whole_discount": int(invoice.has_whole_discount),
        "deduction": invoice.deduction,
        "lines": json.dumps([asdict(line) for line in invoice.lines], ensure_ascii=False),
        "gone": 0,
        "created_at": to_text(invoice.created_at),
        "updated_at": to_text(invoice.updated_at),
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def from_row(row: dict[str, Any]) -> Receivable:
    """An invoice from a row of the table."""
    return Receivable(
        id=row["id"],
        type=row["type"],
        status=row["status"],
        document_id=row["document_id"],
        counterpart_name=row["counterpart_name"],
        counterpart_id=row["counterpart_id"],
        currency=row["currency"],
        total_amount=row["total_amount"],
        issue_date=maybe_day(row["issue_date"]),
        due_date=maybe_day(row["due_date"]),
        has_whole_discount=bool(row["has_whole_discount"]),
        lines=tuple(InvoiceLine(**line) for line in json.loads(row["lines"])),
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        deduction=row["deduction"],
    )
