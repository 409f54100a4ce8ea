"""Every try of sending a record. Only ever added to, and finished once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.people import Actor, Role
from app.domain.record_tries import RecordTry, TryResult, result_of
from app.domain.synced_records import SyncedRecord
from app.store import batches
from app.store.database import from_text, maybe_from_text, to_text


def add(
    db: Database,
    entity_id: str,
    record_id: str,
    *,
    at: datetime,
    actor: Actor,
    result: TryResult,
    outbox_id: int | None = None,
    batch_id: str | None = None,
    problem: str = "",
    message: str | None = None,
) -> None:
    """Write a try down and count it on its record; a second time for one outbox row changes nothing."""
    added = db.execute(
        """
        INSERT INTO record_tries (entity_id, record_id, outbox_id, batch_id, at, actor_name, actor_role,
            result, problem, message, finished_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (outbox_id) DO NOTHING
        """,
        [
            entity_id,
            record_id,
            outbox_id,
            batch_id,
            to_text(at),
            actor.name,
            actor.role.value,
            result.value,
            problem,
            message,
            None if result is TryResult.WAITING else to_text(at),
        ],
    )
    if added.rowcount == 1:
        db.execute("UPDATE synced_records SET tries = tries + 1 WHERE id = ?", [record_id])


def finish(db: Database, record: SyncedRecord, now: datetime, problem: str = "") -> list[RecordTry]:
    """Give the record's tries under way the result that its status tells; the tries that this ended.

    A copy of the record that is older than the mirror's says nothing about a newer try.
    """
    result = result_of(record.sync_status)
    if result is None:
        return []
    failed = result is TryResult.FAILED
    rows = db.query(
        """
        UPDATE record_tries SET result = :result, problem = :problem, message = :message, finished_at = :now
        WHERE record_id = :record_id AND result IN ('waiting', 'unknown') AND NOT EXISTS (
            SELECT 1 FROM synced_records WHERE id = :record_id AND updated_at > :updated_at)
        RETURNING *
        """,
        {
            "result": result.value,
            "problem": problem if failed else "",
            "message": record.error_text if failed else None,
            "now": to_text(now),
            "record_id": record.id,
            "updated_at": to_text(record.updated_at),
        },
    )
    ended = [_from_row(row) for row in rows]
    _finish_batches(db, ended, now)
    return ended


def give_up(db: Database, record_id: str, now: datetime) -> None:
    """Say of the record's tries under way that no answer came in time; news may still end them."""
    rows = db.query(
        """
        UPDATE record_tries SET result = 'unknown', finished_at = ?
        WHERE record_id = ? AND result = 'waiting' RETURNING *
        """,
        [to_text(now), record_id],
    )
    _finish_batches(db, [_from_row(row) for row in rows], now)


def _finish_batches(db: Database, ended: list[RecordTry], now: datetime) -> None:
    for batch_id in {record_try.batch_id for record_try in ended} - {None}:
        batches.finish(db, str(batch_id), now)


def find(db: Database, record_id: str) -> list[RecordTry]:
    """Every try of one record, newest first."""
    rows = db.query("SELECT * FROM record_tries WHERE record_id = ? ORDER BY id DESC", [record_id])
    return [_from_row(row) for row in rows]


def find_in_batch(db: Database, batch_id: str) -> list[RecordTry]:
    """Every try that a batch made, in order."""
    rows = db.query("SELECT * FROM record_tries WHERE batch_id = ? ORDER BY id", [batch_id])
    return [_from_row(row) for row in rows]


def unsent_in_batch(db: Database, batch_id: str, limit: int) -> list[RecordTry]:
    """The tries of a batch that failed or got no answer in time, in order, up to a limit."""
    rows = db.query(
        """
        SELECT * FROM record_tries WHERE batch_id = ? AND result IN ('failed', 'unknown')
        ORDER BY id LIMIT ?
        """,
        [batch_id, limit],
    )
    return [_from_row(row) for row in rows]


def _from_row(row: dict[str, Any]) -> RecordTry:
    return RecordTry(
        id=row["id"],
        record_id=row["record_id"],
        batch_id=row["batch_id"],
        at=from_text(row["at"]),
        actor=Actor(row["actor_name"], Role(row["actor_role"])),
        result=TryResult(row["result"]),
        problem=row["problem"],
        message=row["message"],
        finished_at=maybe_from_text(row["finished_at"]),
    )
