"""Each start of the way to an accounting system."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.attempts import Attempt
from app.store.database import from_text, maybe_from_text, to_text


def add(db: Database, attempt: Attempt, browser: str) -> None:
    """Keep a start; `browser` is the hash of the secret by which the way back finds it."""
    db.table("attempts").insert(
        {
            "id": attempt.id,
            "entity_id": attempt.entity_id,
            "connection_id": attempt.connection_id,
            "platform": attempt.platform,
            "browser": browser,
            "started_by": attempt.started_by,
            "started_at": to_text(attempt.started_at),
            "share_id": attempt.share_id,
        }
    )


def newest(db: Database, entity_id: str) -> Attempt | None:
    """The last start of this entity."""
    rows = db.query(
        "SELECT * FROM attempts WHERE entity_id = ? ORDER BY started_at DESC LIMIT 1", [entity_id]
    )
    return next(map(_from_row, rows), None)


def of_browser(db: Database, browser: str) -> Attempt | None:
    """The start that was made in the browser whose secret has this hash."""
    rows = db.query("SELECT * FROM attempts WHERE browser = ? ORDER BY started_at DESC LIMIT 1", [browser])
    return next(map(_from_row, rows), None)


def of_connection(db: Database, entity_id: str, connection_id: str) -> Attempt | None:
    """The last start that led to this connection; None when somebody else made it."""
    rows = db.query(
        "SELECT * FROM attempts WHERE entity_id = ? AND connection_id = ? ORDER BY started_at DESC LIMIT 1",
        [entity_id, connection_id],
    )
    return next(map(_from_row, rows), None)


def of_share(db: Database, share_id: str) -> Attempt | None:
    """The last start that was made with this link."""
    rows = db.query(
        "SELECT * FROM attempts WHERE share_id = ? ORDER BY started_at DESC, rowid DESC LIMIT 1", [share_id]
    )
    return next(map(_from_row, rows), None)


def came_back(db: Database, attempt_id: str, at: datetime, status: str | None, message: str | None) -> None:
    """Write down the first return, and what the provider said with the newest one."""
    db.execute(
        """
        UPDATE attempts SET returned_at = coalesce(returned_at, ?), provider_status = ?, provider_message = ?
        WHERE id = ?
        """,
        [to_text(at), status, message, attempt_id],
    )


def _from_row(row: dict[str, Any]) -> Attempt:
    return Attempt(
        id=row["id"],
        entity_id=row["entity_id"],
        connection_id=row["connection_id"],
        platform=row["platform"],
        started_by=row["started_by"],
        started_at=from_text(row["started_at"]),
        returned_at=maybe_from_text(row["returned_at"]),
        provider_status=row["provider_status"],
        provider_message=row["provider_message"],
        share_id=row["share_id"],
    )
