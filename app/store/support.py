"""All businesses at a glance, for support."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.businesses import Business
from app.domain.record_lists import PAGE_SIZE, Page
from app.store.database import from_text, maybe_from_text, to_text
from app.store.patterns import containing

# What must be read of each business is looked up by index; the list itself runs along the names.
_BUSINESSES = """
    SELECT e.id, e.name, c.status, c.platform, c.business, c.created_at AS connected_since,
        CASE WHEN c.first_connected_at IS NOT NULL AND c.last_pull > coalesce(c.first_stamp, c.created_at)
            THEN c.last_pull END AS imported_at,
        coalesce((SELECT sum(n) FROM record_counts r
                  WHERE r.entity_id = e.id AND r.state = 'attention'), 0) AS attention,
        (SELECT problem FROM record_counts r WHERE r.entity_id = e.id AND r.state = 'attention' AND r.n > 0
         GROUP BY problem ORDER BY sum(n) DESC LIMIT 1) AS problem,
        CASE
            WHEN c.id IS NULL OR c.status IN ('pending_auth', 'disconnected', 'deauthorized')
                THEN 'connect'
            WHEN c.first_connected_at IS NULL OR c.last_pull IS NULL
                OR c.last_pull <= coalesce(c.first_stamp, c.created_at) THEN 'import'
            WHEN s.saved_at IS NOT NULL OR EXISTS (SELECT 1 FROM record_counts r
                WHERE r.entity_id = e.id AND r.object_type IN ('bill', 'receivable') AND r.state = 'sent'
                  AND r.n > 0) THEN 'done'
            WHEN EXISTS (SELECT 1 FROM assign_counts a
                WHERE a.entity_id = e.id AND a.kind = 'products' AND a.state = 'needs' AND a.n > 0)
                THEN 'products'
            WHEN EXISTS (SELECT 1 FROM assign_counts a
                WHERE a.entity_id = e.id AND a.kind = 'bills' AND a.state = 'needs' AND a.n > 0) THEN 'bills'
            ELSE 'rules' END AS step
    FROM entities e
        LEFT JOIN rule_saves s ON s.entity_id = e.id
        LEFT JOIN connections c ON c.id = (
            SELECT id FROM connections x WHERE x.entity_id = e.id
            ORDER BY x.status = 'disconnected', x.created_at DESC, x.id DESC LIMIT 1)
"""
_VIEWS = {
    "all": "1",
    "stuck": "b.step <> 'done' AND b.connected_since < :stuck_before",
    "withdrawn": "b.status = 'deauthorized'",
    "late": "b.status = 'connected' AND b.imported_at < :late_before",
    "failing": "b.attention > 0",
}


@dataclass(frozen=True, slots=True)
class Moments:
    """Before when a set-up counts as stuck, and an import as late."""

    stuck_before: datetime
    late_before: datetime


def find(
    db: Database, view: str, moments: Moments, *, text: str = "", after: str = "", size: int = PAGE_SIZE
) -> Page[Business]:
    """Businesses by name; the most failing first where failing is what one looks for."""
    where, values = [_VIEWS[view]], _values(moments)
    source = _BUSINESSES
    if text:
        source += f" WHERE {_SEARCH}"
        values |= _sought(text)
    name, _, last_id = after.partition("~")
    by_name = view != "failing"
    if last_id and by_name:
        where.append("(b.name COLLATE NOCASE, b.id) > (:after_name, :after_id)")
        values.update(after_name=name, after_id=last_id)
    order = "b.name COLLATE NOCASE, b.id" if by_name else "b.attention DESC, b.name"
    rows = list(
        db.query(
            f"SELECT * FROM ({source}) b WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :size",
            {**values, "size": size + 1},
        )
    )
    found = tuple(_from_row(row, moments) for row in rows[:size])
    older = f"{found[-1].name}~{found[-1].id}" if len(rows) > size and by_name else ""
    return Page(found, older=older)


def count(db: Database, view: str, moments: Moments) -> int:
    """How many businesses a view holds."""
    sql = f"SELECT count(*) FROM ({_BUSINESSES}) b WHERE {_VIEWS[view]}"
    if view == "all":
        sql = "SELECT count(*) FROM entities"
    return int(db.execute(sql, _values(moments)).fetchone()[0])


_SEARCH = r"""(e.name LIKE :like ESCAPE '\' OR e.id = :text OR c.business LIKE :like ESCAPE '\'
    OR e.id IN (SELECT entity_id FROM synced_records WHERE rowid IN (
        SELECT rowid FROM record_search WHERE length(:text) > 2 AND record_search MATCH :phrase
        LIMIT 500)))"""


def _sought(text: str) -> dict[str, Any]:
    text = text.replace("\0", " ")  # SQLite's index reads no further
    quoted = text.replace('"', '""')
    return {"text": text, "like": containing(text), "phrase": f'title : "{quoted}"'}


def _values(moments: Moments) -> dict[str, Any]:
    return {"stuck_before": to_text(moments.stuck_before), "late_before": to_text(moments.late_before)}


def _from_row(row: dict[str, Any], moments: Moments) -> Business:
    business = json.loads(row["business"]) if row["business"] else {}
    imported_at = maybe_from_text(row["imported_at"])
    late = row["status"] == "connected" and imported_at is not None and imported_at < moments.late_before
    return Business(
        id=row["id"],
        name=row["name"],
        status="late" if late else row["status"] or "none",
        platform=row["platform"],
        organisation=business.get("name") or business.get("legal_name"),
        step=row["step"],
        step_since=from_text(row["connected_since"]) if row["connected_since"] else None,
        attention=row["attention"],
        problem=row["problem"] or "",
        imported_at=imported_at,
    )
