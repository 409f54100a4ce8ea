"""The shared rate limit: one row that web and worker move forward with each call they make.

It is the generic cell rate algorithm. `free_at` is when the next call may go; calls are spaced evenly,
so that no window of a second, wherever it begins, holds more than is allowed.
"""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import write

LATENESS = 0.9
"""How much of a lost interval may be made up for: a thread never wakes exactly in time."""
LONGEST_QUEUE = 60.0
"""A row that lies further ahead was written before the machine's clock was set back."""


def reserve(db: Database, now: float, interval: float) -> float:
    """The moment at which an interactive call may go, which is then taken; the queue may lie ahead."""
    with write(db):
        slot = _free_at(db, now)
        _put(db, max(slot, now - LATENESS * interval) + interval)
    return slot


def take(db: Database, now: float, interval: float) -> float:
    """Take the slot if one is free now, for a background call; else when to look again.

    It never takes a slot ahead of time, so an interactive call that comes meanwhile goes first.
    """
    seen = _free_at(db, now)
    if seen > now:
        return seen
    with write(db):
        slot = _free_at(db, now)
        if slot <= now:
            _put(db, max(slot, now - LATENESS * interval) + interval)
    return slot


def _free_at(db: Database, now: float) -> float:
    row = db.execute("SELECT free_at FROM rate_bucket WHERE id = 1").fetchone()
    return 0.0 if row is None or row[0] > now + LONGEST_QUEUE else float(row[0])


def _put(db: Database, free_at: float) -> None:
    db.execute(
        "INSERT INTO rate_bucket (id, free_at) VALUES (1, ?) "
        "ON CONFLICT DO UPDATE SET free_at = excluded.free_at",
        [free_at],
    )
