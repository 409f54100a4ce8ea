"""Which event was sent to which subscription, and what came of it; kept for three months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.store import clock

Row = dict[str, Any]

KEPT = timedelta(days=92)


def create(db: Database, subscription: Row, events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Note that each event is on its way to the subscription; returns the ids of the notes."""
    ids = [str(uuid4()) for _ in events]
    db.conn.executemany(
        """
        INSERT INTO webhook_deliveries
            (id, entity_id, event_id, subscription_id, object_type, event, url, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                delivery_id, event["entity_id"], event["id"], subscription["id"], event["object_type"],
                event["event"], subscription["url"], event["created_at"], event["created_at"],
            )
            for delivery_id, event in zip(ids, events, strict=True)
        ],
    )  # fmt: skip
    return ids


def oldest_kept(db: Database) -> str:
    """The moment before which nothing is shown any more."""
    return clock.stamp(clock.now(db) - KEPT)


def forget_old(db: Database, entity_id: str) -> None:
    """Remove the entity's events of more than three months ago, with their deliveries."""
    values = [entity_id, oldest_kept(db)]
    db.execute("DELETE FROM webhook_deliveries WHERE entity_id = ? AND created_at < ?", values)
    db.execute("DELETE FROM events WHERE entity_id = ? AND created_at < ?", values)
