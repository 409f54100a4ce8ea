"""What can happen to a connection; each call is one transaction."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, ConflictError, NotFoundError
from app.emulator.rules import links
from app.emulator.rules.platforms import stored_name
from app.emulator.rules.versions import VERSIONS, Version
from app.emulator.store import (
    books,
    clock,
    codat_companies,
    connections,
    events,
    faults,
    jobs,
    synced_records,
)
from app.emulator.store.database import write
from app.emulator.sync import codat, schedules

Row = dict[str, Any]

CODAT_VERSION = VERSIONS["2024-01-31"]
"""The version of the guide with Codat, in which the sample businesses connected."""
ACCESS_WITHDRAWN = "The integration de-authorized access to the connection."
DISCONNECTED = "The connection was disconnected before the record was pushed."


def create(
    db: Database,
    entity_id: str,
    platform: str | None = None,
    *,
    settings_provider: str | None,
    version: Version = CODAT_VERSION,
) -> Row:
    """A new connection that waits for the person to sign in, as this version of the API makes it.

    `settings_provider` is the provider whose key the partner settings hold, or None.
    Raises BadRequestError where the version lacks it, ConflictError while another connection is active.
    """
    with write(db):
        provider = links.provider(version, settings_provider)
        if provider is None:
            raise BadRequestError("Accounting provider is not configured in the partner settings")
        if connections.find_active(db, entity_id) is not None:
            raise ConflictError("The entity already has an active accounting connection")
        at = clock.stamp(clock.now(db))
        connection_id = str(uuid4())
        row = {
            "id": connection_id,
            "entity_id": entity_id,
            "status": "pending_auth",
            "platform": stored_name(platform) if platform else None,
            "provider": provider,
            "company_id": codat_companies.id_for(db, entity_id),
            "provider_connection_id": str(uuid4()),
            "api_version": version.date,
            "last_pull": at,
            "created_at": at,
            "updated_at": at,
        }
        connections.insert(db, row)
        _tell(db, row, "pending_auth")
        codat.connection_changed(db, connection_id, None)
        return _get(db, connection_id)


def authorise(
    db: Database, connection_id: str, platform: str | None = None, organisation_id: str | None = None
) -> Row:
    """Give access to an organisation, by default the entity's own; the first pull is then under way.

    Without a platform it is the connection's, else as `system_of` says.
    Raises NotFoundError for what does not exist, BadRequestError for another platform than the
    connection's, ConflictError unless the connection waits for access or has lost it.
    """
    with write(db):
        row = _get(db, connection_id)
        if row["status"] not in ("pending_auth", "deauthorized"):
            raise ConflictError(f"The connection is {row['status']}")
        asked = platform or row["platform"] or system_of(db, row["entity_id"])
        organisation = _organisation(db, row, asked, organisation_id)
        connections.set_connected(
            db,
            connection_id,
            platform=row["platform"] or stored_name(asked),
            organisation_id=organisation["id"],
            at=clock.stamp(clock.now(db)),
        )
        _tell(db, row, "connected")
        jobs.remove_all(db, connection_id)
        schedules.plan_first_pull(db, row)
        codat.connection_changed(db, connection_id, row["status"])
        codat.datasets_queued(db, row)
        return _get(db, connection_id)


def system_of(db: Database, entity_id: str) -> str:
    """The accounting system whose books the entity used last; xero where it never used any."""
    used = connections.current_organisation(db, entity_id)
    found = books.find_organisation(db, used) if used else None
    return str(found["platform"]) if found else "xero"


def deny(db: Database, connection_id: str) -> Row:
    """The person pressed Cancel: nothing was connected, and the link can be used again."""
    with write(db):
        row = _get(db, connection_id)
        if row["status"] not in ("pending_auth", "deauthorized"):
            raise ConflictError(f"The connection is {row['status']}")
        codat.linking_failed(db, connection_id)
        return row


def break_off(db: Database, connection_id: str) -> None:
    """Signing in ended with an unknown error of the provider: nothing was connected."""
    message = "Unknown error occurred."
    with write(db):
        codat.linking_failed(
            db, connection_id, status_code="500", status_text=message.rstrip("."), message=message
        )


def revoke(db: Database, connection_id: str) -> Row:
    """Access was taken away on the accounting side; twice is the same as once."""
    with write(db):
        row = _get(db, connection_id)
        if row["status"] == "deauthorized":
            return row
        if row["status"] != "connected":
            raise ConflictError(f"The connection is {row['status']}")
        errors = json.dumps([{"message": ACCESS_WITHDRAWN}])
        return _stop(db, row, "deauthorized", errors=errors, message=ACCESS_WITHDRAWN)


def disconnect(db: Database, connection_id: str) -> Row:
    """End the connection for good; twice is the same as once."""
    with write(db):
        row = _get(db, connection_id)
        if row["status"] == "disconnected":
            return row
        return _stop(db, row, "disconnected", errors=None, message=DISCONNECTED)


def request_sync(db: Database, connection_id: str) -> Row:
    """Ask for a sync now; raises ConflictError unless connected."""
    with write(db):
        row = _get(db, connection_id)
        if row["status"] != "connected":
            raise ConflictError("The connection is not connected")
        schedules.plan_forced_sync(db, connection_id)
        codat.datasets_queued(db, row)
        return row


def _tell(db: Database, row: Row, event: str) -> None:
    events.emit(db, row["entity_id"], "accounting_connection", event, row["id"])


def _get(db: Database, connection_id: str) -> Row:
    row = connections.find(db, connection_id)
    if row is None:
        raise NotFoundError("Accounting connection not found")
    return row


def _organisation(db: Database, row: Row, platform: str, organisation_id: str | None) -> Row:
    wanted = books.books_platform(platform)
    if row["platform"] and books.books_platform(row["platform"]) != wanted:
        raise BadRequestError(f"The connection is for {row['platform']}")
    seen = books.find_organisations(db, row["entity_id"], wanted)
    chosen = next(
        (one for one in seen if one["id"] == organisation_id or (organisation_id is None and one["is_own"])),
        None,
    )
    if chosen is None:
        raise NotFoundError("Organisation not found")
    other = next((one for one in seen if one["id"] != chosen["id"]), None)
    if other is not None and faults.take(db, "wrong_organisation", row["entity_id"]) is not None:
        return other
    return chosen


def _stop(db: Database, row: Row, status: str, *, errors: str | None, message: str) -> Row:
    at = clock.stamp(clock.now(db))
    jobs.remove_all(db, row["id"])
    if row["organisation_id"] is not None:
        synced_records.stop_pending(db, row["entity_id"], row["organisation_id"], message, at=at)
    connections.set_status(db, row["id"], status, errors=errors, at=at)
    _tell(db, row, status)
    codat.connection_changed(db, row["id"], row["status"])
    return _get(db, row["id"])
