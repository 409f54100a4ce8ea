"""The figures of suggested accounts beside their limits.

What counts is the held-out half, whose businesses were written after the words and never listed since. The
other half, on which words and weights were tried, is printed by the command for comparison: how much better
it does there is how much the words were fitted to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.report import Figure
from tests.bench.suggestions import speeds
from tests.bench.suggestions.cases import read
from tests.bench.suggestions.scores import Score, cold, growing, together

STRONG_RIGHT = 0.95
AIM = 0.85
"""What three suggestions should hold for a business never seen before."""
COLD_TOP_3 = 0.8
"""What must not be lost: the aim is missed by accounts that only one trade has, and lines in its jargon."""


def run() -> Iterator[Figure]:
    """How often suggestions are right, first where nothing is known and then after some weeks."""
    held_out = read("held_out")
    never_seen, after_weeks = (together(map(judge, held_out)) for judge in (cold, growing))
    yield _top_3("Suggestions, business never seen", never_seen, COLD_TOP_3)
    yield _strong("Suggestions, business never seen", never_seen)
    yield _top_3("Suggestions, over some weeks", after_weeks, AIM)
    yield _strong("Suggestions, over some weeks", after_weeks)
    yield from speeds.run()


def _top_3(name: str, score: Score, limit: float) -> Figure:
    detail = (
        f"of {score.rows} rows, aim {AIM:g}; right at first place {score.top_1:.2f}; "
        f"shown for {score.coverage:.2f}, of these right {score.precision:.2f}"
    )
    return Figure(f"{name}: right account among three", score.top_3, limit, detail, at_least=True)


def _strong(name: str, score: Score) -> Figure:
    detail = f"{score.strong_right} of {score.strong}; strong for {score.strong_share:.2f} of the rows"
    return Figure(
        f"{name}: right when called Strong", score.strong_precision, STRONG_RIGHT, detail, at_least=True
    )
