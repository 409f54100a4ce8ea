"""What happened to an entity's things, for those who subscribe to it; kept for three months."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import NotFoundError
from app.emulator.rules import events as rules
from app.emulator.rules.versions import Version
from app.emulator.store import clock, deliveries, meta, outgoing, pages, subscriptions
from app.emulator.store.database import write
from app.emulator.store.filters import choice, moments

Row = dict[str, Any]

LISTING = pages.Listing("events", "events", {"created_at": "created_at", "updated_at": "updated_at"})
FILTERS = {
    "object_type": choice("object_type", rules.OBJECT_TYPES),
    **moments("created_at", "created_at"),
}


def emit(db: Database, entity_id: str, object_type: str, event: str, object_id: str) -> None:
    """Note what happened to one thing, and send word to every enabled subscription for it."""
    emit_all(db, entity_id, object_type, event, [object_id])


def emit_all(db: Database, entity_id: str, object_type: str, event: str, object_ids: Iterable[str]) -> None:
    """The same for many things at once, in a few statements; nothing is sent before the caller commits."""
    with write(db):
        now, version = clock.stamp(clock.now(db)), meta.background_version(db).date
        happened = [
            {
                "id": str(uuid4()),
                "entity_id": entity_id,
                "object_type": object_type,
                "event": event,
                "object_id": object_id,
                "api_version": version,
                "created_at": now,
                "updated_at": now,
            }
            for object_id in object_ids
        ]
        deliveries.forget_old(db, entity_id)
        db.conn.executemany(
            """
            INSERT INTO events
                (id, entity_id, object_type, event, object_id, api_version, created_at, updated_at)
            VALUES (:id, :entity_id, :object_type, :event, :object_id, :api_version, :created_at, :updated_at)
            """,
            happened,
        )
        for subscription in subscriptions.find_listening(db, object_type, event):
            _send(db, subscription, happened)


def find(db: Database, entity_id: str, args: Mapping[str, list[str]], version: Version) -> pages.Page:
    """One page of what happened to the entity's things, as the version writes it."""
    found = deliveries.kept_page(db, LISTING, FILTERS, entity_id, args)
    return found.shaped(lambda row: rules.shape(row, version))


def get(db: Database, event_id: str, version: Version) -> Row:
    """One event, whichever entity's; raises NotFoundError when there is none, or none any more."""
    rows = db.query(
        "SELECT * FROM events WHERE id = ? AND created_at >= ?", [event_id, deliveries.oldest_kept(db)]
    )
    row = next(rows, None)
    if row is None:
        raise NotFoundError
    return rules.shape(row, version)


def _send(db: Database, subscription: Row, happened: list[Row]) -> None:
    made = deliveries.create(db, subscription, happened)
    outgoing.add_all(
        db,
        [
            outgoing.Message(
                channel="monite",
                message_id=event["id"],
                url=subscription["url"],
                body=json.dumps(rules.message(event, subscription["id"])),
                entity_id=event["entity_id"],
                reference=delivery_id,
            )
            for event, delivery_id in zip(happened, made, strict=True)
        ],
    )
