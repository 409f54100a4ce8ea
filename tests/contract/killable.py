"""A worker made to be killed: `python -m tests.contract.killable INSTANCE URL` pumps until it dies.

What it sends is counted by the server at URL; what it knows is written to the events of its store.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from app.domain.errors import GangwayError, UnavailableError
from app.domain.outbox import OutboxRow
from app.services import outbox
from app.services.deliveries import HANDLERS
from app.services.deps import Deps
from app.store import events
from app.store.database import prepare
from tests.factories import make_deps, make_settings


class CountedHandler:
    """Posts each row to the counting server; `repeatable` as told."""

    def __init__(self, url: str, *, repeatable: bool) -> None:
        self.repeatable = repeatable
        self._url = url
        self._http = requests.Session()

    def send(self, deps: Deps, row: OutboxRow) -> Any:
        try:
            return self._http.post(f"{self._url}/{row.object_id}", timeout=5).json()
        except requests.RequestException as error:
            raise UnavailableError("no answer") from error

    def look(self, deps: Deps, row: OutboxRow) -> Any:
        try:
            found = self._http.get(f"{self._url}/{row.object_id}", timeout=5)
        except requests.RequestException as error:
            raise UnavailableError("no answer") from error
        return found.json() if found.status_code == 200 else None

    def done(self, deps: Deps, row: OutboxRow, answer: Any) -> None:
        events.add(deps.db, row.entity_id, deps.clock(), "test_done", row.actor, object_id=row.object_id)

    def refused(self, deps: Deps, row: OutboxRow, error: GangwayError) -> None:
        raise AssertionError("the counting server refuses nothing")


def main(instance: str, url: str) -> None:
    """Pump for ever, with leases that end soon, so that a test need not wait for them."""
    outbox.LEASE = timedelta(seconds=1.5)
    outbox.RENEWED_EVERY = 0.4
    HANDLERS["repeatable"] = CountedHandler(url, repeatable=True)
    HANDLERS["once"] = CountedHandler(url, repeatable=False)
    settings = make_settings(Path(instance))
    deps = make_deps(prepare(settings.database), settings, clock=lambda: datetime.now(UTC))
    while True:
        outbox.pump(deps, 5)
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
