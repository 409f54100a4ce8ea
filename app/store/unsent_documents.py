"""Bills and invoices that the sync rules send and that were never tried, with what they lack.

A list walks along the index, newest first, one status at a time, and stops when a page is full.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from app.domain.documents import EDITABLE_PAYABLES
from app.domain.facts import Context
from app.domain.record_lists import PAGE_SIZE, Page
from app.domain.unsent import Unsent, UnsentQuery
from app.store import document_lacks
from app.store.database import from_text, to_text
from app.store.patterns import containing

_TABLES = {"payable": ("payables", ""), "receivable": ("receivables", "AND d.type = 'invoice'")}
_OF_STATUS = """
    SELECT '{kind}' AS kind, d.id, d.status, d.document_id, d.counterpart_id, d.counterpart_name,
        d.total_amount, d.currency, d.created_at, {lacks} AS lacks
    FROM {table} d
    WHERE {never_tried} {extra} AND d.status = :{status} {more}
    ORDER BY d.created_at DESC, d.id DESC LIMIT :size
"""
_NARROW = r"""AND (d.document_id LIKE :text ESCAPE '\' OR d.counterpart_name LIKE :text ESCAPE '\')"""
_COUNTED = """
    SELECT d.status, {lacks} AS lacks, {locked} AS locked, count(*) AS n
    FROM {table} d LEFT JOIN ({lines}) g ON g.id = d.id
    WHERE {never_tried} {extra} AND d.status IN (SELECT value FROM json_each(:statuses))
    GROUP BY 1, 2, 3
"""


def page(
    db: Database, entity_id: str, context: Context, query: UnsentQuery, *, size: int = PAGE_SIZE
) -> Page[Unsent]:
    """Those that fit the query, newest first, after its cursor."""
    values = document_lacks.values(entity_id, context) | {"size": size + 1}
    parts: list[str] = []
    for kind in _TABLES:
        statuses = context.statuses(is_bill=kind == "payable") or ()
        if query.kind in ("", kind):
            for status in statuses:
                values[f"status_{len(parts)}"] = status
                parts.append(_part(kind, context, query, f"status_{len(parts)}", values))
    if not parts:
        return Page(())
    each = " UNION ALL ".join(f"SELECT * FROM ({part})" for part in parts)
    found = list(db.query(f"SELECT * FROM ({each}) ORDER BY created_at DESC, id DESC LIMIT :size", values))
    lines = tuple(_from_row(row, context) for row in found[:size])
    older = f"{to_text(lines[-1].created_at)}~{lines[-1].id}" if len(found) > size else ""
    return Page(lines, older=older)


def counts(db: Database, entity_id: str, context: Context) -> list[tuple[str, int, bool, int]]:
    """How many there are of each kind with the same lacks, and whether they can't be changed any more."""
    found = []
    for kind, (table, extra) in _TABLES.items():
        is_bill = kind == "payable"
        locked = "d.status NOT IN (SELECT value FROM json_each(:editable))" if is_bill else "0"
        rows = db.query(
            _COUNTED.format(
                table=table,
                extra=extra,
                locked=locked,
                lacks=document_lacks.lacks(kind),
                lines=document_lacks.lines(kind),
                never_tried=document_lacks.never_tried(kind),
            ),
            document_lacks.values(entity_id, context)
            | {
                "statuses": json.dumps(context.statuses(is_bill=is_bill) or ()),
                "editable": json.dumps(sorted(EDITABLE_PAYABLES)),
            },
        )
        found += [(kind, row["lacks"], bool(row["locked"]), row["n"]) for row in rows]
    return found


def get(db: Database, entity_id: str, context: Context, kind: str, object_id: str) -> Unsent | None:
    """One of them, whatever its status; None when there is none, or it was tried."""
    table, extra = _TABLES[kind]
    lacks = document_lacks.lacks(kind, document_lacks.of_its_lines(kind))
    rows = db.query(
        f"""
        SELECT '{kind}' AS kind, d.id, d.status, d.document_id, d.counterpart_id, d.counterpart_name,
            d.total_amount, d.currency, d.created_at, {lacks} AS lacks
        FROM {table} d WHERE {document_lacks.never_tried(kind)} {extra} AND d.id = :id
        """,
        document_lacks.values(entity_id, context) | {"id": object_id},
    )
    return next((_from_row(row, context) for row in rows), None)


def record_of(db: Database, entity_id: str, object_type: str, object_id: str) -> str | None:
    """The id of the newest synced record of a document; None while it was never tried."""
    rows = db.query(
        """
        SELECT id FROM synced_records WHERE object_id = ? AND object_type = ? AND entity_id = ?
        ORDER BY updated_at DESC LIMIT 1
        """,
        [object_id, object_type, entity_id],
    )
    return next((str(row["id"]) for row in rows), None)


def _part(kind: str, context: Context, query: UnsentQuery, status: str, values: dict[str, Any]) -> str:
    table, extra = _TABLES[kind]
    lacks = document_lacks.lacks(kind, document_lacks.of_its_lines(kind))
    more = "".join(
        f" AND ({lacks} & {has}) {'<>' if wanted else '='} 0" for has, wanted in _masks(query, kind, context)
    )
    moment, _, last_id = query.after.partition("~")
    if moment and last_id:
        more += " AND (d.created_at, d.id) < (:at, :last)"
        values.update(at=moment, last=last_id)
    if query.text:
        values["text"] = containing(query.text)
        more += _NARROW
    never = document_lacks.never_tried(kind)
    return _OF_STATUS.format(
        kind=kind, table=table, extra=extra, status=status, more=more, lacks=lacks, never_tried=never
    )


def _masks(query: UnsentQuery, kind: str, context: Context) -> Sequence[tuple[int, bool]]:
    return query.masks(context, is_bill=kind == "payable")


def _from_row(row: dict[str, Any], context: Context) -> Unsent:
    return Unsent(
        kind=row["kind"],
        id=row["id"],
        status=row["status"],
        number=row["document_id"] or "",
        party=row["counterpart_name"] or "",
        party_id=row["counterpart_id"],
        amount=row["total_amount"],
        currency=row["currency"] or "",
        created_at=from_text(row["created_at"]),
        lacks=row["lacks"],
        context=context,
    )
