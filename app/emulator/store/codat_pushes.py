"""Push operations: what was sent to the books through Codat, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]

_OF_COMPANY = """
    FROM codat_push_operations p JOIN connections c ON c.id = p.connection_id
    WHERE c.company_id = :company_id AND c.provider = 'codat'
"""


def save(db: Database, operations: Iterable[Row]) -> None:
    """Keep operations, new ones and those that have moved on."""
    db.conn.executemany(
        """
        INSERT INTO codat_push_operations
            (key, connection_id, record_id, data_type, type, status, status_code, platform_object_id,
             error_message, validation, requested, completed)
        VALUES (:key, :connection_id, :record_id, :data_type, :type, :status, :status_code,
                :platform_object_id, :error_message, :validation, :requested, :completed)
        ON CONFLICT (key) DO UPDATE SET status = excluded.status, status_code = excluded.status_code,
            platform_object_id = excluded.platform_object_id, error_message = excluded.error_message,
            validation = excluded.validation, completed = excluded.completed
        """,
        operations,
    )


def remove(db: Database, key: str) -> None:
    """Forget an operation that was taken back before it began."""
    db.execute("DELETE FROM codat_push_operations WHERE key = ?", [key])


def find_pending(db: Database, connection_id: str, record_ids: Sequence[str] | None = None) -> list[Row]:
    """A connection's operations that have not ended, of these records or of all."""
    return list(
        db.query(
            """
            SELECT * FROM codat_push_operations WHERE connection_id = :connection_id AND completed IS NULL
                AND (:ids IS NULL OR record_id IN (SELECT value FROM json_each(:ids)))
            """,
            {
                "connection_id": connection_id,
                "ids": None if record_ids is None else json.dumps(record_ids),
            },
        )
    )


def find_page(db: Database, company_id: str, *, page: int, size: int) -> tuple[list[Row], int]:
    """One page of a company's operations, the newest first, and how many there are in all."""
    total = next(db.query(f"SELECT count(*) AS n {_OF_COMPANY}", {"company_id": company_id}))["n"]
    rows = db.query(
        f"SELECT p.*, c.provider_connection_id {_OF_COMPANY}"
        " ORDER BY p.requested DESC, p.rowid DESC LIMIT :size OFFSET :skipped",
        {"company_id": company_id, "size": size, "skipped": (page - 1) * size},
    )
    return list(rows), int(total)


def find(db: Database, company_id: str, key: str) -> Row | None:
    """A company's operation with this key, if there is one."""
    rows = db.query(
        f"SELECT p.*, c.provider_connection_id {_OF_COMPANY} AND p.key = :key",
        {"company_id": company_id, "key": key},
    )
    return next(rows, None)


def find_recent(db: Database, connection_id: str, *, limit: int) -> list[Row]:
    """A connection's operations, those under way and then those that ended last.

    Each has the `title` of what was pushed, null when it is gone.
    """
    return list(
        db.query(
            """
            WITH of_connection AS (SELECT rowid AS number, * FROM codat_push_operations
                                   WHERE connection_id = :id),
                pending AS (SELECT * FROM of_connection WHERE completed IS NULL
                            ORDER BY number DESC LIMIT :limit),
                ended AS (SELECT * FROM of_connection WHERE completed IS NOT NULL
                          ORDER BY completed DESC, number DESC LIMIT :limit)
            SELECT o.*, coalesce(p.document_id, r.document_id, c.name) AS title
            FROM (SELECT * FROM pending UNION ALL SELECT * FROM ended) o
            LEFT JOIN synced_records s ON s.id = o.record_id
            LEFT JOIN payables p ON p.id = s.object_id
            LEFT JOIN receivables r ON r.id = s.object_id
            LEFT JOIN counterparts c ON c.id = s.object_id
            ORDER BY o.completed IS NULL DESC, o.completed DESC, o.number DESC LIMIT :limit
            """,
            {"id": connection_id, "limit": limit},
        )
    )
