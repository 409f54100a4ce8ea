"""The entities' connections to accounting systems, and what we know about each beside Monite's word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.domain.carry_overs import changed_hands
from app.domain.connections import BusinessInfo, Connection, ConnectionStatus
from app.store.database import from_text, maybe_from_text, maybe_to_text, to_text
from app.store.mirror import Raw, raw_text, upsert

STAMPED_WITHIN = timedelta(milliseconds=50)
"""Monite stamps a new connection as pulled a moment after its creation; nobody connects as fast."""


def save(
    db: Database, entity_id: str, connection: Connection, now: datetime, raw: Raw | None = None
) -> Connection:
    """Keep the newest copy of a connection; the connection with what is ours in it.

    The first time that it is seen connected, or robbed of its access, is written down together with
    Monite's import stamp as it stood before: an import has finished once the stamp is later. Access that
    is regained begins anew. What the organisation is called outlives the access to it.
    """
    known = get(db, connection.id)
    if known is not None and connection.status is not ConnectionStatus.CONNECTED:
        connection = replace(connection, business=connection.business or known.business)
    upsert(db, "connections", [_to_row(entity_id, connection, now, raw)])
    was_connected = connection.status in (ConnectionStatus.CONNECTED, ConnectionStatus.DEAUTHORIZED)
    if was_connected and (known is None or not known.first_connected_at or _begins_anew(known, connection)):
        stamp = (known.last_pull if known else None) or connection.created_at + STAMPED_WITHIN
        db.execute(
            """
            UPDATE connections SET first_connected_at = ?, first_stamp = ?, confirmed_at = NULL,
                confirmed_by = NULL
            WHERE id = ?
            """,
            [to_text(now), to_text(stamp), connection.id],
        )
    saved = get(db, connection.id)
    assert saved is not None  # noqa: S101 - written just above, in the same transaction
    return saved


def get(db: Database, connection_id: str) -> Connection | None:
    """The connection; None when it was never seen."""
    for row in db.query("SELECT * FROM connections WHERE id = ?", [connection_id]):
        return _from_row(row)
    return None


def find(db: Database, entity_id: str) -> list[Connection]:
    """All connections of the entity, ended ones too, newest first."""
    rows = db.query(
        "SELECT * FROM connections WHERE entity_id = ? ORDER BY created_at DESC, id DESC", [entity_id]
    )
    return [_from_row(row) for row in rows]


def current(db: Database, entity_id: str) -> Connection | None:
    """The connection that takes the entity's only place; None while the place is free."""
    return next((c for c in find(db, entity_id) if c.occupies), None)


def count_connected(db: Database) -> int:
    """How many connections stand, over all entities."""
    return int(db.execute("SELECT count(*) FROM connections WHERE status = 'connected'").fetchone()[0])


def ended(connection: Connection) -> Connection:
    """The connection as it is once Monite no longer lists it."""
    return replace(connection, status=ConnectionStatus.DISCONNECTED)


def confirm(db: Database, connection_id: str, at: datetime, by: str) -> None:
    """A person says that it is the right organisation."""
    db.execute(
        "UPDATE connections SET confirmed_at = ?, confirmed_by = ? WHERE id = ?",
        [to_text(at), by, connection_id],
    )


def _begins_anew(known: Connection, seen: Connection) -> bool:
    """Whether there is access again, or access to something else."""
    regained = known.status is ConnectionStatus.DEAUTHORIZED and seen.status is ConnectionStatus.CONNECTED
    return regained or changed_hands(known, seen)


def _to_row(entity_id: str, connection: Connection, now: datetime, raw: Raw | None) -> dict[str, Any]:
    business = connection.business
    return {
        "id": connection.id,
        "entity_id": entity_id,
        "status": connection.status.value,
        "platform": connection.platform,
        "connection_url": connection.connection_url,
        "last_pull": maybe_to_text(connection.last_pull),
        "errors": json.dumps(connection.errors, ensure_ascii=False),
        "business": None if business is None else json.dumps(_business_fields(business), ensure_ascii=False),
        "created_at": to_text(connection.created_at),
        "updated_at": to_text(connection.updated_at),
        "raw": raw_text(raw),
        "seen_at": to_text(now),
    }


def _business_fields(business: BusinessInfo) -> dict[str, str | None]:
    return {
        "name": business.name,
        "legal_name": business.legal_name,
        "base_currency": business.base_currency,
        "email": business.email,
        "country": business.country,
    }


def _from_row(row: dict[str, Any]) -> Connection:
    return Connection(
        id=row["id"],
        status=ConnectionStatus(row["status"]),
        platform=row["platform"],
        connection_url=row["connection_url"],
        last_pull=maybe_from_text(row["last_pull"]),
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        business=BusinessInfo(**json.loads(row["business"])) if row["business"] else None,
        errors=tuple(json.loads(row["errors"])),
        first_connected_at=maybe_from_text(row["first_connected_at"]),
        confirmed_at=maybe_from_text(row["confirmed_at"]),
        first_stamp=maybe_from_text(row["first_stamp"]),
    )
