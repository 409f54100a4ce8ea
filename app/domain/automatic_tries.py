"""Trying again by itself: what only had bad luck is tried three times, then a person decides.

What may have arrived is never tried by itself, nor what has been standing for longer than a day.
"""

from __future__ import annotations

from datetime import timedelta

from app.domain.problems import CATALOGUE, Again

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
MOST = len(WAITS)
LATELY = timedelta(days=1)
"""What stopped before that isn't news: it waits for a person."""
HEALS = tuple(code for code, problem in CATALOGUE.items() if problem.again is Again.LATER)
"""The problems that pass by themselves."""


def wait(made: int) -> timedelta | None:
    """How long to wait after so many automatic tries; None once there have been enough."""
    return WAITS[made] if made < MOST else None
