"""What is written down when something is seen at Monite: the mirror, and what it means for history.

Every function is for inside a write transaction, and leaves no trace when nothing has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.carry_overs import changed_hands, name_of
from app.domain.connections import Connection, ConnectionStatus
from app.domain.people import SYSTEM, Actor, Role
from app.domain.problems import diagnose
from app.domain.record_tries import TryResult, next_wait, result_of
from app.domain.resources import CONNECTION, RESOURCES
from app.domain.share_links import FINISHED
from app.domain.synced_records import SyncedRecord
from app.services import automatic_tries, carry_overs, doubts
from app.store import (
    attempts,
    connections,
    events,
    record_tries,
    resources,
    revisions,
    share_links,
    synced_records,
    watched_records,
)

Raw = Mapping[str, Any]
FOUND = "already so when first seen here"
OTHER_ORGANISATION = "organisation_changed"
"""The connection leads to another organisation than before, and was never seen without access."""


def connection(
    db: Database, entity_id: str, seen: Connection, now: datetime, raw: Raw | None = None
) -> tuple[str, ...]:
    """Keep a connection as just seen, and tell what has happened to it since; the kinds of those events."""
    before = connections.get(db, seen.id)
    after = connections.save(db, entity_id, seen, now, raw)
    news = _news(before, after)
    told = tuple(kind for kind in news if not _told(db, entity_id, after, kind, news[kind]))
    for kind in told:
        events.add(
            db,
            entity_id,
            now,
            kind,
            SYSTEM,
            object_type="connection",
            object_id=after.id,
            was=before.status.value if before else None,
            became=after.status.value,
            note=news[kind],
        )
    if {"connected", OTHER_ORGANISATION} & set(told):
        carry_overs.notice(db, entity_id, before, after, now)
    found_in_use = before is None and after.status is not ConnectionStatus.PENDING_AUTH
    if found_in_use or {"connected", "import_finished", OTHER_ORGANISATION} & set(told):
        # Somebody has just connected and waits, unless it was connected before we came.
        wanted = [name for name in RESOURCES if name != CONNECTION]
        resources.want(db, entity_id, wanted, now, interactive=before is not None)
    if "connected" in told:
        _end_links(db, entity_id, after.id, now)
    if before is None or _shown(before) != _shown(after):
        revisions.bump(db, entity_id)
    return told


def _end_links(db: Database, entity_id: str, connection_id: str, now: datetime) -> None:
    """The link with which the last way there began has done its work; no other is of any use now."""
    start = attempts.of_connection(db, entity_id, connection_id)
    link = share_links.get(db, start.share_id) if start and start.share_id else None
    if link is not None and share_links.finish(db, link.id, now):
        by = Actor(link.used_by or "", Role.INVITED, entity_id)
        events.add(db, entity_id, now, FINISHED, by, object_type="share_link", object_id=link.id)
    share_links.overtake(db, entity_id, now)


def _shown(connection: Connection) -> tuple[object, ...]:
    return (
        connection.status,
        connection.platform,
        connection.last_pull,
        connection.business,
        connection.errors,
    )


def _news(before: Connection | None, after: Connection) -> dict[str, str | None]:
    """What has happened, each with its note; a person's own disconnect tells itself."""
    news: dict[str, str | None] = {}
    turned = before is None or before.status is not after.status
    if after.status is ConnectionStatus.CONNECTED and turned:
        news["connected"] = FOUND if before is None else None
    if before is not None and changed_hands(before, after):
        names = (name_of(before.business), name_of(after.business))
        news[OTHER_ORGANISATION] = " → ".join(name for name in names if name)
    regained = before is not None and before.status is ConnectionStatus.DEAUTHORIZED
    again = regained and after.status is ConnectionStatus.CONNECTED
    if after.imported_at is not None and (before is None or before.imported_at is None or again):
        news["import_finished"] = None
    if after.status is ConnectionStatus.CONNECTED and after.imported_at is None and after.errors:
        news["import_failed"] = "; ".join(after.errors)
    if after.status is ConnectionStatus.DEAUTHORIZED and turned:
        found = (FOUND,) if before is None else ()
        news["access_withdrawn"] = "; ".join((*(words.rstrip(".") for words in after.errors), *found)) or None
    if after.status is ConnectionStatus.DISCONNECTED and turned and before is not None:
        news["disconnected"] = None
    return news


def _told(db: Database, entity_id: str, connection: Connection, kind: str, note: str | None) -> bool:
    """Whether the history has it already: an end is told once, a failure once for each reason."""
    if kind not in ("disconnected", "import_failed"):
        return False
    known = events.of_object(db, entity_id, connection.id, kind)
    return known is not None and (kind == "disconnected" or known.note == note)


def not_listed(db: Database, entity_id: str, listed: Sequence[str], now: datetime) -> None:
    """Monite no longer lists some connections: those have ended."""
    for known in connections.find(db, entity_id):
        if known.occupies and known.id not in listed:
            connection(db, entity_id, connections.ended(known), now)


def records(
    db: Database, entity_id: str, seen: Sequence[tuple[SyncedRecord, Raw | None]], now: datetime
) -> int:
    """Keep records as just seen, and end or write down the tries that brought them there.

    A change of status that no try from here explains was made by the automatic sync. What is on its
    way is looked at again soon, whoever sent it.
    """
    seen = synced_records.not_older(db, seen)
    before = synced_records.statuses(db, [record.id for record, _ in seen])
    changed = synced_records.save(db, entity_id, seen, now)
    for record, _ in seen:
        _tries_of(db, entity_id, record, before.get(record.id), now)
    if any(_tells_of_loss(record, before.get(record.id)) for record, _ in seen):
        doubts.look(db, entity_id, now)
    failed = [record.id for record, _ in seen if result_of(record.sync_status) is TryResult.FAILED]
    automatic_tries.plan(db, entity_id, now, failed)
    return changed


def _tells_of_loss(record: SyncedRecord, was: str | None) -> bool:
    """Whether the record failed just now for want of access."""
    if record.sync_status != "error" or was == "error":
        return False
    return diagnose(record.object_type, record.sync_status, record.error_text).problem in doubts.LOST


def _tries_of(db: Database, entity_id: str, record: SyncedRecord, was: str | None, now: datetime) -> None:
    result = result_of(record.sync_status)
    if result is None:
        watched_records.notice(db, entity_id, record.object_type, record.id, now + next_wait(0))
        return
    problem = diagnose(record.object_type, record.sync_status, record.error_text).problem
    ours = record_tries.finish(db, record, now, problem)
    watched_records.remove(db, record.id)
    if not ours and record.sync_status != was:
        record_tries.add(
            db,
            entity_id,
            record.id,
            at=record.updated_at,
            actor=SYSTEM,
            result=result,
            problem=problem,
            message=record.error_text,
        )
