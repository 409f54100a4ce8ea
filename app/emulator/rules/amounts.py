"""The bounds of money in minor units."""

from __future__ import annotations

LARGEST = 9007199254740991
"""The largest amount: beyond it, not every reader of JSON counts exactly."""
