"""The log of calls to Monite, for the support view; the newest 5,000 are kept."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.domain.api_calls import ApiCall
from app.store.database import from_text, to_text

KEPT = 5000
PRUNE_EVERY = 250


def add(db: Database, call: ApiCall) -> None:
    """Write one call down, and now and then forget the oldest."""
    cursor = db.execute(
        """
        INSERT INTO api_calls (at, entity_id, method, path, status, milliseconds, request_id, error)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            to_text(call.at),
            call.entity_id,
            call.method,
            call.path,
            call.status,
            call.milliseconds,
            call.request_id,
            call.error,
        ],
    )
    if (newest := cursor.lastrowid or 0) % PRUNE_EVERY == 0:
        db.execute("DELETE FROM api_calls WHERE id <= ?", [newest - KEPT])


def find(db: Database, entity_id: str | None = None, limit: int = 50) -> list[ApiCall]:
    """The newest calls first, of one entity where given."""
    where, values = ("WHERE entity_id = ?", [entity_id]) if entity_id is not None else ("", [])
    rows = db.query(f"SELECT * FROM api_calls {where} ORDER BY id DESC LIMIT ?", [*values, limit])
    return [_from_row(row) for row in rows]


def _from_row(row: dict[str, Any]) -> ApiCall:
    return ApiCall(
        at=from_text(row["at"]),
        entity_id=row["entity_id"],
        method=row["method"],
        path=row["path"],
        status=row["status"],
        milliseconds=row["milliseconds"],
        request_id=row["request_id"],
        error=row["error"],
    )
