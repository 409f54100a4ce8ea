"""A text is found in the log whether many records hold it or few."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from app.domain.record_lists import LogFilter
from app.store import record_filters, record_lists
from app.store.database import write
from tests import empty_files
from tests.log_samples import add_record


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = empty_files.store(tmp_path / "store.sqlite3")
    with write(db):
        add_record(db, "a", party="Acme Dairy", error_text="100% of it_was refused")
        add_record(db, "b", party="Écluse Froids")
        add_record(db, "c", party="Acme Dairy", entity_id="e2")
    yield db
    db.close()


@pytest.mark.parametrize("common", [20_000, 0])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("acme", ["a"]),
        ("ACME DAIRY", ["a"]),
        ("100% of", ["a"]),
        ("it_was", ["a"]),
        ("itXwas", []),
        ("écluse", ["b"]),
        ('"', []),
        ("nobody", []),
    ],
)
def test_a_common_text_is_found_as_a_rare_one_is(
    db: Database, monkeypatch: pytest.MonkeyPatch, common: int, text: str, found: list[str]
) -> None:
    monkeypatch.setattr(record_filters, "COMMON", common)

    page = record_lists.page(db, "e1", LogFilter(text=text))

    assert [line.id for line in page.lines] == found
    assert record_lists.count(db, "e1", LogFilter(text=text)) == len(found)
