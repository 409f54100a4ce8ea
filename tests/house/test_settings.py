"""Every setting that the program reads is explained to the people who run it, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\b(?:MONITE|GANGWAY|EMULATOR)_[A-Z_]+\b")
INTERNAL = {
    "GANGWAY_LIFELINE",  # between a parent and its children only
}
NOT_READ_BY_THE_PROGRAM = {"GANGWAY_BROWSER", "MONITE_OPENAPI"}


def test_every_setting_that_is_read_is_documented_and_every_documented_one_is_read() -> None:
    documented = _names(ROOT / "docs" / "settings.md")
    read = set().union(*(_quoted(path) for path in (ROOT / "app").rglob("*.py")))

    assert read - INTERNAL == documented - NOT_READ_BY_THE_PROGRAM


def _names(path: Path) -> set[str]:
    return set(NAME.findall(path.read_text(encoding="utf-8")))


def _quoted(path: Path) -> set[str]:
    """Names that stand alone in quotes, as whoever reads the environment writes them."""
    text = path.read_text(encoding="utf-8")
    return {name for name in re.findall(r'"([A-Z_]+)"', text) if NAME.fullmatch(name)}
