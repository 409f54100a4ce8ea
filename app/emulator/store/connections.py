"""Accounting connections: one row each, at most one per entity that is not disconnected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


def find(db: Database, connection_id: str) -> Row | None:
    """The connection with Monite's id, if there is one."""
    return next(db.query("SELECT * FROM connections WHERE id = ?", [connection_id]), None)


def find_by_link(db: Database, provider_connection_id: str) -> Row | None:
    """The connection whose sign-in pages have this id in their address, if there is one."""
    rows = db.query("SELECT * FROM connections WHERE provider_connection_id = ?", [provider_connection_id])
    return next(rows, None)


def find_active(db: Database, entity_id: str) -> Row | None:
    """The entity's connection that is not disconnected, if there is one."""
    rows = db.query("SELECT * FROM connections WHERE entity_id = ? AND status <> 'disconnected'", [entity_id])
    return next(rows, None)


def find_all(db: Database, entity_id: str) -> list[Row]:
    """All connections the entity ever had, the oldest first."""
    return list(
        db.query("SELECT * FROM connections WHERE entity_id = ? ORDER BY created_at, id", [entity_id])
    )


def current_organisation(db: Database, entity_id: str) -> str | None:
    """The organisation now or last connected; what was pulled from another one no longer counts."""
    rows = db.query(
        """
        SELECT organisation_id FROM connections
        WHERE entity_id = ? AND organisation_id IS NOT NULL ORDER BY linked_at DESC, rowid DESC LIMIT 1
        """,
        [entity_id],
    )
    row = next(rows, None)
    return str(row["organisation_id"]) if row else None


def insert(db: Database, row: Row) -> None:
    """Keep a new connection."""
    db.execute(
        """
        INSERT INTO connections
            (id, entity_id, status, platform, provider, company_id, provider_connection_id,
             api_version, last_pull, created_at, updated_at)
        VALUES (:id, :entity_id, :status, :platform, :provider, :company_id, :provider_connection_id,
                :api_version, :last_pull, :created_at, :updated_at)
        """,
        row,
    )


def set_connected(db: Database, connection_id: str, *, platform: str, organisation_id: str, at: str) -> None:
    """Note that access was given to an organisation; its first pull is still to come."""
    db.execute(
        """
        UPDATE connections
        SET status = 'connected', platform = :platform, organisation_id = :organisation_id, linked_at = :at,
            first_pull_done = 0, next_sync_at = NULL, errors = NULL, updated_at = :at
        WHERE id = :id
        """,
        {"id": connection_id, "platform": platform, "organisation_id": organisation_id, "at": at},
    )


def set_status(db: Database, connection_id: str, status: str, *, errors: str | None, at: str) -> None:
    """Note a status that stops the hourly sync, with its errors as JSON."""
    db.execute(
        """
        UPDATE connections SET status = :status, errors = :errors, next_sync_at = NULL, updated_at = :at
        WHERE id = :id
        """,
        {"id": connection_id, "status": status, "errors": errors, "at": at},
    )


def set_pulled(db: Database, connection_id: str, *, at: str) -> None:
    """Note a finished pull."""
    db.execute(
        "UPDATE connections SET last_pull = :at, updated_at = :at, first_pull_done = 1 WHERE id = :id",
        {"id": connection_id, "at": at},
    )


def set_errors(db: Database, connection_id: str, messages: Sequence[str], *, at: str) -> None:
    """Say what is wrong with a connection, in Monite's shape; nothing when there are no messages."""
    errors = json.dumps([{"message": message} for message in messages]) if messages else None
    db.execute("UPDATE connections SET errors = ?, updated_at = ? WHERE id = ?", [errors, at, connection_id])


def set_next_sync(db: Database, connection_id: str, *, at: str) -> None:
    """Note when the next hourly sync is due."""
    db.execute("UPDATE connections SET next_sync_at = :at WHERE id = :id", {"id": connection_id, "at": at})
