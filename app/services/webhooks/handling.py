"""What a message leads to: that Monite is asked now, instead of within the hour."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from app.domain.errors import NotThereError
from app.domain.import_types import DONE, FAILED, RESOURCE_OF, TypeEnd
from app.domain.resources import CONNECTION, ENTITIES, EVERYBODY
from app.domain.webhooks import CODAT, Channel, Note, Notice, Outcome, ReadEnd, Topic, Webhook, notices
from app.services.deps import Deps
from app.store import (
    connections,
    entities,
    events,
    import_types,
    provider_links,
    resources,
    revisions,
    webhooks,
)
from app.store.database import write

HANDLED_AGAIN = "webhook_handled_again"
KEPT_FOR = timedelta(days=14)
MOST_KEPT = 100_000
CHUNK = 500
"""How many old ones are dropped at a time, so that nobody waits for it."""
LOOKS_AGAIN = (timedelta(seconds=5), timedelta(seconds=30))
"""Codat tells Monite and us at the same moment, and Monite may need one to believe it."""
MONITE_FOLLOWS = timedelta(seconds=3)
"""What Codat has read or written is looked for at Monite after this; several such wishes become one."""
RECORDS_OF: Mapping[str, str] = {
    "bills": "bill",
    "invoices": "receivable",
    "payments": "receivable",
    "items": "product",
    "suppliers": "vendor",
    "customers": "customer",
}
"""The synced records that tell of each data type that Codat writes."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Whom a message is about."""

    entity_id: str
    connection_id: str | None = None


def run_due(deps: Deps, seconds: float) -> int:
    """Handle what waits, for about so long, and drop what is old; how many messages were handled."""
    until, handled = time.monotonic() + seconds, 0
    while time.monotonic() < until and _handle_next(deps):
        handled += 1
    if handled:
        deps.wake()
    return handled + _look_again(deps) + _drop_old(deps)


def handle_again(deps: Deps, webhook_id: int) -> None:
    """Have a message handled once more, whatever became of it; raises NotThereError when it can't be."""
    with write(deps.db) as db:
        before = webhooks.get(db, webhook_id)
        if before is None or not webhooks.handle_again(db, webhook_id):
            raise NotThereError("There is no such message here.")
        events.add(
            db,
            before.entity_id or "",
            deps.clock(),
            HANDLED_AGAIN,
            deps.actor,
            object_type="webhook",
            object_id=str(webhook_id),
            was=before.outcome.value,
            became=Outcome.NEW.value,
            note=before.event,
        )
    deps.wake()


def _handle_next(deps: Deps) -> bool:
    """Handle the oldest message that waits; whether there was one.

    It is taken in a transaction of its own, so that one that breaks its handling is counted and, after
    some tries, left alone.
    """
    if not webhooks.has_new(deps.db):
        return False
    with write(deps.db) as db:
        message = webhooks.take(db, deps.clock())
    if message is None:
        return False
    with write(deps.db) as db:
        _handle(db, message, deps.clock())
    return True


def _handle(db: Database, message: Webhook, now: datetime) -> None:
    notice = _notice(message)
    if notice.topic is Topic.OTHER:
        webhooks.settle(db, message.id, Outcome.IGNORED, now, note=Note.UNUSED)
        return
    if notice.topic is Topic.TEST:
        webhooks.settle(db, message.id, Outcome.HANDLED, now)
        return
    place = _place(db, notice, message.channel)
    if place is None:
        webhooks.settle(db, message.id, Outcome.IGNORED, now, note=Note.NOBODY)
        return
    again = _take_effect(db, notice, message, place, now)
    webhooks.settle(db, message.id, Outcome.HANDLED, now, entity_id=place.entity_id, look_again_at=again)
    revisions.bump(db, place.entity_id)


def _notice(message: Webhook) -> Notice:
    raw = message.body.encode()
    return notices.read(message.channel, json.loads(raw), raw, message.message_id or "")


def _place(db: Database, notice: Notice, channel: Channel) -> _Place | None:
    """The business of a message: by its connection, else by what the message calls it."""
    for provider_connection in notice.provider_connections:
        found = provider_links.find(db, provider_connection)
        if found:
            return _Place(*found)
    for entity_id in notice.entity_ids:
        # Only Monite's word makes an entity that isn't in our list yet.
        if channel is Channel.MONITE or entities.get(db, entity_id) is not None:
            current = connections.current(db, entity_id)
            return _Place(entity_id, current.id if current else None)
    return None


def _take_effect(
    db: Database, notice: Notice, message: Webhook, place: _Place, now: datetime
) -> datetime | None:
    """Have the right things read; when Monite is to be looked at again because of it, if it is."""
    if notice.topic is Topic.CONNECTION:
        resources.want(db, place.entity_id, [CONNECTION], now)
        if entities.get(db, place.entity_id) is None:
            resources.want(db, EVERYBODY, [ENTITIES], now, interactive=False)
        return now + LOOKS_AGAIN[0] if message.channel in CODAT else None
    soon = now + MONITE_FOLLOWS
    if notice.topic is Topic.READ:
        changed = _keep_reads(db, notice, message, place)
        resources.due_by(db, place.entity_id, [CONNECTION, *changed], soon)
    else:
        records = {f"synced_records:{RECORDS_OF[name]}" for name in notice.written if name in RECORDS_OF}
        resources.due_by(db, place.entity_id, sorted(records), soon, interactive=True)
    return None


def _keep_reads(db: Database, notice: Notice, message: Webhook, place: _Place) -> list[str]:
    """Keep how each reading ended; the resources that may have changed by it.

    Codat's rules tell no time of their own, so that theirs is when they came.
    """
    at = notice.occurred_at or message.received_at
    for end in notice.reads:
        connection_id = _connection_of(db, end, place)
        if connection_id:
            state = DONE if end.done else FAILED
            import_types.save(db, connection_id, TypeEnd(end.data_type, state, at, end.message))
    return list(dict.fromkeys(_changed(notice.reads)))


def _changed(reads: Iterable[ReadEnd]) -> Iterable[str]:
    return (RESOURCE_OF[end.data_type] for end in reads if end.changed and end.data_type in RESOURCE_OF)


def _connection_of(db: Database, end: ReadEnd, place: _Place) -> str | None:
    found = provider_links.find(db, end.provider_connection) if end.provider_connection else None
    return found[1] if found else place.connection_id


def _look_again(deps: Deps) -> int:
    """Have those connections read again of which Codat told something a while ago."""
    due = webhooks.due_again(deps.db, deps.clock(), CHUNK)
    if not due:
        return 0
    now = deps.clock()
    with write(deps.db) as db:
        for message in due:
            resources.want(db, message.entity_id or "", [CONNECTION], now)
            later = next(iter(LOOKS_AGAIN[message.looks + 1 :]), None)
            webhooks.looked(db, message.id, now + later if later else None)
    deps.wake()
    return len(due)


def _drop_old(deps: Deps) -> int:
    before = deps.clock() - KEPT_FOR
    if not webhooks.has_older(deps.db, before, MOST_KEPT):
        return 0
    with write(deps.db) as db:
        return webhooks.drop_old(db, before, MOST_KEPT, CHUNK)
