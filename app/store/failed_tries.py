"""Tries that failed, by whatever they are counted against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from app.store.database import from_text, to_text


def add(db: Database, key: str, at: datetime) -> int:
    """Count one more; its id."""
    row = db.execute(
        "INSERT INTO failed_tries (key, at) VALUES (?, ?) RETURNING id", [key, to_text(at)]
    ).fetchone()
    return int(row[0])


def since(db: Database, key: str, start: datetime) -> list[datetime]:
    """When it was tried since then, the first time first."""
    rows = db.execute(
        "SELECT at FROM failed_tries WHERE key = ? AND at > ? ORDER BY at", [key, to_text(start)]
    )
    return [from_text(row[0]) for row in rows]


def take_back(db: Database, ids: Sequence[int]) -> None:
    """Count these no longer: they didn't fail."""
    db.conn.executemany("DELETE FROM failed_tries WHERE id = ?", [(one,) for one in ids])


def forget(db: Database, key: str) -> None:
    """Count nothing any more against this key."""
    db.execute("DELETE FROM failed_tries WHERE key = ?", [key])


def drop_old(db: Database, before: datetime) -> None:
    """Forget what was tried before then."""
    db.execute("DELETE FROM failed_tries WHERE at <= ?", [to_text(before)])
