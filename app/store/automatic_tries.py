"""The tries that are made by themselves: which records are due for one, and when the next one is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from app.domain.automatic_tries import HEALS, MOST
from app.domain.outbox import OutboxRow
from app.domain.people import Role
from app.domain.record_lists import RecordLine
from app.store import outbox, record_lists
from app.store.database import from_text, to_text

# In the words of the index over stopped records that were not tried often enough.
_STOPPED = f"""
    state = 'attention' AND automatic_tries < {MOST:d} AND updated_at > :since
    AND problem IN (SELECT value FROM json_each(:heals)) AND NOT EXISTS (
        SELECT 1 FROM outbox o WHERE o.object_id = synced_records.id AND o.action = 'retry'
          AND o.state IN ('queued', 'running'))
"""
_PLANNED = f"state = 'queued' AND action = 'retry' AND actor_role = '{Role.SYSTEM.value}'"


def entities_with_stopped(db: Database, since: datetime) -> list[str]:
    """The entities with a record that may be tried by itself and isn't planned to be."""
    rows = db.execute(f"SELECT DISTINCT entity_id FROM synced_records WHERE {_STOPPED}", _bound(since))
    return [row[0] for row in rows.fetchall()]


def find_stopped(
    db: Database, entity_id: str, since: datetime, *, ids: Sequence[str] | None = None, limit: int = 500
) -> list[RecordLine]:
    """The records of an entity, or those of these ids, that may be tried by themselves."""
    among = "" if ids is None else "AND id IN (SELECT value FROM json_each(:ids))"
    rows = db.query(
        f"SELECT * FROM synced_records WHERE entity_id = :entity AND {_STOPPED} {among} LIMIT :limit",
        _bound(since) | {"entity": entity_id, "ids": json.dumps(list(ids or ())), "limit": limit},
    )
    return [record_lists.from_row(row) for row in rows]


def entities_with_planned(db: Database) -> list[str]:
    """The entities that wait for an automatic try."""
    rows = db.execute(f"SELECT DISTINCT entity_id FROM outbox WHERE {_PLANNED}")
    return [row[0] for row in rows.fetchall()]


def planned(db: Database, entity_id: str) -> list[OutboxRow]:
    """The automatic tries that an entity waits for."""
    rows = db.query(f"SELECT * FROM outbox WHERE {_PLANNED} AND entity_id = ?", [entity_id])
    return [outbox.from_row(row) for row in rows]


def next_at(db: Database, record_ids: Sequence[str]) -> dict[str, datetime]:
    """When each of these records is tried by itself next; those that aren't are left out."""
    rows = db.execute(
        f"""
        SELECT object_id, min(not_before) FROM outbox
        WHERE {_PLANNED} AND object_id IN (SELECT value FROM json_each(?)) GROUP BY object_id
        """,
        [json.dumps(list(record_ids))],
    )
    return {record_id: from_text(at) for record_id, at in rows.fetchall()}


def drop(db: Database, entity_id: str, record_ids: Sequence[str], now: datetime) -> None:
    """Plan no automatic try of these records any more."""
    wanted = set(record_ids)
    rows = [row.id for row in planned(db, entity_id) if row.object_id in wanted]
    outbox.take_back(db, rows, now)


def count(db: Database, record_id: str) -> None:
    """An automatic try was made."""
    db.execute("UPDATE synced_records SET automatic_tries = automatic_tries + 1 WHERE id = ?", [record_id])


def start_over(db: Database, record_ids: Sequence[str]) -> None:
    """Count anew from here: a person has taken over, or it was sent."""
    db.execute(
        """
        UPDATE synced_records SET automatic_tries = 0
        WHERE automatic_tries > 0 AND id IN (SELECT value FROM json_each(?))
        """,
        [json.dumps(list(record_ids))],
    )


def _bound(since: datetime) -> dict[str, object]:
    return {"since": to_text(since), "heals": json.dumps(HEALS)}
