"""Starts a sync at Monite, which imports and also sends. Asking twice does no more than asking once."""

from __future__ import annotations

from app.domain.errors import GangwayError
from app.domain.outbox import OutboxRow
from app.domain.resources import RESOURCES
from app.services.deps import Deps
from app.store import events
from app.store import resources as resource_store

ACTION = "sync_now"
STARTED = "import_started"
REFUSED = "import_refused"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> None:
    """Ask Monite to begin."""
    deps.monite.sync(row.entity_id, row.object_id)


def done(deps: Deps, row: OutboxRow, _answer: None) -> None:
    """Say so in the history, and read everything again."""
    now = deps.clock()
    events.add(deps.db, row.entity_id, now, STARTED, deps.actor, note=row.body.get("note"))
    resource_store.want(deps.db, row.entity_id, RESOURCES, now)


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """Say in the history that nothing was started, and why."""
    events.add(deps.db, row.entity_id, deps.clock(), REFUSED, deps.actor, note=str(error))
