"""Ends a connection at Monite; ending it twice is the same as ending it once."""

from __future__ import annotations

from app.domain.connections import Connection
from app.domain.errors import GangwayError
from app.domain.outbox import OutboxRow
from app.services.deps import Deps
from app.store import connections, events
from app.store import resources as resource_store

ACTION = "disconnect"
REFUSED = "disconnect_refused"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> Connection:
    """Ask Monite to end it."""
    return deps.monite.disconnect(row.entity_id, row.object_id)


def done(deps: Deps, row: OutboxRow, answer: Connection) -> None:
    """Keep the ended connection, and say so in the history."""
    now = deps.clock()
    connections.save(deps.db, row.entity_id, answer, now)
    events.add(
        deps.db,
        row.entity_id,
        now,
        "disconnected",
        deps.actor,
        object_type="connection",
        object_id=row.object_id,
        note=row.body.get("note"),
    )
    resource_store.want(deps.db, row.entity_id, ["connection"], now)


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """Say in the history that it is still connected, and why."""
    events.add(
        deps.db,
        row.entity_id,
        deps.clock(),
        REFUSED,
        deps.actor,
        object_type="connection",
        object_id=row.object_id,
        note=str(error),
    )
