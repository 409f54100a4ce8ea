"""`make bench`: measure, print each figure beside its limit, and fail when one does not hold."""

from __future__ import annotations

import sys

from tests.bench import books, crowds, lines, pages, samples, unsent, webhooks, whole
from tests.bench.suggestions import figures


def main() -> int:
    """1 when a figure is beyond its limit."""
    holds = True
    for run in (
        pages.run,
        lines.run,
        figures.run,
        unsent.run,
        crowds.run,
        books.run,
        samples.run,
        webhooks.run,
        whole.run,
    ):
        for figure in run():
            print(figure.line(), flush=True)
            holds = holds and figure.holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
