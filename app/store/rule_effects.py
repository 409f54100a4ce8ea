"""How many bills and invoices the sync rules concern, which, and what those never tried lack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlite_utils import Database

from app.domain.documents import EDITABLE_PAYABLES
from app.domain.effects import DocumentBrief, DocumentCount
from app.domain.facts import Context
from app.domain.outlines import Lack, cautions, outlook, stops
from app.store import document_lacks

# The newest record of a document counts; there is one for each in all but odd cases. The plus signs keep
# the planner to the index by object, for it would rather read all records of the type for each document.
_RECORD = """(SELECT {what} FROM synced_records r
    WHERE r.object_id = d.id AND +r.object_type = '{type}' AND +r.entity_id = d.entity_id
    ORDER BY r.updated_at DESC LIMIT 1)"""
_FROM = {
    "payable": ("payables d", "bill", "0", "issued_at", ""),
    "receivable": (
        "receivables d",
        "receivable",
        "CASE WHEN :discounts_sent THEN 0 ELSE d.has_whole_discount END",
        "issue_date",
        "AND d.type = 'invoice'",
    ),
}
_GROUPS = {
    "fresh": "record IS NULL AND blocked = 0",
    "stopping": "record IS NULL AND blocked = 0 AND (lacks & :stops) <> 0",
    "ready": "record IS NULL AND blocked = 0 AND (lacks & (:stops | :undecided)) = 0",
    "sent": "record = 'sent'",
    "stopped": "record IN ('attention', 'cannot', 'left_out') AND blocked = 0",
    "blocked": "blocked = 1 AND record IS NOT 'sent'",
}


def counts(db: Database, entity_id: str, context: Context) -> list[DocumentCount]:
    """All bills and invoices of an entity, counted by status and by what became or will become of them."""
    found = []
    for kind in _FROM:
        rows = db.query(
            f"""
            SELECT status, record, blocked, lacks, locked, count(*) AS n
            FROM ({_documents(kind)}) GROUP BY 1, 2, 3, 4, 5
            """,
            _values(entity_id, context, kind),
        )
        found += [_to_count(kind, row, context) for row in rows]
    return found


def find(
    db: Database, entity_id: str, context: Context, *, kind: str, status: str, group: str, limit: int = 50
) -> list[DocumentBrief]:
    """Bills or invoices of one status and group, newest first.

    Groups: never tried (fresh), those of them that will stop (stopping) or lack nothing (ready), sent,
    stopped, blocked.
    """
    rows = db.query(
        f"""
        SELECT * FROM ({_documents(kind)})
        WHERE status = :status AND {_GROUPS[group]}
        ORDER BY created_at DESC, id DESC LIMIT :limit
        """,
        _values(entity_id, context, kind) | {"status": status, "limit": limit},
    )
    return [_from_row(kind, row, context) for row in rows]


def find_ready(
    db: Database, entity_id: str, context: Context, *, kind: str, statuses: Sequence[str], each: int = 50
) -> dict[str, list[DocumentBrief]]:
    """For each of these statuses up to so many that were never tried and lack nothing, newest first."""
    rows = db.query(
        f"""
        SELECT * FROM (
            SELECT *, row_number() OVER (PARTITION BY status ORDER BY created_at DESC, id DESC) AS place
            FROM ({_documents(kind)})
            WHERE status IN (SELECT value FROM json_each(:statuses)) AND {_GROUPS["ready"]})
        WHERE place <= :each ORDER BY status, place
        """,
        _values(entity_id, context, kind) | {"statuses": json.dumps(list(statuses)), "each": each},
    )
    found: dict[str, list[DocumentBrief]] = {}
    for row in rows:
        found.setdefault(row["status"], []).append(_from_row(kind, row, context))
    return found


def confirmed(db: Database, entity_id: str, statuses: Sequence[str]) -> dict[str, str]:
    """For each status of invoices of which one was sent as it stands now: the id of such a record."""
    rows = db.query(
        """
        SELECT wanted.value AS status, (
            SELECT r.id FROM receivables d JOIN synced_records r ON r.object_id = d.id
            WHERE d.entity_id = :entity_id AND d.gone = 0 AND d.type = 'invoice' AND d.status = wanted.value
              AND +r.object_type = 'receivable' AND +r.state = 'sent' AND r.object_updated_at >= d.updated_at
            LIMIT 1) AS record_id
        FROM json_each(:statuses) wanted
        """,
        {"entity_id": entity_id, "statuses": json.dumps(list(statuses))},
    )
    return {row["status"]: row["record_id"] for row in rows if row["record_id"] is not None}


def _values(entity_id: str, context: Context, kind: str) -> dict[str, Any]:
    return document_lacks.values(entity_id, context) | {
        "editable": json.dumps(sorted(EDITABLE_PAYABLES)),
        "discounts_sent": context.discounts_sent,
        "stops": int(stops(context, is_bill=kind == "payable")),
        "undecided": int(Lack.UNREAD | Lack.SAVING),
    }


def _documents(kind: str) -> str:
    table, record_type, blocked, day, extra = _FROM[kind]
    locked = "d.status NOT IN (SELECT value FROM json_each(:editable))" if kind == "payable" else "0"
    record = _RECORD.format(what="r.id", type=record_type)
    return f"""
        SELECT d.id, d.status, d.document_id, d.counterpart_name, d.total_amount, d.currency, d.created_at,
            d.{day} AS day, {blocked} AS blocked, {locked} AS locked,
            {_RECORD.format(what="r.state", type=record_type)} AS record, {record} AS record_id,
            CASE WHEN {record} IS NULL THEN {document_lacks.lacks(kind)} END AS lacks
        FROM {table} LEFT JOIN ({document_lacks.lines(kind)}) g ON g.id = d.id
        WHERE d.entity_id = :entity_id AND d.gone = 0 {extra}
    """


def _lack(kind: str, row: dict[str, Any], context: Context) -> str:
    return "" if row["lacks"] is None else outlook(row["lacks"], context, is_bill=kind == "payable")


def _to_count(kind: str, row: dict[str, Any], context: Context) -> DocumentCount:
    return DocumentCount(
        kind=kind,
        status=row["status"],
        record=row["record"],
        blocked=bool(row["blocked"]),
        lack=_lack(kind, row, context),
        locked=bool(row["locked"]),
        n=row["n"],
        closed=bool((row["lacks"] or 0) & Lack.PERIOD),
    )


def _from_row(kind: str, row: dict[str, Any], context: Context) -> DocumentBrief:
    return DocumentBrief(
        id=row["id"],
        number=row["document_id"],
        party=row["counterpart_name"],
        amount=row["total_amount"],
        currency=row["currency"],
        date=date.fromisoformat(row["day"][:10]) if row["day"] else None,
        record_id=row["record_id"],
        lack=_lack(kind, row, context),
        cautions=() if row["lacks"] is None else cautions(row["lacks"], context, is_bill=kind == "payable"),
    )
