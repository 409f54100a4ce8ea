"""How many bills and invoices the sync rules concern, which, and what those never tried lack."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlite_utils import Database

from app.domain.documents import EDITABLE_PAYABLES
from app.domain.effects import DocumentBrief, DocumentCount
from app.domain.readiness import Outline, outlook

# The newest record of a document counts; there is one for each in all but odd cases. The plus signs keep
# the planner to the index by object, for it would rather read all records of the type for each document.
_RECORD = """(SELECT {what} FROM synced_records r
    WHERE r.object_id = d.id AND +r.object_type = '{type}' AND +r.entity_id = d.entity_id
    ORDER BY r.updated_at DESC LIMIT 1)"""
_FLAGS = ("no_account", "saving", "account_gone", "no_tax", "tax_unknown")
# One row for each document that was never tried: what any of its lines lacks. While no account or no
# rate is known here, nothing can be said of it.
_LACKS = """
    SELECT id, count(line) AS lines,
        coalesce(max(line IS NOT NULL AND account_id IS NULL AND NOT saving), 0) AS no_account,
        coalesce(max(saving), 0) AS saving,
        coalesce(max(account_id IS NOT NULL AND account_known = 0), 0) AS account_gone,
        coalesce(max(line IS NOT NULL AND tax IS NULL AND tax_rate_id IS NULL), 0) AS no_tax,
        coalesce(max(CASE WHEN tax_rate_id IS NOT NULL THEN NOT EXISTS (
                SELECT 1 FROM tax_rates t
                WHERE t.id = tax_rate_id AND t.entity_id = :entity_id AND t.gone = 0)
            WHEN tax IS NOT NULL THEN NOT EXISTS (
                SELECT 1 FROM tax_rates t WHERE t.entity_id = :entity_id AND t.rate = tax AND t.gone = 0)
            END), 0) AND EXISTS (SELECT 1 FROM tax_rates WHERE entity_id = :entity_id) AS tax_unknown
    FROM ({lines}) GROUP BY id
"""
_ACCOUNT_KNOWN = """CASE WHEN EXISTS (SELECT 1 FROM ledger_accounts WHERE entity_id = :entity_id)
    THEN coalesce((SELECT a.offered FROM ledger_accounts a WHERE a.id = {account}), 0) END"""
_NEVER_TRIED = """d.entity_id = :entity_id AND d.gone = 0 AND NOT EXISTS (
    SELECT 1 FROM synced_records r
    WHERE r.object_id = d.id AND +r.object_type = '{type}' AND +r.entity_id = d.entity_id)"""
_BILL_LINES = f"""
    SELECT d.id, l.id AS line, l.ledger_account_id AS account_id,
        l.tax, l.accounting_tax_rate_id AS tax_rate_id,
        l.ledger_account_id IS NULL AND l.assign_state IS 'saving' AS saving,
        {_ACCOUNT_KNOWN.format(account="l.ledger_account_id")} AS account_known
    FROM payables d LEFT JOIN payable_lines l ON l.payable_id = d.id
    WHERE {_NEVER_TRIED.format(type="bill")}
"""
# An invoice's account stands on its product, or on the line itself when it has no product.
_INVOICE_LINES = f"""
    SELECT id, line, account_id, tax, tax_rate_id, saving,
        {_ACCOUNT_KNOWN.format(account="account_id")} AS account_known
    FROM (SELECT d.id, l.key AS line, l.value ->> 'tax' AS tax,
            l.value ->> 'accounting_tax_rate_id' AS tax_rate_id,
            CASE WHEN p.id IS NULL THEN l.value ->> 'ledger_account_id' ELSE p.ledger_account_id END
                AS account_id,
            p.ledger_account_id IS NULL AND p.assign_state IS 'saving' AS saving
        FROM receivables d LEFT JOIN json_each(d.lines) l
            LEFT JOIN products p ON p.id = l.value ->> 'product_id'
        WHERE {_NEVER_TRIED.format(type="receivable")})
"""
_FROM = {
    "payable": ("payables d", "bill", "0", _BILL_LINES, "d.lines_for IS NOT NULL", ""),
    "receivable": (
        "receivables d",
        "receivable",
        "d.has_whole_discount",
        _INVOICE_LINES,
        "1",
        "AND d.type = 'invoice'",
    ),
}
_STOPS = "lines_read AND (lines = 0 OR no_account OR account_gone OR no_tax OR tax_unknown)"
_GROUPS = {
    "fresh": "record IS NULL AND blocked = 0",
    "stopping": f"record IS NULL AND blocked = 0 AND {_STOPS}",
    "ready": f"record IS NULL AND blocked = 0 AND lines_read AND NOT saving AND NOT ({_STOPS})",
    "sent": "record = 'sent'",
    "stopped": "record IN ('attention', 'cannot', 'left_out') AND blocked = 0",
    "blocked": "blocked = 1 AND record IS NOT 'sent'",
}


def counts(db: Database, entity_id: str) -> list[DocumentCount]:
    """All bills and invoices of an entity, counted by status and by what became or will become of them."""
    found = []
    for kind in _FROM:
        rows = db.query(
            f"""
            SELECT status, record, blocked, lines_read, lines > 0 AS has_lines, {", ".join(_FLAGS)}, locked,
                count(*) AS n
            FROM ({_documents(kind)}) GROUP BY {", ".join(map(str, range(1, 7 + len(_FLAGS))))}
            """,
            _values(entity_id),
        )
        found += [_to_count(kind, row) for row in rows]
    return found


def find(
    db: Database, entity_id: str, *, kind: str, status: str, group: str, limit: int = 50
) -> list[DocumentBrief]:
    """Bills or invoices of one status and group, newest first.

    Groups: never tried (fresh), those of them that will stop (stopping) or lack nothing (ready), sent,
    stopped, blocked.
    """
    rows = db.query(
        f"""
        SELECT *, lines > 0 AS has_lines FROM ({_documents(kind)})
        WHERE status = :status AND {_GROUPS[group]}
        ORDER BY created_at DESC, id DESC LIMIT :limit
        """,
        _values(entity_id) | {"status": status, "limit": limit},
    )
    return [_from_row(kind, row) for row in rows]


def _values(entity_id: str) -> dict[str, Any]:
    return {"entity_id": entity_id, "editable": json.dumps(sorted(EDITABLE_PAYABLES))}


def _documents(kind: str) -> str:
    table, record_type, blocked, lines, lines_read, extra = _FROM[kind]
    day = "issued_at" if kind == "payable" else "issue_date"
    locked = "d.status NOT IN (SELECT value FROM json_each(:editable))" if kind == "payable" else "0"
    flags = ", ".join(f"coalesce(g.{flag}, 0) AS {flag}" for flag in _FLAGS)
    return f"""
        SELECT d.id, d.status, d.document_id, d.counterpart_name, d.total_amount, d.currency, d.created_at,
            d.{day} AS day, {blocked} AS blocked, {locked} AS locked, {lines_read} AS lines_read,
            coalesce(g.lines, 0) AS lines, {flags},
            {_RECORD.format(what="r.state", type=record_type)} AS record,
            {_RECORD.format(what="r.id", type=record_type)} AS record_id
        FROM {table} LEFT JOIN ({_LACKS.format(lines=lines)}) g ON g.id = d.id
        WHERE d.entity_id = :entity_id AND d.gone = 0 {extra}
    """


def _lack(kind: str, row: dict[str, Any]) -> str:
    if row["record"] is not None:
        return ""
    flags = {flag: bool(row[flag]) for flag in (*_FLAGS, "lines_read", "has_lines")}
    return outlook(Outline(is_bill=kind == "payable", **flags))


def _to_count(kind: str, row: dict[str, Any]) -> DocumentCount:
    return DocumentCount(
        kind=kind,
        status=row["status"],
        record=row["record"],
        blocked=bool(row["blocked"]),
        lack=_lack(kind, row),
        locked=bool(row["locked"]),
        n=row["n"],
    )


def _from_row(kind: str, row: dict[str, Any]) -> DocumentBrief:
    return DocumentBrief(
        id=row["id"],
        number=row["document_id"],
        party=row["counterpart_name"],
        amount=row["total_amount"],
        currency=row["currency"],
        date=date.fromisoformat(row["day"][:10]) if row["day"] else None,
        record_id=row["record_id"],
        lack=_lack(kind, row),
    )
