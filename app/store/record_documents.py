"""Bills and invoices that the sync rules leave out, as the log lists them."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.domain.record_lists import PAGE_SIZE, LeftOutDocument, Page
from app.domain.sync_rules import SyncRules
from app.store.database import from_text, to_text
from app.store.patterns import containing

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
        values["text"] = containing(text)
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
