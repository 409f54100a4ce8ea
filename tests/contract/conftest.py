"""What contract tests of the emulator start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.samples import Copies


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """The sample businesses, loaded once for all tests of this process."""
    made = Copies(tmp_path_factory.mktemp("samples"))
    yield made
    made.close()
