"""What an examination of an installation finds, in words for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GIGABYTE = 1_000_000_000


class Health(StrEnum):
    FINE = "fine"
    WARNING = "warning"
    """It works, or will for a while, and should be looked at."""
    FAULT = "fault"
    UNKNOWN = "unknown"
    """It could not be examined, or not from here."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do about it."""

    about: str
    health: Health
    words: str
    todo: str = ""


def fine(about: str, words: str) -> Finding:
    return Finding(about, Health.FINE, words)


def warning(about: str, words: str, todo: str) -> Finding:
    return Finding(about, Health.WARNING, words, todo)


def fault(about: str, words: str, todo: str) -> Finding:
    return Finding(about, Health.FAULT, words, todo)


def unknown(about: str, words: str, todo: str = "") -> Finding:
    return Finding(about, Health.UNKNOWN, words, todo)


def told_disk(free: int, size: int) -> Finding:
    """Whether the store can grow, be copied and be written at all."""
    words = f"{free / GIGABYTE:.1f} GB free, the store takes {size / GIGABYTE:.2f} GB."
    if free < GIGABYTE / 5:
        return fault("Disk", words, "Make room now: nothing can be saved on a full disk.")
    if free < max(GIGABYTE, 2 * size):
        return warning("Disk", words, "Make room for twice the store, so that it can grow and be backed up.")
    return fine("Disk", words)


def told_clock(ahead: float | None) -> Finding:
    """How far this machine's clock is from Monite's; webhooks are refused beyond five minutes."""
    if ahead is None:
        return unknown("Clock", "Monite's answer has no date to compare with.")
    apart = f"This machine's clock is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} Monite's."
    todo = "Set the clock by the network (NTP)."
    if abs(ahead) > 240:
        return fault("Clock", f"{apart} Webhooks that are five minutes off are refused.", todo)
    if abs(ahead) > 30:
        return warning("Clock", apart, todo)
    return fine("Clock", "The same time as Monite's, within the second." if abs(ahead) < 2 else apart)


def told_worker(last: datetime | None, now: datetime, patience: float = 30.0) -> Finding:
    """Whether somebody does what people ask for."""
    todo = "Start `gangway worker` beside the pages."
    if last is None:
        return warning("Worker", "It has never run on this store, so nothing is read or sent.", todo)
    silent = (now - last).total_seconds()
    if silent > patience:
        return warning("Worker", f"No sign of life for {_span(silent)}: nothing is read or sent.", todo)
    return fine("Worker", "It runs.")


def told_waiting(count: int, oldest: datetime | None, now: datetime) -> Finding:
    """Whether what people asked for gets to Monite."""
    if oldest is None or count == 0:
        return fine("What waits to be sent", "Nothing waits.")
    waits = (now - oldest).total_seconds()
    words = f"{count} waiting, the oldest for {_span(waits)}."
    if waits > 900:
        return warning("What waits to be sent", words, "See whether the worker runs and Monite answers.")
    return fine("What waits to be sent", words)


def _span(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 2:
        return f"{seconds:.0f} seconds"
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
