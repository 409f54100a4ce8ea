"""An answer that speaks of lost access is reason enough to look at the connection at once."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.domain.connections import ConnectionStatus
from app.domain.errors import ConflictError, ForbiddenError, GangwayError
from app.domain.resources import CONNECTION
from app.store import connections, resources

LOST = ("CONN_WITHDRAWN", "CONN_RIGHTS")
"""Problems of records that the loss of access may be behind."""


def raised(db: Database, entity_id: str, error: GangwayError, now: datetime) -> None:
    """A call was refused in a way that may mean it: read the connection as soon as the worker can.

    For inside a write transaction. Does nothing where we know already that there is no access.
    """
    if isinstance(error, (ConflictError, ForbiddenError)):
        look(db, entity_id, now)


def look(db: Database, entity_id: str, now: datetime) -> None:
    """Read the connection as soon as the worker can, where it is thought to stand."""
    known = connections.current(db, entity_id)
    if known is not None and known.status is ConnectionStatus.CONNECTED:
        resources.want(db, entity_id, [CONNECTION], now)
