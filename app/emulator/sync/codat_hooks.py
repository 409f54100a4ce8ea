"""Telling those who listen to Codat what has happened; nothing is written when nobody listens."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.rules import codat_hooks as bodies
from app.emulator.rules import codat_shapes as shapes
from app.emulator.rules.codat import connection_event, wants
from app.emulator.rules.deliveries import Channel
from app.emulator.store import clock, codat_companies, codat_consumers, meta, outgoing
from app.emulator.store.ids import made_of
from app.emulator.store.outgoing import Message

Row = dict[str, Any]

ALPHABET = string.ascii_letters + string.digits
MESSAGE_ID_LENGTH = 27


def connection_changed(db: Database, connection: Row, before: str | None) -> None:
    """A connection is new, or its status is another one."""
    if before not in (None, connection["status"]):
        _alert(db, connection, [bodies.status_alert(connection, str(before))])
    event = connection_event(before, connection["status"])
    if event is not None:
        connection_event_sent(db, connection, event)


def connection_event_sent(db: Database, connection: Row, event: str) -> None:
    """An event about a connection as it now is."""
    listeners = _listeners(db, event)
    company = codat_companies.find(db, connection["company_id"]) if listeners else None
    if company is not None:
        errors = codat_companies.find_errors(db, [connection["id"]])[connection["id"]]
        shown = shapes.connection(connection, errors, meta.base_url(db))
        payload = bodies.connection_payload(company, shown)
        outgoing.add_all(db, _events(db, listeners, connection, event, payload))


def dataset_read(db: Database, connection: Row, dataset: Row) -> None:
    """A data type was read; the rule is silent about what failed."""
    if dataset["status"] == "Complete":
        _alert(db, connection, [bodies.sync_alert(connection, dataset)])


def reading_ended(
    db: Database, connection: Row, datasets: list[Row], *, since: str | None, events: Iterable[str]
) -> None:
    """A run is over, and every data type was read or has failed."""
    for event in events:
        listeners = _listeners(db, event)
        company = codat_companies.find(db, connection["company_id"]) if listeners else None
        if company is not None:
            payload = bodies.read_payload(company, connection, datasets, since)
            outgoing.add_all(db, _events(db, listeners, connection, event, payload))


def pushes_ended(db: Database, connection: Row, operations: list[Row]) -> None:
    """Push operations have ended."""
    _alert(db, connection, [bodies.push_alert(operation) for operation in operations])
    consumers = codat_consumers.find_all(db, "events")
    company = codat_companies.find(db, connection["company_id"]) if consumers else None
    if company is None:
        return
    messages: list[Message] = []
    for operation in operations:
        event = bodies.write_event(operation)
        listeners = [one for one in consumers if wants(one["types"], event)]
        payload = bodies.write_payload(company, connection, operation)
        messages += _events(db, listeners, connection, event, payload)
    outgoing.add_all(db, messages)


def _alert(db: Database, connection: Row, contents: list[Row]) -> None:
    messages = []
    for consumer in codat_consumers.find_all(db, "rules"):
        for content in contents:
            if wants(consumer["types"], content["RuleType"]):
                rule_id = made_of("rule", consumer["id"], content["RuleType"])
                body = bodies.alert(str(uuid4()), rule_id, connection, content)
                messages.append(_message("codat_rules", consumer, connection, body["AlertId"], body))
    if messages:
        outgoing.add_all(db, messages)


def _listeners(db: Database, event: str) -> list[Row]:
    return [one for one in codat_consumers.find_all(db, "events") if wants(one["types"], event)]


def _events(db: Database, listeners: list[Row], connection: Row, event: str, payload: Row) -> list[Message]:
    """One event to everyone who wants it: the same message, and so the same id."""
    body = bodies.event(str(uuid4()), event, clock.stamp(clock.now(db)), payload)
    message_id = "msg_" + "".join(secrets.choice(ALPHABET) for _ in range(MESSAGE_ID_LENGTH))
    return [_message("codat_events", consumer, connection, message_id, body) for consumer in listeners]


def _message(channel: Channel, consumer: Row, connection: Row, message_id: str, body: Row) -> Message:
    return Message(
        channel,
        message_id,
        consumer["url"],
        json.dumps(body, ensure_ascii=False),
        consumer["secret"],
        connection["entity_id"],
        consumer["id"],
    )
