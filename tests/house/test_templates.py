"""Every fragment and macro file is used by somebody, every template that is named is there, and macros
need nothing of the page that calls them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
SOURCES = [*TEMPLATES.rglob("*.html"), *(ROOT / "app").rglob("*.py")]
NAME = r"(?:[\w-]+/)*[\w-]+\.html"
QUOTED = re.compile(rf"""["']({NAME})["']""")


def _patterns_in(path: Path) -> set[str]:
    """What the file names: names as they are, and patterns where a part of the name is computed."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return {re.escape(name) for name in QUOTED.findall(text)}
    found = (_pattern(node) for node in ast.walk(ast.parse(text)))
    return {pattern for pattern in found if pattern}


def _pattern(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = [_pattern_of_part(part) for part in node.values]
        return "".join(parts) if parts[-1].endswith(r"\.html") else ""
    is_name = (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(NAME, node.value)
    )
    return re.escape(node.value) if is_name else ""  # type: ignore[attr-defined]


def _pattern_of_part(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w-]+"


def _templates() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


PATTERNS = {path: _patterns_in(path) for path in SOURCES}


@pytest.mark.parametrize("name", _templates())
def test_every_template_is_used_by_a_route_or_another_template(name: str) -> None:
    elsewhere = set().union(*(named for path, named in PATTERNS.items() if path != TEMPLATES / name))

    assert any(re.fullmatch(pattern, name) for pattern in elsewhere)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_template_that_a_file_names_is_there(path: Path) -> None:
    there = _templates()

    missing = [p for p in PATTERNS[path] if not any(re.fullmatch(p, name) for name in there)]

    assert missing == []


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_macros_are_imported_without_the_page_around_them(path: Path) -> None:
    # Imported with it, the whole file of macros is run again for each import, many times a page.
    imports = re.findall(r"{%-? *(?:from|import) [^%]+%}", path.read_text(encoding="utf-8"))

    assert [found for found in imports if "with context" in found] == []
