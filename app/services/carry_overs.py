"""What an entity had before its access was lost, kept until a person has checked what is there now."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.carry_overs import Before, CarryOver, carried
from app.domain.connections import Connection, ConnectionStatus
from app.domain.errors import UncheckedError
from app.domain.people import SYSTEM, Actor
from app.services import holds
from app.services.deps import Deps
from app.store import attempts, carry_overs, connections, ledger_accounts, progress, revisions
from app.store.database import write


def begin(deps: Deps, entity_id: str) -> None:
    """Somebody sets out: keep what there is now, while it still is as it was.

    Nothing is kept where nothing was ever in use, nor a second time before the first check is over.
    """
    with write(deps.db) as db:
        before = _before(db, entity_id)
        if before is not None:
            _keep(db, entity_id, before, deps.actor, deps.clock())


def notice(db: Database, entity_id: str, was: Connection | None, there: Connection, now: datetime) -> None:
    """There is access again, or to something else. Where nobody set out here, what there was is kept too.

    `was` is the same connection as last seen. For inside a write transaction, before anything of the
    organisation is read.
    """
    if carry_overs.find(db, entity_id) is not None:
        return
    if was is not None and was.status in (ConnectionStatus.DEAUTHORIZED, ConnectionStatus.CONNECTED):
        before = was if _settled(db, entity_id, was) else None
    elif attempts.of_connection(db, entity_id, there.id) is None:
        before = _before(db, entity_id, besides=there.id)
    else:
        before = None
    if before is not None:
        _keep(db, entity_id, before, SYSTEM, now, unasked=True)


def find(deps: Deps, entity_id: str) -> CarryOver | None:
    """The check that is still to be finished."""
    return carry_overs.find(deps.db, entity_id)


def is_open(deps: Deps, entity_id: str) -> bool:
    """Whether access was regained and nobody has said yet whether it is the same organisation."""
    connection = connections.current(deps.db, entity_id)
    connected = connection is not None and connection.status is ConnectionStatus.CONNECTED
    return connected and carry_overs.find(deps.db, entity_id) is not None


def demand_check(deps: Deps, entity_id: str) -> None:
    """Raises UncheckedError while a check is to be finished before anything may be sent.

    Also while somebody is on their way to the accounting system: what they connect is not known yet.
    """
    there = connections.current(deps.db, entity_id) is not None
    if there and carry_overs.find(deps.db, entity_id) is not None:
        raise UncheckedError(_("Check first whether it is the same organisation as before."))


def _before(db: Database, entity_id: str, besides: str = "") -> Connection | None:
    """The connection that was in use last; None where none ever was."""
    found = (one for one in connections.find(db, entity_id) if one.id != besides)
    return next((one for one in found if _settled(db, entity_id, one)), None)


def _settled(db: Database, entity_id: str, connection: Connection) -> bool:
    """Whether it was in use: somebody confirmed it, nobody here had to, or things were sent all the same."""
    if connection.first_connected_at is None:
        return False
    ours = attempts.of_connection(db, entity_id, connection.id) is not None
    sent = progress.documents(db, entity_id).get("sent", 0) > 0
    return connection.confirmed_at is not None or not ours or sent


def _keep(
    db: Database,
    entity_id: str,
    before: Connection,
    actor: Actor,
    now: datetime,
    *,
    unasked: bool = False,
) -> None:
    used = tuple(carried(one) for one in carry_overs.used_accounts(db, entity_id))
    accounts = ledger_accounts.count(db, entity_id)
    was = Before(before.id, before.platform, before.business, accounts, used)
    held = holds.standing(db, entity_id) is not None
    carry_overs.start(
        db, CarryOver(str(uuid4()), entity_id, was, held, unasked, started_at=now, started_by=actor.name)
    )
    revisions.bump(db, entity_id)
