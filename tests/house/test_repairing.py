"""The guide to repairing lists every problem of the catalogue; run as a module, this file writes the list."""

from __future__ import annotations

import re
from pathlib import Path

from app.domain.catalogue import ENTRIES
from app.domain.remedies import Again

GUIDE = Path(__file__).parents[2] / "docs" / "repairing.md"
MARK = "<!-- the table is written by `python -m tests.house.test_repairing` -->\n"
WORDS = {
    Again.AFTER_FIX: "once it is put right",
    Again.AFTER_CHECK: "after checking",
    Again.LATER: "is tried again by itself",
    Again.AFTER_WAIT: "after waiting",
    Again.NEVER: "no",
}


def table() -> str:
    """Every problem with who puts it right and whether Retry helps."""
    rows = [f"| `{e.code}` | {e.title} | {e.owner.value} | {WORDS[e.again]} |" for e in ENTRIES]
    return "\n".join(("| Code | Problem | Who | Retry |", "| --- | --- | --- | --- |", *rows)) + "\n"


def written() -> str:
    """The guide with the list as the catalogue has it."""
    return re.sub(
        rf"(?<={re.escape(MARK)})\n(?:\|.*\n)*", lambda _: f"\n{table()}", GUIDE.read_text(encoding="utf-8")
    )


def test_the_guide_lists_every_problem_as_the_catalogue_has_it() -> None:
    assert GUIDE.read_text(encoding="utf-8") == written()


def test_the_guide_says_how_a_message_is_added() -> None:
    assert "## Adding a message" in GUIDE.read_text(encoding="utf-8")


if __name__ == "__main__":
    GUIDE.write_text(written(), encoding="utf-8")
