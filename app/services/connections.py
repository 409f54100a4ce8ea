"""The connection as a person sees it: its state, its history, and ending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain import share_links
from app.domain.connections import Connection
from app.domain.errors import InputError
from app.domain.events import Event
from app.domain.outbox import Intent, OutboxRow, OutboxState
from app.domain.resources import CONNECTION, ResourceState
from app.services import outbox, rules
from app.services.deliveries import disconnects
from app.services.deps import Deps
from app.store import connections, events, progress, resources, revisions
from app.store import outbox as outbox_rows
from app.store.database import write
from app.store.progress import AssignCount

CONFIRMED = "organisation_confirmed"
REGAINED = ("reconnect_checked", "organisation_accepted", "organisation_refused")
"""What is said of the organisation after connecting again."""
HISTORY = {
    "connection": (
        "connect_started",
        "connected",
        "access_withdrawn",
        "disconnected",
        "disconnect_refused",
        CONFIRMED,
        *share_links.HISTORY,
        "organisation_changed",
        *REGAINED,
    ),
    "imports": ("import_started", "import_finished", "import_failed", "import_refused"),
    "rules": rules.HISTORY,
}
SHOWN = 20
MOST = 200
"""The longest reason that is kept."""


@dataclass(frozen=True, slots=True)
class Overview:
    connection: Connection | None
    read: ResourceState
    """How fresh what we say about the connection is."""
    connected_by: str | None
    connected_at: datetime | None
    """When access was given last; when the connection was made, where that was before we first looked."""
    ending: OutboxRow | None
    """A disconnect that was asked for and is not confirmed yet."""
    refusal: str | None
    """Why the last disconnect was refused, while the connection still stands."""
    said: str | None
    """What the accounting service gave as the reason for taking access away."""
    history: list[Event]
    older: int | None
    """The id before which the history goes on."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What ending the connection stops, and what it leaves alone."""

    waiting: int
    assigned: int
    documents: int


def overview(deps: Deps, entity_id: str, kind: str = "", before: int | None = None) -> Overview:
    """Everything for the connection page; the history of one kind where given."""
    connection = next(iter(_by_use(connections.find(deps.db, entity_id))), None)
    last = _last_disconnect(deps, connection)
    wanted = HISTORY.get(kind) or tuple(k for kinds in HISTORY.values() for k in kinds)
    found = events.find(deps.db, entity_id, kinds=wanted, before_id=before, limit=SHOWN + 1)
    return Overview(
        connection=connection,
        read=resources.get(deps.db, entity_id, CONNECTION),
        connected_by=_connected_by(deps, entity_id, connection),
        connected_at=_connected_at(deps, entity_id, connection) if connection else None,
        ending=last if last and last.open else None,
        refusal=last.last_error if last and last.state is OutboxState.REFUSED else None,
        said="; ".join(connection.errors) or None if connection else None,
        history=found[:SHOWN],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
    )


def consequences(deps: Deps, entity_id: str) -> Consequences:
    """What a person should know before they end the connection."""
    sums = progress.get(deps.db, entity_id)
    none = AssignCount()
    assigned = sum(sums.assign.get(kind, none).done for kind in ("products", "bills"))
    return Consequences(
        waiting=sums.documents.get("waiting", 0), assigned=assigned, documents=sums.documents.get("sent", 0)
    )


def disconnect(deps: Deps, entity_id: str, note: str | None = None) -> OutboxRow:
    """End the connection; the row says whether it is ended already or will be as soon as the service answers.

    Raises InputError when there is none.
    """
    connection = connections.current(deps.db, entity_id)
    if connection is None:
        raise InputError("connection", "There is no connection to end.")
    intent = Intent(
        disconnects.ACTION, "connection", connection.id, body={"note": (note or "")[:MOST] or None}
    )
    with write(deps.db):
        ids = outbox.put(deps.db, entity_id, deps.actor, [intent], deps.clock())
        revisions.bump(deps.db, entity_id)
    return outbox.deliver_now(deps, ids)[0]


def confirm(deps: Deps, entity_id: str) -> None:
    """A person says that the right organisation is connected."""
    connection = connections.current(deps.db, entity_id)
    if connection is None or connection.confirmed_at is not None:
        return
    now: datetime = deps.clock()
    with write(deps.db):
        connections.confirm(deps.db, connection.id, now, deps.actor.name)
        events.add(
            deps.db,
            entity_id,
            now,
            CONFIRMED,
            deps.actor,
            object_type="connection",
            object_id=connection.id,
            note=connection.business.name if connection.business else None,
        )
        revisions.bump(deps.db, entity_id)


def _by_use(found: list[Connection]) -> list[Connection]:
    """The one that takes the entity's place first, then the newest of those that ended."""
    return sorted(found, key=lambda connection: not connection.occupies)


def _connected_at(deps: Deps, entity_id: str, connection: Connection) -> datetime | None:
    told = events.of_object(deps.db, entity_id, connection.id, "connected")
    if told is not None and told.was is not None:
        return told.at
    return connection.created_at if connection.first_connected_at else None


def _connected_by(deps: Deps, entity_id: str, connection: Connection | None) -> str | None:
    """Who set out before it was connected last; None when nobody did so here."""
    if connection is None:
        return None
    kinds = ("connected", "connect_started")
    told = events.find(deps.db, entity_id, kinds=kinds, object_id=connection.id, limit=SHOWN)
    since = next((at for at, event in enumerate(told) if event.kind == "connected"), None)
    if since is None or since + 1 == len(told):
        return None
    before = told[since + 1]
    return before.actor.name if before.kind == "connect_started" else None


def _last_disconnect(deps: Deps, connection: Connection | None) -> OutboxRow | None:
    if connection is None or not connection.occupies:
        return None
    rows = outbox_rows.find_for_object(deps.db, connection.id, disconnects.ACTION)
    return next(iter(rows), None)
