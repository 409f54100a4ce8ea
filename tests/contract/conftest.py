"""What contract tests of the emulator start from."""

from __future__ import annotations

import pytest

from tests.contract.samples import Copies


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """The sample businesses, loaded once for all tests of this process."""
    return Copies(tmp_path_factory.mktemp("samples"))
