"""Bills, as Monite has them, and whether their line items have been read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.documents import PAYABLES_THAT_MATTER, Payable
from app.store import mirror
from app.store.database import from_text, to_text
from app.store.mirror import Raw, day_text, ids, maybe_day, raw_text

TABLE = "payables"


def save(db: Database, entity_id: str, rows: Iterable[tuple[Payable, Raw | None]], seen_at: datetime) -> int:
    """Keep the newest copy of each bill; how many are new or differ."""
    return mirror.upsert(db, TABLE, [_to_row(entity_id, payable, raw, seen_at) for payable, raw in rows])


def retire(db: Database, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read no longer listed."""
    return mirror.retire(db, TABLE, entity_id, read_began)


def mark_gone(db: Database, payable_id: str) -> None:
    """Monite says that there is no such bill."""
    db.execute("UPDATE payables SET gone = 1 WHERE id = ?", [payable_id])


def count(db: Database, entity_id: str) -> int:
    """How many bills the entity has."""
    return mirror.count(db, TABLE, entity_id)


def get(db: Database, entity_id: str, payable_id: str) -> Payable | None:
    """The bill; None when this entity has none of this id."""
    rows = db.query("SELECT * FROM payables WHERE id = ? AND entity_id = ?", [payable_id, entity_id])
    return next((_from_row(row) for row in rows), None)


def lines_due(db: Database, entity_id: str, limit: int, *, but_not: Iterable[str] = ()) -> list[Payable]:
    """Bills whose line items have to be read, newest first, without those already under way."""
    rows = db.query(
        """
        SELECT * FROM payables WHERE entity_id = ? AND lines_due = 1
            AND id NOT IN (SELECT value FROM json_each(?))
        ORDER BY created_at DESC, id DESC LIMIT ?
        """,
        [entity_id, ids(but_not), limit],
    )
    return [_from_row(row) for row in rows]


def lines_progress(db: Database, entity_id: str) -> tuple[int, int]:
    """Of how many bills the line items have been read, and how many bills have to be."""
    marks = ", ".join("?" * len(PAYABLES_THAT_MATTER))
    total, due = db.execute(
        f"""
        SELECT count(*), coalesce(sum(lines_due), 0) FROM payables
        WHERE entity_id = ? AND gone = 0 AND status IN ({marks})
        """,
        [entity_id, *PAYABLES_THAT_MATTER],
    ).fetchone()
    return int(total) - int(due), int(total)


def lines_read(db: Database, payable: Payable, line_count: int | None) -> None:
    """The line items of this state of the bill are known; None when Monite does not tell them."""
    db.execute(
        "UPDATE payables SET lines_for = ?, line_count = ? WHERE id = ?",
        [to_text(payable.updated_at), line_count, payable.id],
    )


def find(db: Database, entity_id: str, statuses: Sequence[str], limit: int = 500) -> list[Payable]:
    """Bills in these statuses, newest first."""
    rows = db.query(
        """
        SELECT * FROM payables
        WHERE entity_id = ? AND gone = 0 AND status IN (SELECT value FROM json_each(?))
        ORDER BY created_at DESC, id DESC LIMIT ?
        """,
        [entity_id, ids(statuses), limit],
    )
    return [_from_row(row) for row in rows]


def _to_row(entity_id: str, payable: Payable, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": payable.id,
        "entity_id": entity_id,
        "status": payable.status,
        "document_id": payable.document_id,
        "counterpart_id": payable.counterpart_id,
        "counterpart_name": payable.counterpart_name,
        "currency": payable.currency,
        "total_amount": payable.total_amount,
        "issued_at": day_text(payable.issued_at),
        "due_date": day_text(payable.due_date),
        "discount": payable.discount,
        "gone": 0,
        "created_at": to_text(payable.created_at),
        "updated_at": to_text(payable.updated_at),
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def _from_row(row: dict[str, Any]) -> Payable:
    return Payable(
        id=row["id"],
        status=row["status"],
        document_id=row["document_id"],
        counterpart_name=row["counterpart_name"],
        counterpart_id=row["counterpart_id"],
        currency=row["currency"],
        total_amount=row["total_amount"],
        issued_at=maybe_day(row["issued_at"]),
        due_date=maybe_day(row["due_date"]),
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        discount=row["discount"],
    )
