"""What happened to an entity's things, for those who subscribe to it; kept for three months."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.rules import events as rules
from app.emulator.store import clock, deliveries, meta, outgoing, subscriptions
from app.emulator.store.database import write

Row = dict[str, Any]


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
