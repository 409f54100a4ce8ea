"""`python -m tests.bench.suggestions`: the figures alone; `--development` prints what is missed there.

The held-out businesses are never listed row by row, so that nobody tunes to them by accident.
"""

from __future__ import annotations

import sys

from tests.bench.suggestions.cases import read
from tests.bench.suggestions.figures import run
from tests.bench.suggestions.scores import Score, cold, growing, together, wrong


def main() -> int:
    """1 when a figure is beyond its limit."""
    if "--development" in sys.argv:
        _development()
        return 0
    holds = True
    for figure in run():
        print(figure.line(), flush=True)
        holds = holds and figure.holds
    for judge in (cold, growing):
        print(_line(f"  development, {judge.__name__}", together(judge(one) for one in read("development"))))
    return 0 if holds else 1


def _development() -> None:
    for judge in (cold, growing):
        for business in read("development"):
            score = judge(business)
            print(_line(f"{business.key}, {judge.__name__}", score))
            if judge is cold or "--all" in sys.argv:
                print("\n".join(f"    {line}" for line in wrong(score)))
        print(_line(f"all, {judge.__name__}", together(judge(one) for one in read("development"))))


def _line(name: str, score: Score) -> str:
    return (
        f"{name}: top-1 {score.top_1:.3f}, top-3 {score.top_3:.3f}, shown {score.coverage:.3f} right "
        f"{score.precision:.3f}, strong {score.strong_share:.3f} right {score.strong_precision:.3f}, "
        f"{score.rows} rows"
    )


if __name__ == "__main__":
    sys.exit(main())
