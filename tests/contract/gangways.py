"""The dashboard's services against a running emulator, as the worker has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.domain.people import SYSTEM
from app.services.clients import open_monite
from app.services.deps import Deps
from tests import empty_files
from tests.emulator_servers import Running
from tests.factories import make_settings


@contextmanager
def open_deps(emulator: Running, folder: Path, **changes: Any) -> Iterator[Deps]:
    """Deps over a store in the folder, with the real client, gate and clock."""
    state = emulator.state()
    usual = {
        "rate_limit": 2000,
        "monite_api_url": f"{emulator.url}/v1",
        "monite_client_id": state["client_id"],
        "monite_client_secret": state["client_secret"],
    }
    settings = make_settings(folder, **usual | changes)
    db = empty_files.store(settings.database)
    try:
        with open_monite(settings) as monite:
            yield Deps(db, monite, settings, SYSTEM, lambda: datetime.now(UTC), lambda: None)
    finally:
        db.close()
