"""docs/emulator.md says what there is, all of it, and names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from tests.house.coverage import AREAS, OTHERWISE, WALKS
from tests.house.emulator_document import CONTROL, DOCUMENT, make_app, operations, rewrite
from tests.monite_walks import AREAS as WALKED

ROOT = DOCUMENT.parents[1]
TEST = re.compile(r"\b(tests/[\w/]+\.py)::(test_\w+)")
FOR_PEOPLE = {"GET /", "POST /desk/{action}"}
"""What belongs to the presenter's page."""


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


@pytest.fixture(scope="module")
def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def test_what_the_emulator_knows_best_stands_there_as_it_is_now(app: Flask, text: str) -> None:
    assert rewrite(text, app) == text, "write it anew: python -m tests.house.emulator_document"


def test_every_test_that_documents_name_exists() -> None:
    documents = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    named = {found for document in documents for found in TEST.findall(document)}
    named |= {found for shown in (WALKS, *OTHERWISE.values()) for found in TEST.findall(shown)}

    assert {name for name in named if name[1] not in _tests(name[0])} == set()
    assert len(named) > 50


def test_every_area_that_shows_an_operation_is_walked() -> None:
    assert set(AREAS.values()) == set(WALKED)


def test_every_call_of_the_control_interface_is_documented(app: Flask, text: str) -> None:
    served = {one.name for one in operations(app, CONTROL)} - FOR_PEOPLE
    documented = re.findall(r"^\| `(GET|POST|PATCH|DELETE) /_emulator(/[^`\s]*)`", text, re.MULTILINE)

    assert {f"{method} {path}" for method, path in documented} == served


@cache
def _tests(path: str) -> frozenset[str]:
    """The tests of a file; none when there is no such file."""
    file = ROOT / path
    if not file.exists():
        return frozenset()
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
