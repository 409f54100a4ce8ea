"""Whether it is odd that nothing comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

LEAST = timedelta(hours=3)


def quiet_since(
    heard: Iterable[datetime],
    set_up_at: Iterable[datetime],
    connected: int,
    *,
    now: datetime,
    interval: timedelta,
) -> datetime | None:
    """Since when Codat has said nothing, where it should have; None while all is well.

    It tells of each sync, so that it speaks at every interval once a business is connected. Monite tells
    of connections alone, and may be silent for weeks.
    """
    began = min(set_up_at, default=None)
    if began is None or not connected:
        return None
    last = max(heard, default=began)
    return last if now - max(last, began) >= max(LEAST, 3 * interval) else None
