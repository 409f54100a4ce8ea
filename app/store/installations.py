"""Whose data the store holds: that of Monite's sandbox, of live, or of an emulator here."""

from __future__ import annotations

from sqlite_utils import Database


def side(db: Database) -> str:
    """The side that the store belongs to; '' while it belongs to none."""
    if "installation" not in db.table_names():
        return ""
    row = db.execute("SELECT side FROM installation").fetchone()
    return "" if row is None else str(row[0])


def settle(db: Database, side: str) -> None:
    """Say which side the store belongs to, once and for all."""
    db.execute("INSERT INTO installation (id, side) VALUES (1, ?) ON CONFLICT (id) DO NOTHING", [side])
