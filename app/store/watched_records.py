"""The records that are looked at again, soon, because their push is under way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from app.domain.record_tries import Watched
from app.store.database import maybe_from_text, to_text


def watch(db: Database, entity_id: str, object_type: str, record_id: str, next_look_at: datetime) -> None:
    """Look at the record again at this time; what was watched before starts anew."""
    db.execute(
        """
        INSERT INTO watched_records (record_id, entity_id, object_type, next_look_at) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET next_look_at = excluded.next_look_at, looks = 0
        """,
        [record_id, entity_id, object_type, to_text(next_look_at)],
    )


def notice(db: Database, entity_id: str, object_type: str, record_id: str, next_look_at: datetime) -> None:
    """Look at the record at this time, unless it is watched already."""
    db.execute(
        """
        INSERT INTO watched_records (record_id, entity_id, object_type, next_look_at) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        [record_id, entity_id, object_type, to_text(next_look_at)],
    )


def due(db: Database, now: datetime, limit: int) -> list[Watched]:
    """The longest due records, with those of one entity and type beside each other."""
    rows = db.query(
        """
        SELECT * FROM (
            SELECT w.record_id, w.entity_id, w.object_type, w.looks, r.object_id
            FROM watched_records w LEFT JOIN synced_records r ON r.id = w.record_id
            WHERE w.next_look_at <= ? ORDER BY w.next_look_at LIMIT ?)
        ORDER BY entity_id, object_type, record_id
        """,
        [to_text(now), limit],
    )
    return [
        Watched(row["record_id"], row["entity_id"], row["object_type"], row["object_id"], row["looks"])
        for row in rows
    ]


def looked(db: Database, record_id: str, next_look_at: datetime) -> None:
    """The record is still under way: look again then."""
    db.execute(
        "UPDATE watched_records SET looks = looks + 1, next_look_at = ? WHERE record_id = ?",
        [to_text(next_look_at), record_id],
    )


def postpone(db: Database, record_ids: Sequence[str], next_look_at: datetime) -> None:
    """Nobody answered; that is no look."""
    db.execute(
        """
        UPDATE watched_records SET next_look_at = ?
        WHERE record_id IN (SELECT value FROM json_each(?))
        """,
        [to_text(next_look_at), json.dumps(list(record_ids))],
    )


def remove(db: Database, record_id: str) -> None:
    """Watch it no longer."""
    db.execute("DELETE FROM watched_records WHERE record_id = ?", [record_id])


def next_due(db: Database) -> datetime | None:
    """When the next look is due; None when nothing is watched."""
    return maybe_from_text(db.execute("SELECT min(next_look_at) FROM watched_records").fetchone()[0])
