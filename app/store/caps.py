"""How many Xero organisations take one of the places that the partner's app has."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.domain.caps import REACHED, XERO, Reached
from app.store.database import from_text, to_text


def used(db: Database, waiting_since: datetime) -> int:
    """How many businesses have Xero connected, or are at its sign-in and began after this moment."""
    row = db.execute(
        """
        SELECT count(DISTINCT entity_id) FROM connections
        WHERE platform = ? AND (status = 'connected' OR (status = 'pending_auth' AND created_at > ?))
        """,
        [XERO, to_text(waiting_since)],
    ).fetchone()
    return int(row[0])


def takes_place(db: Database, entity_id: str) -> bool:
    """Whether this business has a place already, if only to come back to."""
    row = db.execute(
        "SELECT 1 FROM connections WHERE entity_id = ? AND platform = ? AND status <> 'disconnected'",
        [entity_id, XERO],
    ).fetchone()
    return row is not None


def reached(
    db: Database, *, entity_id: str | None = None, since: datetime | None = None, limit: int = 20
) -> list[Reached]:
    """Who could not be connected, the newest first: this business alone, or since then, where given."""
    rows = db.query(
        """
        SELECT v.object_id, v.note, v.at, v.actor_name, coalesce(e.name, '') AS name
        FROM events v LEFT JOIN entities e ON e.id = v.object_id
        WHERE v.entity_id = '' AND v.kind = :kind AND (:entity IS NULL OR v.object_id = :entity)
          AND (:since IS NULL OR v.at > :since)
        ORDER BY v.id DESC LIMIT :limit
        """,
        {"kind": REACHED, "entity": entity_id, "since": since and to_text(since), "limit": limit},
    )
    return [
        Reached(row["note"], row["object_id"], row["name"], from_text(row["at"]), row["actor_name"])
        for row in rows
    ]
