"""The emulator's time: the real clock plus an offset that a presenter moves forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database


def now(db: Database) -> datetime:
    """The emulator's present moment, aware and in UTC."""
    row = next(db.query("SELECT value FROM meta WHERE key = 'clock_offset_seconds'"), None)
    return datetime.now(UTC) + timedelta(seconds=float(row["value"]) if row else 0)


def real_now() -> datetime:
    """The machine's own moment, for what must not age when a presenter moves the clock."""
    return datetime.now(UTC)


def advance(db: Database, seconds: float) -> None:
    """Move the clock forward by so many seconds."""
    db.execute(
        """
        INSERT INTO meta (key, value) VALUES ('clock_offset_seconds', :seconds)
        ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS REAL) + :seconds AS TEXT)
        """,
        {"seconds": str(seconds)},
    )


def stamp(moment: datetime) -> str:
    """The moment as Monite writes it: ISO 8601 with microseconds and +00:00."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
