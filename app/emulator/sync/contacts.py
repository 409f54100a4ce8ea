"""The contact in the books that a document needs: linked already, found by name, or created."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.codat import PUSHED_AS
from app.emulator.rules.documents import Organisation
from app.emulator.rules.matching import Match, Party, Tie, match_contact
from app.emulator.store import books, parties, synced_records
from app.emulator.store.synced_records import NewRecord
from app.emulator.sync.books import RefusedError, create_contact
from app.emulator.sync.codat import Pushes
from app.emulator.sync.setbacks import Setbacks

Row = dict[str, Any]


def candidates(rows: Iterable[Row], platform: str | None, object_type: str) -> list[Party]:
    """The contacts that a vendor or a customer may be: in QuickBooks only those of its kind."""
    flag = "is_supplier" if object_type == "vendor" else "is_customer"
    by_kind = books.books_platform(platform) == "quickbooks_online"
    return [
        Party(row["id"], row["name"], row["country"], row["city"], row["address"])
        for row in rows
        if row[flag] or not by_kind
    ]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where contacts are looked up and created: a connection, its organisation, and what is to go wrong."""

    connection: Row
    organisation: Organisation
    setbacks: Setbacks
    operations: Pushes
    at: str


def contact_for(db: Database, desk: Desk, counterpart_id: str, object_type: str) -> str:
    """The contact's id; its synced record says how the counterpart came to it.

    Raises RefusedError when several contacts share the name or the books refuse a new one.
    """
    connection, at = desk.connection, desk.at
    record = synced_records.find_one(
        db, connection["entity_id"], connection["organisation_id"], object_type, counterpart_id
    )
    if record is not None and record["platform_object_id"]:
        return str(record["platform_object_id"])
    counterpart = parties.find_counterpart(db, counterpart_id)
    if counterpart is None:
        raise RefusedError(["The counterpart does not exist"])
    new = NewRecord(object_type, counterpart_id, "pending", counterpart["updated_at"])
    record = record or synced_records.get(db, synced_records.insert(db, connection, [new], at=at)[0])
    try:
        contact_id = _match_or_create(db, desk, counterpart, record)
    except RefusedError as refused:
        synced_records.set_error(
            db, record["id"], refused.message, object_updated_at=counterpart["updated_at"], at=at
        )
        raise
    synced_records.set_done(db, record["id"], contact_id, object_updated_at=counterpart["updated_at"], at=at)
    return contact_id


def _match_or_create(db: Database, desk: Desk, counterpart: Row, record: Row) -> str:
    party, object_type = parties.party(counterpart), record["object_type"]
    named = books.contacts_named(db, desk.organisation.id, party.name)
    found = match_contact(party, candidates(named, desk.connection["platform"], object_type))
    if isinstance(found, Match):
        return found.party.id
    if isinstance(found, Tie):
        raise RefusedError([f"several contacts share this name: {party.name}"])

    def create() -> str:
        desk.setbacks.refuse("contact")
        supplier = object_type == "vendor"
        return create_contact(db, desk.organisation, party, email=counterpart["email"], supplier=supplier)

    return desk.operations.carry(record, PUSHED_AS[object_type], create, requested=desk.at)
