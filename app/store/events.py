"""The audit trail: only ever added to, in the transaction of the change that it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.assignables import Choice, Kind
from app.domain.events import ASSIGNED, PRESENCE, Event
from app.domain.people import Actor, Role
from app.store.database import from_text, maybe_from_text, to_text

_ADD = """
    INSERT INTO events (entity_id, at, kind, actor_name, actor_role, object_type, object_id, was, became,
        note, batch_id, details, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def add(
    db: Database,
    entity_id: str,
    at: datetime,
    kind: str,
    actor: Actor,
    *,
    object_type: str | None = None,
    object_id: str | None = None,
    was: str | None = None,
    became: str | None = None,
    note: str | None = None,
    batch_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Write one event down and return its id. One of many of a bulk change names its batch."""
    row = db.execute(
        f"{_ADD} RETURNING id",
        [
            entity_id,
            to_text(at),
            kind,
            actor.name,
            actor.role.value,
            object_type,
            object_id,
            was,
            became,
            note,
            batch_id,
            json.dumps(dict(details)) if details else None,
            actor.reason,
        ],
    ).fetchone()
    return int(row[0])


def add_choices(
    db: Database,
    entity_id: str,
    at: datetime,
    actor: Actor,
    choices: Sequence[Choice],
    *,
    batch_id: str | None,
) -> None:
    """Write down what account each row had and gets."""
    moment = to_text(at)
    db.conn.executemany(
        _ADD,
        (
            (
                entity_id,
                moment,
                ASSIGNED,
                actor.name,
                actor.role.value,
                "product" if choice.row.kind is Kind.PRODUCTS else "line_item",
                choice.row.id,
                choice.row.current_account_id,
                choice.account_id,
                choice.row.name or choice.row.description,
                batch_id,
                json.dumps(dict(choice.details)) if choice.details else None,
                actor.reason,
            )
            for choice in choices
        ),
    )


def find(
    db: Database,
    entity_id: str,
    *,
    kinds: Sequence[str] = (),
    object_id: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Event]:
    """The newest events first: of these kinds, of this object, or older than this id, where given."""
    where, values = ["entity_id = ?"], [entity_id, *kinds]
    if kinds:
        where.append(f"kind IN ({', '.join('?' * len(kinds))})")
    if object_id is not None:
        where.append("object_id = ?")
        values.append(object_id)
    if before_id is not None:
        where.append("id < ?")
        values.append(str(before_id))
    rows = db.query(
        f"SELECT * FROM events WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?", [*values, limit]
    )
    return [from_row(row) for row in rows]


def told(db: Database, entity_id: str, limit: int) -> list[Event]:
    """The newest events as people tell them: a bulk change is one, and who came in is no news."""
    marks = ", ".join("?" * len(PRESENCE))
    rows = db.query(
        f"""
        SELECT * FROM events WHERE entity_id = ? AND batch_id IS NULL AND kind NOT IN ({marks})
        ORDER BY id DESC LIMIT ?
        """,
        [entity_id, *PRESENCE, limit],
    )
    return [from_row(row) for row in rows]


def last_about(
    db: Database, entity_id: str, kinds: Sequence[str], object_ids: Sequence[str], *, since: datetime
) -> datetime | None:
    """When one of these objects last had an event of these kinds, if that was after the given moment."""
    row = db.execute(
        """
        SELECT max(at) FROM events
        WHERE entity_id = ? AND kind IN (SELECT value FROM json_each(?)) AND at > ?
          AND object_id IN (SELECT value FROM json_each(?))
        """,
        [entity_id, json.dumps(list(kinds)), to_text(since), json.dumps(list(object_ids))],
    ).fetchone()
    return maybe_from_text(row[0])


def latest(db: Database, entity_id: str, *kinds: str) -> Event | None:
    """The newest event of any of these kinds."""
    found = find(db, entity_id, kinds=kinds, limit=1)
    return found[0] if found else None


def of_object(db: Database, entity_id: str, object_id: str, kind: str) -> Event | None:
    """The newest event of a kind about one object."""
    found = find(db, entity_id, kinds=(kind,), object_id=object_id, limit=1)
    return found[0] if found else None


def add_many(
    db: Database,
    entity_id: str,
    at: datetime,
    rows: Iterable[tuple[str | None, str | None, str | None, str | None]],
    *,
    kind: str,
    actor: Actor,
    batch_id: str | None,
) -> None:
    """Write down the parts of a bulk change: object type and id, what it was, and a note of each."""
    start = (entity_id, to_text(at), kind, actor.name, actor.role.value, actor.reason, batch_id)
    db.conn.executemany(
        """
        INSERT INTO events
            (entity_id, at, kind, actor_name, actor_role, reason, batch_id, object_type, object_id, was, note)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        ((*start, *row) for row in rows),
    )


def newest_id(db: Database) -> int:
    """The id of the newest event of all; what is written later has a higher one."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])


def from_row(row: dict[str, Any]) -> Event:
    """An event from a row of the table."""
    return Event(
        id=row["id"],
        entity_id=row["entity_id"],
        at=from_text(row["at"]),
        kind=row["kind"],
        actor=Actor(row["actor_name"], Role(row["actor_role"]), reason=row["reason"]),
        object_type=row["object_type"],
        object_id=row["object_id"],
        was=row["was"],
        became=row["became"],
        note=row["note"],
        batch_id=row["batch_id"],
        details=json.loads(row["details"]) if row["details"] else {},
    )
