"""Synced records: the log of what met on both sides, and the link between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlite_utils import Database

from app.emulator.store.ids import made_of

Row = dict[str, Any]


class NewRecord(NamedTuple):
    """A record to be kept: the object, and what is known of the other side."""

    object_type: str
    object_id: str | None
    sync_status: str
    object_updated_at: str | None = None
    platform_object_id: str | None = None
    error: str | None = None


def find(db: Database, record_id: str) -> Row | None:
    """The record with this id, if there is one."""
    return next(db.query("SELECT * FROM synced_records WHERE id = ?", [record_id]), None)


def get(db: Database, record_id: str) -> Row:
    """The record with this id, which exists."""
    return next(db.query("SELECT * FROM synced_records WHERE id = ?", [record_id]))


def find_many(db: Database, record_ids: Sequence[str]) -> dict[str, Row]:
    """The records with these ids, by id."""
    rows = db.query(
        "SELECT * FROM synced_records WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(record_ids)]
    )
    return {row["id"]: row for row in rows}


def find_of(db: Database, entity_id: str, organisation_id: str, object_type: str) -> list[Row]:
    """All records of one type that an entity has with an organisation."""
    return list(
        db.query(
            "SELECT * FROM synced_records WHERE entity_id = ? AND organisation_id = ? AND object_type = ?",
            [entity_id, organisation_id, object_type],
        )
    )


def find_one(
    db: Database, entity_id: str, organisation_id: str, object_type: str, object_id: str
) -> Row | None:
    """The record of one object with an organisation, if there is one."""
    rows = db.query(
        """
        SELECT * FROM synced_records
        WHERE entity_id = ? AND organisation_id = ? AND object_type = ? AND object_id = ?
        """,
        [entity_id, organisation_id, object_type, object_id],
    )
    return next(rows, None)


def find_links(
    db: Database, entity_id: str, organisation_id: str, object_type: str, object_ids: Iterable[str]
) -> dict[str, str]:
    """The other side's id of each of these objects that is linked."""
    rows = db.query(
        """
        SELECT object_id, platform_object_id FROM synced_records
        WHERE entity_id = ? AND organisation_id = ? AND object_type = ? AND platform_object_id IS NOT NULL
          AND object_id IN (SELECT value FROM json_each(?))
        """,
        [entity_id, organisation_id, object_type, json.dumps(list(object_ids))],
    )
    return {row["object_id"]: row["platform_object_id"] for row in rows}


def insert(db: Database, connection: Row, records: Iterable[NewRecord], *, at: str) -> list[str]:
    """Keep new records of a connection; returns their ids, which come from what they are about."""
    rows = [_row(connection, record, at) for record in records]
    db.conn.executemany(
        """
        INSERT INTO synced_records
            (id, entity_id, organisation_id, object_type, object_id, sync_status, errors, platform,
             platform_object_id, platform_updated_at, provider, provider_object_id, provider_updated_at,
             object_updated_at, last_pulled_at, created_at, updated_at)
        VALUES (:id, :entity_id, :organisation_id, :object_type, :object_id, :sync_status, :errors, :platform,
                :platform_object_id, :platform_updated_at, :provider, :platform_object_id,
                :platform_updated_at, :object_updated_at, :at, :at, :at)
        """,
        rows,
    )
    return [row["id"] for row in rows]


def set_pending(db: Database, record_ids: Iterable[str], *, at: str) -> None:
    """Note that the records are about to be pushed."""
    db.conn.executemany(
        "UPDATE synced_records SET sync_status = 'pending', updated_at = ? WHERE id = ?",
        [(at, record_id) for record_id in record_ids],
    )


def set_done(
    db: Database, record_id: str, platform_object_id: str, *, object_updated_at: str | None, at: str
) -> None:
    """Note that both sides agree, and keep the link."""
    db.execute(
        """
        UPDATE synced_records
        SET sync_status = 'done', errors = '{}', platform_object_id = :platform_id,
            provider_object_id = :platform_id, platform_updated_at = :at, provider_updated_at = :at,
            object_updated_at = :object_updated_at, updated_at = :at
        WHERE id = :id
        """,
        {
            "id": record_id,
            "platform_id": platform_object_id,
            "object_updated_at": object_updated_at,
            "at": at,
        },
    )


def set_unchanged(db: Database, record_id: str, *, at: str) -> None:
    """Note that a record which is linked already stays as the other side has it."""
    db.execute(
        "UPDATE synced_records SET sync_status = 'done', errors = '{}', updated_at = ? WHERE id = ?",
        [at, record_id],
    )


def set_error(
    db: Database, record_id: str, message: str, *, object_updated_at: str | None = None, at: str
) -> None:
    """Note why the push failed; a link that exists is kept."""
    db.execute(
        """
        UPDATE synced_records
        SET sync_status = 'error', errors = :errors, updated_at = :at,
            object_updated_at = COALESCE(:object_updated_at, object_updated_at)
        WHERE id = :id
        """,
        {"id": record_id, "errors": _errors(message), "object_updated_at": object_updated_at, "at": at},
    )


def stop_pending(db: Database, entity_id: str, organisation_id: str, message: str, *, at: str) -> None:
    """Turn whatever still waits to be pushed into errors with this message."""
    db.execute(
        """
        UPDATE synced_records SET sync_status = 'error', errors = :errors, updated_at = :at
        WHERE entity_id = :entity_id AND organisation_id = :organisation_id AND sync_status = 'pending'
        """,
        {
            "errors": _errors(message),
            "at": at,
            "entity_id": entity_id,
            "organisation_id": organisation_id,
        },
    )


def _errors(message: str | None) -> str:
    return json.dumps({"message": message} if message else {}, ensure_ascii=False)


def _row(connection: Row, record: NewRecord, at: str) -> Row:
    about = record.object_id or f"platform:{record.platform_object_id}"
    return {
        **record._asdict(),
        "id": made_of(
            "record", connection["entity_id"], connection["organisation_id"], record.object_type, about
        ),
        "entity_id": connection["entity_id"],
        "organisation_id": connection["organisation_id"],
        "errors": _errors(record.error),
        "platform": connection["platform"],
        "provider": connection["provider"],
        "platform_updated_at": at if record.platform_object_id else None,
        "at": at,
    }
