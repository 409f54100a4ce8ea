"""What the sync engine has still to do, and from when on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from app.emulator.store import clock


class NewJob(NamedTuple):
    """A job to be kept: `step` says which part of a pull, or why a push or a sync was asked for."""

    kind: str
    connection_id: str
    due_at: datetime
    step: str | None = None
    record_id: str | None = None


# In instant mode, what was asked for is done at once; only the hourly sync and a stuck push wait their hour.
_DUE = "(due_at <= :now OR (:instant AND kind <> 'slow_pull' AND step NOT IN ('hourly', 'stuck')))"


def add(db: Database, jobs: Iterable[NewJob]) -> None:
    """Keep the jobs."""
    created_at = clock.stamp(clock.now(db))
    db.conn.executemany(
        """
        INSERT INTO jobs (kind, connection_id, due_at, step, record_id, created_at) VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
            (job.kind, job.connection_id, clock.stamp(job.due_at), job.step, job.record_id, created_at)
            for job in jobs
        ],
    )


def find_due(db: Database, now: str, *, instant: bool, limit: int) -> list[dict[str, Any]]:
    """The jobs that are due, the one that was due first at the head."""
    return list(
        db.query(
            f"SELECT * FROM jobs WHERE {_DUE} ORDER BY due_at, id LIMIT :limit",
            {"now": now, "instant": instant, "limit": limit},
        )
    )


def any_due(db: Database, now: str, *, instant: bool) -> bool:
    """Whether anything is due, without taking the write lock."""
    return bool(find_due(db, now, instant=instant, limit=1))


def exists(db: Database, connection_id: str, kind: str, step: str) -> bool:
    """Whether such a job waits already."""
    rows = db.query(
        "SELECT 1 FROM jobs WHERE connection_id = ? AND kind = ? AND step = ? LIMIT 1",
        [connection_id, kind, step],
    )
    return next(rows, None) is not None


def remove(db: Database, job_ids: Iterable[int]) -> None:
    """Forget jobs that are done."""
    db.conn.executemany("DELETE FROM jobs WHERE id = ?", [(job_id,) for job_id in job_ids])


def remove_all(db: Database, connection_id: str) -> None:
    """Forget whatever the connection had still to do."""
    db.execute("DELETE FROM jobs WHERE connection_id = ?", [connection_id])
