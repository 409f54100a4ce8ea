"""Batches: one row for what a person started at once; the outbox holds its parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.batches import Batch, BatchProgress
from app.domain.people import Actor, Role
from app.store.database import from_text, maybe_from_text, to_text

_COUNTED = {
    "outbox": ("state", ("queued", "running", "done", "refused", "stopped", "superseded")),
    "record_tries": ("result", ("waiting", "sent", "failed", "unknown")),
}


def add(
    db: Database,
    entity_id: str,
    *,
    batch_id: str,
    kind: str,
    form_key: str,
    total: int,
    details: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> bool:
    """Keep a new batch; False, and nothing done, when the form was sent before."""
    return (
        db.execute(
            """
            INSERT INTO batches (id, entity_id, kind, form_key, total, details, actor_name, actor_role,
                reason, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (form_key) DO NOTHING
            """,
            [
                batch_id,
                entity_id,
                kind,
                form_key,
                total,
                json.dumps(dict(details)),
                actor.name,
                actor.role.value,
                actor.reason,
                to_text(now),
            ],
        ).rowcount
        == 1
    )


def grow(db: Database, batch_id: str, by: int) -> None:
    """The batch has so many parts more."""
    db.execute("UPDATE batches SET total = total + ? WHERE id = ?", [by, batch_id])


def describe(db: Database, batch_id: str, details: Mapping[str, Any]) -> None:
    """Keep these details of the batch in place of those that it had."""
    db.execute("UPDATE batches SET details = ? WHERE id = ?", [json.dumps(dict(details)), batch_id])


def find(db: Database, batch_id: str) -> Batch | None:
    """The batch of this id."""
    row = next(db.query("SELECT * FROM batches WHERE id = ?", [batch_id]), None)
    return None if row is None else _from_row(row)


def find_by_form(db: Database, form_key: str) -> Batch | None:
    """The batch that was started by this form."""
    row = next(db.query("SELECT * FROM batches WHERE form_key = ?", [form_key]), None)
    return None if row is None else _from_row(row)


def request_stop(db: Database, batch_id: str, now: datetime) -> None:
    """Remember that nothing more of the batch is to be sent."""
    db.execute(
        "UPDATE batches SET stop_requested_at = coalesce(stop_requested_at, ?) WHERE id = ?",
        [to_text(now), batch_id],
    )


def entities_that_stopped(db: Database, kind: str, since: datetime) -> list[str]:
    """The entities with a batch of this kind that was stopped after the given moment."""
    rows = db.execute(
        """
        SELECT DISTINCT +entity_id FROM batches INDEXED BY batches_stopped
        WHERE stop_requested_at IS NOT NULL AND stop_requested_at > ? AND kind = ?
        """,
        [to_text(since), kind],
    )
    return [row[0] for row in rows.fetchall()]


def untold(db: Database, kind: str, *, since: datetime, before: datetime) -> list[Batch]:
    """Batches of this kind, made in that time, of which nobody wrote down what was left alone."""
    rows = db.query(
        """
        SELECT * FROM batches
        WHERE kind = ? AND created_at BETWEEN ? AND ? AND details ->> 'left' IS NULL
        """,
        [kind, to_text(since), to_text(before)],
    )
    return [_from_row(row) for row in rows]


def progress(db: Database, batch: Batch) -> BatchProgress:
    """How far the batch is, counted now."""
    counts: dict[str, int] = {}
    for table, (column, known) in _COUNTED.items():
        rows = db.query(
            f"SELECT {column} AS name, count(*) AS n FROM {table} WHERE batch_id = ? GROUP BY 1", [batch.id]
        )
        counts.update({row["name"]: row["n"] for row in rows if row["name"] in known})
    return BatchProgress(total=batch.total, stop_requested=batch.stop_requested_at is not None, **counts)


def finish(db: Database, batch_id: str, now: datetime) -> bool:
    """Mark the batch as over once nothing of it is to be sent or waited for; whether it is over."""
    db.execute(
        """
        UPDATE batches SET finished_at = :now
        WHERE id = :id AND finished_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM outbox WHERE batch_id = :id AND state IN ('queued', 'running'))
          AND NOT EXISTS (SELECT 1 FROM record_tries WHERE batch_id = :id AND result = 'waiting')
        """,
        {"now": to_text(now), "id": batch_id},
    )
    row = db.execute("SELECT finished_at FROM batches WHERE id = ?", [batch_id]).fetchone()
    return row is not None and row[0] is not None


def _from_row(row: dict[str, Any]) -> Batch:
    return Batch(
        id=row["id"],
        entity_id=row["entity_id"],
        kind=row["kind"],
        total=row["total"],
        details=json.loads(row["details"]),
        actor=Actor(row["actor_name"], Role(row["actor_role"]), row["entity_id"], row["reason"]),
        created_at=from_text(row["created_at"]),
        stop_requested_at=maybe_from_text(row["stop_requested_at"]),
        finished_at=maybe_from_text(row["finished_at"]),
    )
