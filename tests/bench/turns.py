"""Two pieces of work timed in turns, so that a hot or a slow machine slows both.

What is counted is what the processor does for this thread: on a quiet machine that is what a clock on the
wall says too, and on a busy one it leaves out what other programs take.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def in_turns(
    one: Callable[[], object], other: Callable[[], object], *, times: int, warm: int = 0
) -> tuple[float, float]:
    """The median seconds of each."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for n in range(warm + times):
        for work, into in zip((one, other), seconds, strict=True):
            took = timed(work)
            if n >= warm:
                into.append(took)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def timed(work: Callable[[], object]) -> float:
    """The seconds that one piece of work takes."""
    began = time.thread_time()
    work()
    return time.thread_time() - began
