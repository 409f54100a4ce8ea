"""Names over which records stopped, because nothing or more than one thing has them on the other side."""

from __future__ import annotations

from sqlite_utils import Database

from app.domain.imports import UnmatchedName


def find(db: Database, entity_id: str, limit: int) -> list[UnmatchedName]:
    """Products, suppliers and customers that were not matched, those named by bills and invoices too."""
    rows = db.query(
        """
        WITH stopped (kind, name, problem, record_id) AS (
            SELECT object_type, title, problem, id FROM synced_records
            WHERE entity_id = :id AND object_type IN ('product', 'vendor', 'customer')
              AND state IN ('attention', 'cannot')
            UNION ALL
            SELECT iif(object_type = 'bill', 'vendor', 'customer'), party, problem, id FROM synced_records
            WHERE entity_id = :id AND problem IN ('NAME_TWICE', 'CONTACT_NONE', 'CONTACT_ARCHIVED')
              AND object_type IN ('bill', 'receivable') AND state IN ('attention', 'cannot'))
        SELECT kind, name, problem, min(record_id) AS record_id FROM stopped WHERE name <> ''
        GROUP BY kind, lower(trim(name)) ORDER BY kind, name LIMIT :limit
        """,
        {"id": entity_id, "limit": limit},
    )
    return [UnmatchedName(row["kind"], row["name"], row["problem"], row["record_id"]) for row in rows]
