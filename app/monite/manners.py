"""How the calls of this moment behave: for a waiting person or in the background, and until when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Manner:
    """`deadline` is on the monotonic clock; None means that nobody is waiting with a watch."""

    interactive: bool = True
    deadline: float | None = None

    def left(self) -> float:
        """Seconds that remain; endless without a deadline."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    def timeouts(self) -> tuple[float, float]:
        """The seconds to connect and to read, as requests wants them."""
        left = max(self.left(), 0.05)
        return min(CONNECT_SECONDS, left), min(READ_SECONDS, left)


_USUAL = Manner()
_manner: ContextVar[Manner] = ContextVar("manner", default=_USUAL)


def current() -> Manner:
    """How the calls of this thread behave now."""
    return _manner.get()


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """A person waits: every call inside ends within so many seconds altogether."""
    deadline = time.monotonic() + seconds
    with _set(replace(current(), interactive=True, deadline=deadline)):
        yield


@contextmanager
def background() -> Iterator[None]:
    """Nobody waits: calls inside let interactive ones go first, and reads are tried again."""
    with _set(Manner(interactive=False)):
        yield


@contextmanager
def _set(manner: Manner) -> Iterator[None]:
    token = _manner.set(manner)
    try:
        yield
    finally:
        _manner.reset(token)
