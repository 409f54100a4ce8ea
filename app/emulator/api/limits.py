"""Monite's rate limit: so many requests in each second for one client id."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of this second, and whether this request still fits into it."""

    limit: int
    remaining: int
    reset_seconds: int
    granted: bool

    def headers(self) -> dict[str, str]:
        """The headers that every answer carries; a refusal also says when to come back."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
            "X-RateLimit-Limit-Second": str(self.limit),
            "X-RateLimit-Remaining-Second": str(self.remaining),
        }
        return told if self.granted else {**told, "Retry-After": str(self.reset_seconds)}


class RateLimit:
    """Counts requests by client in windows of one second; safe to share between threads."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._lock = Lock()
        self._window, self._used = -1, dict[str, int]()

    def take(self, client: str, limit: int | None = None) -> Allowance:
        """Count one request of the client, against another limit than usual when one is given."""
        allowed = self._limit if limit is None else limit
        with self._lock:
            window = int(self._clock())
            if window != self._window:
                self._window, self._used = window, {}
            used = self._used.get(client, 0) + 1
            self._used[client] = used
        return Allowance(allowed, max(allowed - used, 0), 1, used <= allowed)
