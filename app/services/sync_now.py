"""Import now, which also sends: asked for by a person, done by the accounting service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.connections import Connection, ConnectionStatus
from app.domain.errors import InputError
from app.domain.outbox import Intent, OutboxRow, OutboxState
from app.services import outbox
from app.services.deliveries import syncs
from app.services.deps import Deps
from app.store import connections, progress, revisions
from app.store import outbox as outbox_rows
from app.store.database import write

STOPPED = ("attention", "cannot")


@dataclass(frozen=True, slots=True)
class Asked:
    """The last time that somebody asked for a sync, and what it came to so far."""

    at: datetime
    open: bool
    """Whether the service has yet to answer."""
    refusal: str | None
    sent: int
    """How many more bills and invoices are in the accounting system than when it was asked for."""
    stopped: int


def start(deps: Deps, entity_id: str, note: str | None = None) -> OutboxRow:
    """Ask for an import; the row says whether the service took it, refused it, or did not answer yet.

    Raises InputError when nothing is connected.
    """
    connection = connected(deps, entity_id)
    with write(deps.db):
        row_id = queue(deps, entity_id, connection, note)
    return outbox.deliver_now(deps, [row_id])[0]


def queue(deps: Deps, entity_id: str, connection: Connection, note: str | None = None) -> int:
    """Ask for an import inside the caller's own transaction; returns the id of the outbox row."""
    sent, stopped = _so_far(deps, entity_id)
    body = {"note": note, "sent": sent, "stopped": stopped}
    intent = Intent(syncs.ACTION, "connection", connection.id, body=body)
    [row_id] = outbox.put(deps.db, entity_id, deps.actor, [intent], deps.clock())
    revisions.bump(deps.db, entity_id)
    return row_id


def connected(deps: Deps, entity_id: str) -> Connection:
    """The connection, if it is usable now; raises InputError in words otherwise."""
    connection = connections.current(deps.db, entity_id)
    if connection is None or connection.status is not ConnectionStatus.CONNECTED:
        raise InputError("connection", "Connect your accounting system first.")
    return connection


def last_asked(deps: Deps, entity_id: str) -> Asked | None:
    """What came of asking, until the next automatic sync has made it old news."""
    connection = connections.current(deps.db, entity_id)
    rows = outbox_rows.find_for_object(deps.db, connection.id, syncs.ACTION) if connection else []
    fresh = timedelta(minutes=deps.settings.sync_interval_minutes)
    if not rows or deps.clock() - rows[0].created_at > fresh:
        return None
    row = rows[0]
    sent, stopped = _so_far(deps, entity_id)
    return Asked(
        at=row.created_at,
        open=row.open,
        refusal=row.last_error if row.state is OutboxState.REFUSED else None,
        sent=max(0, sent - row.body["sent"]),
        stopped=max(0, stopped - row.body["stopped"]),
    )


def _so_far(deps: Deps, entity_id: str) -> tuple[int, int]:
    """How many bills and invoices are there, and how many were stopped."""
    known = progress.documents(deps.db, entity_id)
    return known.get("sent", 0), sum(known.get(state, 0) for state in STOPPED)
