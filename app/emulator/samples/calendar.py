"""Moves the dates of the sample data so that they end near the day of loading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

WRITTEN_ON = date(2026, 11, 15)
"""The day on which the businesses were written down; their last documents are a few days older."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The sample data's dates, seen from the moment of loading."""

    now: datetime

    def day(self, written: str) -> str:
        """A written day, as many days from today as it was from the day of writing."""
        return (date.fromisoformat(written) + (self.now.date() - WRITTEN_ON)).isoformat()

    def moment(self, written: str, seconds: int = 0) -> str:
        """A moment in the morning of a written day, always in the past."""
        day = date.fromisoformat(self.day(written))
        found = datetime.combine(day, time(8), UTC) + timedelta(seconds=seconds)
        return stamp(min(found, self.now - timedelta(minutes=30)))

    def ago(self, days: int, seconds: int = 0) -> str:
        """A moment so many days before now, and so many seconds after that."""
        return stamp(self.now - timedelta(days=days) + timedelta(seconds=seconds))


def stamp(moment: datetime) -> str:
    """The moment as the emulator's tables hold it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
