"""What every room's tests start from: an own store, settings of their own, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from app.config import Settings
from tests import empty_files
from tests.factories import make_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that point at nothing outside the test's own folder."""
    return make_settings(tmp_path)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """An empty store with the newest schema, in a file, so that threads can share it."""
    db = empty_files.store(settings.database)
    yield db
    db.close()
