"""What unit tests of the emulator's face start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator_clients import Face, face


@pytest.fixture
def monite(tmp_path: Path) -> Iterator[Face]:
    """The emulator with one small entity."""
    with face(tmp_path) as made:
        yield made
