"""Every fragment and macro file is used by somebody, and every template that is named is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
SOURCES = [*TEMPLATES.rglob("*.html"), *(ROOT / "app").rglob("*.py")]
NAMED = re.compile(r"""["']((?:[\w-]+/)*[\w-]+\.html)["']""")


def _named_in(path: Path) -> set[str]:
    return set(NAMED.findall(path.read_text(encoding="utf-8")))


def _templates() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", _templates())
def test_every_template_is_used_by_a_route_or_another_template(name: str) -> None:
    elsewhere = [path for path in SOURCES if path != TEMPLATES / name]

    assert any(name in _named_in(path) for path in elsewhere)


def test_every_template_that_is_named_is_there() -> None:
    named = set().union(*(_named_in(path) for path in SOURCES))

    assert named - set(_templates()) == set()
