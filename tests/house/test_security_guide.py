"""What docs/security.md promises is held by tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line for line in GUIDE.splitlines() if line.startswith("| ") and not line.startswith("| Promise")]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", GUIDE)))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_promise_names_a_test_that_is_there(path: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_promise_names_its_test() -> None:
    rows = [row for row in ROWS if not row.startswith("| ---")]

    assert len(rows) > 20
    assert [row for row in rows if "`tests/" not in row] == []


def test_every_attack_is_told_of() -> None:
    attacks = (ROOT / "tests/web/test_attacks.py").read_text(encoding="utf-8")

    assert set(re.findall(r"\ndef (test_\w+)", attacks)) <= {name for _, name in NAMED}
