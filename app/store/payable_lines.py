"""Line items of bills, with what a list shows of the bill copied beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.documents import EDITABLE_PAYABLES, LineItem
from app.store import mirror
from app.store.database import to_text
from app.store.mirror import Raw, ids, raw_text

TABLE = "payable_lines"


def replace(
    db: Database,
    entity_id: str,
    payable_id: str,
    rows: Sequence[tuple[LineItem, Raw | None]],
    seen_at: datetime,
) -> None:
    """The bill now has these lines and no others. What a person chose for a line stays."""
    db.execute(
        "DELETE FROM payable_lines WHERE payable_id = ? AND id NOT IN (SELECT value FROM json_each(?))",
        [payable_id, ids([line.id for line, _ in rows])],
    )
    copied = {"payable_status": "", "editable": 0}
    mirror.upsert(
        db,
        TABLE,
        [
            _to_row(entity_id, line, raw, seen_at) | {"position": position} | copied
            for position, (line, raw) in enumerate(rows)
        ],
        only_new=copied,
    )
    follow_payables(db, [payable_id])


def save(db: Database, entity_id: str, line: LineItem, seen_at: datetime) -> None:
    """Keep one line as Monite has just answered it; nothing happens to a line that is not here."""
    row = _to_row(entity_id, line, None, seen_at)
    columns = [name for name in row if name not in ("id", "entity_id", "raw")]
    db.execute(
        f"""
        UPDATE payable_lines SET {", ".join(f"{name} = :{name}" for name in columns)}
        WHERE id = :id AND entity_id = :entity_id
        """,
        row,
    )


def set_tax(db: Database, line_id: str, tax_rate_id: str | None) -> None:
    """Take over the accounting system's rate that Monite answered with."""
    db.execute(
        """
        UPDATE payable_lines SET accounting_tax_rate_id = :rate,
            raw = json_set(raw, '$.accounting_tax_rate_id', :rate)
        WHERE id = :id
        """,
        {"rate": tax_rate_id, "id": line_id},
    )


def follow_payables(db: Database, payable_ids: Sequence[str]) -> None:
    """Copy from these bills again; the lines of bills that are gone go too."""
    wanted = ids(payable_ids)
    db.execute(
        """
        DELETE FROM payable_lines WHERE payable_id IN (
            SELECT p.id FROM json_each(?) j JOIN payables p ON p.id = j.value WHERE p.gone = 1)
        """,
        [wanted],
    )
    db.execute(
        """
        UPDATE payable_lines SET (supplier, document_id, payable_status, currency, issued_at, editable) =
            (b.supplier, b.document_id, b.status, b.currency, b.issued_at, b.editable)
        FROM (SELECT p.id, p.document_id, p.status, p.currency, p.issued_at,
                  coalesce(p.counterpart_name, c.name, '') AS supplier,
                  p.status IN (SELECT value FROM json_each(:editable)) AS editable
              FROM json_each(:wanted) j JOIN payables p ON p.id = j.value
                  LEFT JOIN counterparts c ON c.id = p.counterpart_id) b
        WHERE payable_id = b.id
            AND (payable_lines.supplier, payable_lines.document_id, payable_status, payable_lines.currency,
                 payable_lines.issued_at, payable_lines.editable)
             IS NOT (b.supplier, b.document_id, b.status, b.currency, b.issued_at, b.editable)
        """,
        {"wanted": wanted, "editable": ids(sorted(EDITABLE_PAYABLES))},
    )


def drop_of_gone(db: Database, entity_id: str) -> None:
    """Take away the lines of every bill that Monite no longer lists."""
    db.execute(
        """
        DELETE FROM payable_lines WHERE payable_id IN (
            SELECT id FROM payables WHERE entity_id = ? AND gone = 1 AND line_count IS NOT NULL)
        """,
        [entity_id],
    )


def find(db: Database, payable_id: str) -> list[LineItem]:
    """The lines of one bill, in order."""
    rows = db.query("SELECT * FROM payable_lines WHERE payable_id = ? ORDER BY position, id", [payable_id])
    return [from_row(row) for row in rows]


def get(db: Database, entity_id: str, line_id: str) -> LineItem | None:
    """The line; None when this entity has none of this id."""
    rows = db.query("SELECT * FROM payable_lines WHERE id = ? AND entity_id = ?", [line_id, entity_id])
    return next((from_row(row) for row in rows), None)


def _to_row(entity_id: str, line: LineItem, raw: Raw | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": line.id,
        "entity_id": entity_id,
        "payable_id": line.payable_id,
        "name": line.name,
        "description": line.description,
        "quantity": line.quantity,
        "subtotal": line.subtotal,
        "total": line.total,
        "tax": line.tax,
        "accounting_tax_rate_id": line.accounting_tax_rate_id,
        "ledger_account_id": line.ledger_account_id,
        "unit_price": line.unit_price,
        "tax_amount": line.tax_amount,
        "raw": raw_text(raw),
        "seen_at": to_text(seen_at),
    }


def from_row(row: dict[str, Any]) -> LineItem:
    """A line from a row of the table."""
    return LineItem(
        id=row["id"],
        payable_id=row["payable_id"],
        name=row["name"],
        description=row["description"],
        quantity=row["quantity"],
        subtotal=row["subtotal"],
        total=row["total"],
        tax=row["tax"],
        ledger_account_id=row["ledger_account_id"],
        accounting_tax_rate_id=row["accounting_tax_rate_id"],
        unit_price=row["unit_price"],
        tax_amount=row["tax_amount"],
    )
