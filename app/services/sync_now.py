"""Import now, which also sends: asked for by a person, done by the accounting service."""

from __future__ import annotations

from app.domain.connections import Connection, ConnectionStatus
from app.domain.errors import InputError
from app.domain.outbox import Intent, OutboxRow
from app.services import outbox
from app.services.deliveries import syncs
from app.services.deps import Deps
from app.store import connections, revisions
from app.store.database import write


def start(deps: Deps, entity_id: str, note: str | None = None) -> OutboxRow:
    """Ask for an import; the row says whether the service took it, refused it, or did not answer yet.

    Raises InputError when nothing is connected.
    """
    connection = connected(deps, entity_id)
    intent = Intent(syncs.ACTION, "connection", connection.id, body={"note": note})
    with write(deps.db):
        ids = outbox.put(deps.db, entity_id, deps.actor, [intent], deps.clock())
        revisions.bump(deps.db, entity_id)
    return outbox.deliver_now(deps, ids)[0]


def connected(deps: Deps, entity_id: str) -> Connection:
    """The connection, if it is usable now; raises InputError in words otherwise."""
    connection = connections.current(deps.db, entity_id)
    if connection is None or connection.status is not ConnectionStatus.CONNECTED:
        raise InputError("connection", "Connect your accounting system first.")
    return connection
