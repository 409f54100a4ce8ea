"""The documents behind synced records, gathered from the mirror: lines, accounts and tax rates.

A line's tax is matched as Monite does: by the rate that it names, else by the same number.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.domain.readiness import DocumentFacts, LineFacts
from app.domain.record_lists import PAGE_SIZE, LeftOutDocument, Page
from app.domain.sync_rules import SyncRules
from app.store.database import from_text, to_text

_TAX_KNOWN = """
    CASE WHEN NOT EXISTS (SELECT 1 FROM tax_rates WHERE entity_id = :entity) THEN NULL
    ELSE EXISTS (SELECT 1 FROM tax_rates t WHERE t.entity_id = :entity AND t.gone = 0
        AND (t.id = line.tax_rate_id OR (line.tax_rate_id IS NULL AND t.rate = line.tax))) END
"""
_BILL_LINES = f"""
    WITH line AS (
        SELECT id, position, coalesce(name, description, '') AS name, total, tax, currency,
            accounting_tax_rate_id AS tax_rate_id, ledger_account_id AS account_id,
            CASE WHEN assign_state = 'saving' THEN wanted_account_id END AS wanted_id
        FROM payable_lines WHERE payable_id = :id)
    SELECT line.*, {_TAX_KNOWN} AS tax_known, a.name AS account, a.nominal_code AS code,
        a.offered AS offered, w.name AS wanted, w.nominal_code AS wanted_code
    FROM line LEFT JOIN ledger_accounts a ON a.id = line.account_id
        LEFT JOIN ledger_accounts w ON w.id = line.wanted_id
    ORDER BY line.position
"""
# An invoice's account stands on its product, or on the line itself when it has no product.
_INVOICE_LINES = f"""
    WITH line AS (
        SELECT l.key AS position, coalesce(p.name, l.value ->> 'name', '') AS name,
            l.value ->> 'total' AS total, l.value ->> 'tax' AS tax,
            l.value ->> 'accounting_tax_rate_id' AS tax_rate_id,
            coalesce(l.value ->> 'product_id', '') AS id,
            CASE WHEN p.id IS NULL THEN l.value ->> 'ledger_account_id' ELSE p.ledger_account_id END
                AS account_id,
            CASE WHEN p.assign_state = 'saving' THEN p.wanted_account_id END AS wanted_id
        FROM receivables r, json_each(r.lines) l LEFT JOIN products p ON p.id = l.value ->> 'product_id'
        WHERE r.id = :id)
    SELECT line.*, {_TAX_KNOWN} AS tax_known, a.name AS account, a.nominal_code AS code,
        a.offered AS offered, w.name AS wanted, w.nominal_code AS wanted_code
    FROM line LEFT JOIN ledger_accounts a ON a.id = line.account_id
        LEFT JOIN ledger_accounts w ON w.id = line.wanted_id
    ORDER BY line.position
"""


def facts(db: Database, entity_id: str, object_type: str, object_id: str) -> DocumentFacts | None:
    """What is known of a bill or an invoice; None for anything else, or when it isn't known here."""
    if object_type == "bill":
        return _bill(db, entity_id, object_id)
    if object_type == "receivable":
        return _invoice(db, entity_id, object_id)
    return None


def _bill(db: Database, entity_id: str, payable_id: str) -> DocumentFacts | None:
    bill = next(
        db.query("SELECT * FROM payables WHERE id = ? AND entity_id = ?", [payable_id, entity_id]), None
    )
    if bill is None:
        return None
    lines = db.query(_BILL_LINES, {"entity": entity_id, "id": payable_id})
    return DocumentFacts(
        is_bill=True,
        status=bill["status"],
        currency=bill["currency"] or "",
        lines_read=bill["lines_for"] is not None,
        lines=tuple(_line(row) for row in lines),
        gone=bool(bill["gone"]),
    )


def _invoice(db: Database, entity_id: str, receivable_id: str) -> DocumentFacts | None:
    invoice = next(
        db.query("SELECT * FROM receivables WHERE id = ? AND entity_id = ?", [receivable_id, entity_id]), None
    )
    if invoice is None:
        return None
    lines = db.query(_INVOICE_LINES, {"entity": entity_id, "id": receivable_id})
    return DocumentFacts(
        is_bill=False,
        status=invoice["status"],
        currency=invoice["currency"] or "",
        lines_read=True,
        lines=tuple(_line(row) for row in lines),
        whole_discount=bool(invoice["has_whole_discount"]),
        gone=bool(invoice["gone"]),
    )


def _line(row: dict[str, Any]) -> LineFacts:
    return LineFacts(
        id=row["id"],
        name=row["name"] or f"#{int(row['position']) + 1}",
        total=row["total"],
        tax=row["tax"],
        tax_known=None if row["tax_known"] is None else bool(row["tax_known"]),
        has_tax=row["tax"] is not None or row["tax_rate_id"] is not None,
        account=_label(row["code"], row["account"]) if row["account"] else row["account_id"],
        account_gone=row["account_id"] is not None and not row["offered"],
        saving=_label(row["wanted_code"], row["wanted"]) if row["wanted"] else None,
    )


def _label(code: str | None, name: str) -> str:
    return f"{code} {name}" if code else name


_TABLES = {"bill": ("payables", ""), "receivable": ("receivables", "AND d.type = 'invoice'")}
# Hops along the index from status to status instead of reading every document.
_STATUSES = """
    WITH RECURSIVE found(status) AS (
        SELECT min(d.status) FROM {table} d WHERE d.entity_id = :entity AND d.gone = 0 {extra}
        UNION ALL
        SELECT (SELECT min(d.status) FROM {table} d
                WHERE d.entity_id = :entity AND d.gone = 0 {extra} AND d.status > found.status)
        FROM found WHERE found.status IS NOT NULL)
    SELECT status FROM found WHERE status IS NOT NULL
"""
_OF_STATUS = """
    SELECT '{kind}' AS object_type, d.id, d.status, d.document_id, d.counterpart_name, d.total_amount,
        d.currency, d.created_at
    FROM {table} d
    WHERE d.entity_id = :entity AND d.gone = 0 {extra} AND d.status = :{status} {more}
      AND NOT EXISTS (SELECT 1 FROM synced_records s WHERE s.object_id = d.id AND s.entity_id = d.entity_id)
"""
_COUNTED = """
    SELECT count(*), sum(NOT EXISTS (
        SELECT 1 FROM synced_records s WHERE s.object_id = d.id AND s.entity_id = d.entity_id))
    FROM (SELECT d.id, d.entity_id FROM {table} d
          WHERE d.entity_id = :entity AND d.gone = 0 {extra} AND d.status = :{status} {more} LIMIT :size) d
"""


def left_out(
    db: Database,
    entity_id: str,
    sends: SyncRules,
    *,
    object_type: str = "",
    text: str = "",
    after: str = "",
    size: int = PAGE_SIZE,
) -> Page[LeftOutDocument]:
    """Documents whose status is in neither list (of bills, of invoices) and that were never sent."""
    more, values = _narrowed(text, after)
    parts, bound = _parts(db, entity_id, sends, object_type, more)
    if not parts:
        return Page(())
    order = "ORDER BY created_at DESC, id DESC LIMIT :size"
    each = " UNION ALL ".join(f"SELECT * FROM ({part} {order})" for part in parts)
    found = db.query(f"SELECT * FROM ({each}) {order}", {**values, **bound, "size": size + 1})
    rows = list(found)
    lines = tuple(_document(row) for row in rows[:size])
    older = f"{to_text(lines[-1].created_at)}~{lines[-1].id}" if len(rows) > size else ""
    return Page(lines, older=older)


def count_left_out(
    db: Database, entity_id: str, sends: SyncRules, *, limit: int, object_type: str = ""
) -> tuple[int, bool]:
    """How many documents the rules leave out, and whether there may be more beyond the limit per status."""
    parts, bound = _parts(db, entity_id, sends, object_type, "", shape=_COUNTED)
    counted = [db.execute(part, {**bound, "size": limit}).fetchone() for part in parts]
    return sum(n or 0 for _seen, n in counted), any(seen >= limit for seen, _n in counted)


def _parts(
    db: Database, entity_id: str, sends: SyncRules, object_type: str, more: str, *, shape: str = _OF_STATUS
) -> tuple[list[str], dict[str, Any]]:
    """One statement for each status that is there and isn't sent; each runs along an index."""
    parts: list[str] = []
    values: dict[str, Any] = {"entity": entity_id}
    for kind, (table, extra) in _TABLES.items():
        if object_type not in ("", kind):
            continue
        sent = sends.payable if kind == "bill" else sends.receivable
        for row in db.query(_STATUSES.format(table=table, extra=extra), {"entity": entity_id}):
            if row["status"] in sent:
                continue
            name = f"status_{len(parts)}"
            values[name] = row["status"]
            parts.append(shape.format(kind=kind, table=table, extra=extra, status=name, more=more))
    return parts, values


def _narrowed(text: str, after: str) -> tuple[str, dict[str, Any]]:
    more = ""
    values: dict[str, Any] = {}
    moment, _, last_id = after.partition("~")
    if moment and last_id:
        more += " AND (d.created_at, d.id) < (:at, :last)"
        values.update(at=moment, last=last_id)
    if text:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values["text"] = f"%{escaped}%"
        more += r" AND (d.document_id LIKE :text ESCAPE '\' OR d.counterpart_name LIKE :text ESCAPE '\')"
    return more, values


def _document(row: dict[str, Any]) -> LeftOutDocument:
    return LeftOutDocument(
        id=row["id"],
        object_type=row["object_type"],
        status=row["status"],
        title=row["document_id"] or "",
        party=row["counterpart_name"] or "",
        amount=row["total_amount"],
        currency=row["currency"] or "",
        created_at=from_text(row["created_at"]),
    )
