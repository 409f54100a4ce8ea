"""How many bills and invoices the sync rules concern, and which."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlite_utils import Database

from app.domain.effects import DocumentBrief, DocumentCount

# The newest record of a document counts; there is one for each in all but odd cases.
_RECORD = """(SELECT {what} FROM synced_records r
    WHERE r.object_id = d.id AND r.object_type = '{type}' AND r.entity_id = d.entity_id
    ORDER BY r.updated_at DESC LIMIT 1)"""
_LACKING = """EXISTS (SELECT 1 FROM payable_lines l
    WHERE l.payable_id = d.id AND l.ledger_account_id IS NULL)"""
_FROM = {
    "payable": ("payables d", "bill", "0", _LACKING, ""),
    "receivable": ("receivables d", "receivable", "d.has_whole_discount", "0", "AND d.type = 'invoice'"),
}
_GROUPS = {
    "fresh": "record IS NULL AND blocked = 0",
    "sent": "record = 'sent'",
    "stopped": "record IN ('attention', 'cannot', 'left_out') AND blocked = 0",
    "blocked": "blocked = 1 AND record IS NOT 'sent'",
}


def counts(db: Database, entity_id: str) -> list[DocumentCount]:
    """All bills and invoices of an entity, counted by status and by what became of them."""
    found = []
    for kind in _FROM:
        rows = db.query(
            f"""
            SELECT status, record, blocked, lacking, count(*) AS n FROM ({_documents(kind)})
            GROUP BY 1, 2, 3, 4
            """,
            {"entity_id": entity_id},
        )
        found += [
            DocumentCount(kind, r["status"], r["record"], bool(r["blocked"]), bool(r["lacking"]), r["n"])
            for r in rows
        ]
    return found


def find(
    db: Database, entity_id: str, *, kind: str, status: str, group: str, limit: int = 50
) -> list[DocumentBrief]:
    """Bills or invoices of one status: never tried (fresh), sent, stopped or blocked; newest first."""
    rows = db.query(
        f"""
        SELECT * FROM ({_documents(kind)}) WHERE status = :status AND {_GROUPS[group]}
        ORDER BY created_at DESC, id DESC LIMIT :limit
        """,
        {"entity_id": entity_id, "status": status, "limit": limit},
    )
    return [_from_row(row) for row in rows]


def _documents(kind: str) -> str:
    table, record_type, blocked, lacking, extra = _FROM[kind]
    day = "issued_at" if kind == "payable" else "issue_date"
    return f"""
        SELECT d.id, d.status, d.document_id, d.counterpart_name, d.total_amount, d.currency, d.created_at,
            d.{day} AS day, {blocked} AS blocked, {lacking} AS lacking,
            {_RECORD.format(what="r.state", type=record_type)} AS record,
            {_RECORD.format(what="r.id", type=record_type)} AS record_id
        FROM {table} WHERE d.entity_id = :entity_id AND d.gone = 0 {extra}
    """


def _from_row(row: dict[str, Any]) -> DocumentBrief:
    return DocumentBrief(
        id=row["id"],
        number=row["document_id"],
        party=row["counterpart_name"],
        amount=row["total_amount"],
        currency=row["currency"],
        date=date.fromisoformat(row["day"][:10]) if row["day"] else None,
        record_id=row["record_id"],
    )
