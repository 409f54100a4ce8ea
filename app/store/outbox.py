"""The outbox: the truth about what people asked for until Monite confirms it.

A row that is being sent is leased. Whoever closes it must still hold the attempt with which it was
claimed, so a sender that was given up on cannot close what another has taken over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.outbox import Intent, OutboxRow, OutboxState
from app.domain.people import Actor, Role
from app.store.database import from_text, maybe_from_text, to_text

# SQLite uses an index over open rows only where a query says so in the index's own words.
_OPEN = "state IN ('queued', 'running')"
# Sent in order: what is newer waits while an older intent of the same key is under way.
_CLAIM = f"""
    UPDATE outbox SET state = 'running', attempts = attempts + 1, lease_until = :lease_until
    WHERE id IN (
        SELECT id FROM outbox AS mine
        WHERE {{which}} AND {_OPEN} AND not_before <= :now AND (state = 'queued' OR lease_until <= :now)
          AND NOT EXISTS (
              SELECT 1 FROM outbox AS older
              WHERE older.key = mine.key AND older.id < mine.id
                AND older.{_OPEN} AND older.state = 'running')
        ORDER BY not_before, id LIMIT :limit)
    RETURNING *
"""
_SUPERSEDE = f"""
    UPDATE outbox SET state = 'superseded', finished_at = ?
    WHERE key = ? AND {_OPEN} AND state = 'queued'
"""
_ADD = """
    INSERT INTO outbox (entity_id, batch_id, action, object_type, object_id, parent_id, body, key,
        not_before, actor_name, actor_role, reason, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def add(
    db: Database,
    entity_id: str,
    actor: Actor,
    intent: Intent,
    now: datetime,
    *,
    batch_id: str | None = None,
) -> int:
    """Queue an intent in place of those of the same key that are not under way yet; returns its id."""
    supersede(db, intent.own_key, now)
    row = db.execute(f"{_ADD} RETURNING id", _to_row(entity_id, actor, intent, now, batch_id)).fetchone()
    return int(row[0])


def add_many(
    db: Database, entity_id: str, actor: Actor, intents: Sequence[Intent], now: datetime, *, batch_id: str
) -> None:
    """Queue the intents of a batch as `add` does, thousands at once."""
    moment = to_text(now)
    db.conn.executemany(_SUPERSEDE, [(moment, intent.own_key) for intent in intents])
    db.conn.executemany(_ADD, (_to_row(entity_id, actor, intent, now, batch_id) for intent in intents))


def supersede(db: Database, key: str, now: datetime) -> None:
    """Take back what waits under this key."""
    db.execute(_SUPERSEDE, [to_text(now), key])


def claim(db: Database, now: datetime, lease_until: datetime, limit: int) -> list[OutboxRow]:
    """Take up to so many rows that are due; nobody else gets them before the lease ends.

    A person who waits for one answer goes before the many of a batch.
    """
    alone = _claim(db, "batch_id IS NULL", now, lease_until, {"limit": limit})
    if len(alone) == limit:
        return alone
    return alone + _claim(db, "batch_id IS NOT NULL", now, lease_until, {"limit": limit - len(alone)})


def claim_these(db: Database, ids: Sequence[int], now: datetime, lease_until: datetime) -> list[OutboxRow]:
    """Take those of the given rows that are due."""
    values = {"limit": len(ids), "ids": json.dumps(list(ids))}
    which = "id IN (SELECT value FROM json_each(:ids))"
    return _claim(db, which, now, lease_until, values)


def _claim(
    db: Database, which: str, now: datetime, lease_until: datetime, values: dict[str, Any]
) -> list[OutboxRow]:
    bound = {**values, "now": to_text(now), "lease_until": to_text(lease_until)}
    return sorted((from_row(row) for row in db.query(_CLAIM.format(which=which), bound)), key=lambda r: r.id)


def take_all(db: Database) -> list[OutboxRow]:
    """Take every open row, due or not, held by somebody or not: for a store that nobody else works with."""
    rows = db.query(f"UPDATE outbox SET state = 'running', attempts = attempts + 1 WHERE {_OPEN} RETURNING *")
    return sorted((from_row(row) for row in rows), key=lambda row: row.id)


def renew(db: Database, rows: Iterable[OutboxRow], lease_until: datetime) -> None:
    """Keep the rows for longer, those that are still held."""
    for row in rows:
        db.execute(
            "UPDATE outbox SET lease_until = ? WHERE id = ? AND state = 'running' AND attempts = ?",
            [to_text(lease_until), row.id, row.attempts],
        )


def close(
    db: Database,
    row: OutboxRow,
    state: OutboxState,
    now: datetime,
    *,
    error: str | None = None,
    status: int | None = None,
) -> bool:
    """End the row; False, and nothing done, when it is no longer held by the one who claimed it."""
    closed = db.execute(
        """
        UPDATE outbox SET state = ?, finished_at = ?, lease_until = NULL, last_error = ?, error_status = ?
        WHERE id = ? AND state = 'running' AND attempts = ?
        """,
        [state.value, to_text(now), error, status, row.id, row.attempts],
    )
    return closed.rowcount == 1


def put_back(
    db: Database, row: OutboxRow, now: datetime, not_before: datetime, *, error: str, status: int | None
) -> None:
    """Queue a row that could not be sent for another try, unless nobody wants it any more."""
    if _stopped(db, row):
        close(db, row, OutboxState.STOPPED, now, error=error, status=status)
    elif _replaced(db, row):
        close(db, row, OutboxState.SUPERSEDED, now, error=error, status=status)
    else:
        db.execute(
            """
            UPDATE outbox SET state = 'queued', lease_until = NULL, not_before = ?, last_error = ?,
                error_status = ?
            WHERE id = ? AND state = 'running' AND attempts = ?
            """,
            [to_text(not_before), error, status, row.id, row.attempts],
        )


def _stopped(db: Database, row: OutboxRow) -> bool:
    sql = "SELECT 1 FROM batches WHERE id = ? AND stop_requested_at IS NOT NULL"
    return db.execute(sql, [row.batch_id]).fetchone() is not None


def _replaced(db: Database, row: OutboxRow) -> bool:
    sql = f"SELECT 1 FROM outbox WHERE key = ? AND id > ? AND {_OPEN}"
    return db.execute(sql, [row.key, row.id]).fetchone() is not None


def hurry(db: Database, now: datetime) -> int:
    """Make due at once what waits only because nobody answered; says how many rows that are."""
    return db.execute(
        f"""
        UPDATE outbox SET not_before = :now
        WHERE {_OPEN} AND state = 'queued' AND not_before > :now AND attempts > 0
          AND (error_status IS NULL OR error_status IN (502, 503, 504))
        """,
        {"now": to_text(now)},
    ).rowcount


def stop(db: Database, batch_id: str, now: datetime) -> int:
    """Take back the rows of a batch that are not under way; says how many."""
    return db.execute(
        "UPDATE outbox SET state = 'stopped', finished_at = ? WHERE batch_id = ? AND state = 'queued'",
        [to_text(now), batch_id],
    ).rowcount


def take_back(db: Database, ids: Sequence[int], now: datetime) -> int:
    """Send none of these that are not under way; says how many that are."""
    return db.execute(
        """
        UPDATE outbox SET state = 'stopped', finished_at = ?
        WHERE id IN (SELECT value FROM json_each(?)) AND state = 'queued'
        """,
        [to_text(now), json.dumps(list(ids))],
    ).rowcount


def find(db: Database, ids: Sequence[int]) -> list[OutboxRow]:
    """The rows as they stand now, in the order of their ids."""
    rows = db.query(
        "SELECT * FROM outbox WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [json.dumps(list(ids))],
    )
    return [from_row(row) for row in rows]


def find_for_object(db: Database, object_id: str, action: str | None = None) -> list[OutboxRow]:
    """Everything ever asked for one object, newest first; of one action when that is given."""
    rows = db.query(
        "SELECT * FROM outbox WHERE object_id = ? AND (? IS NULL OR action = ?) ORDER BY id DESC",
        [object_id, action, action],
    )
    return [from_row(row) for row in rows]


def newest(db: Database, action: str, object_ids: Sequence[str]) -> dict[str, OutboxRow]:
    """What was last asked of each of these objects, by its id; those of which nothing was are left out."""
    rows = db.query(
        """
        SELECT * FROM outbox WHERE id IN (
            SELECT max(o.id) FROM json_each(?) j JOIN outbox o ON o.object_id = j.value
            WHERE o.action = ? GROUP BY o.object_id)
        """,
        [json.dumps(list(object_ids)), action],
    )
    return {row["object_id"]: from_row(row) for row in rows}


def find_open(db: Database, entity_id: str, action: str) -> list[OutboxRow]:
    """What one entity still has to send of one action, oldest first."""
    rows = db.query(
        """
        SELECT * FROM outbox WHERE state IN ('queued', 'running') AND entity_id = ? AND action = ?
        ORDER BY id
        """,
        [entity_id, action],
    )
    return [from_row(row) for row in rows]


def is_open(db: Database, key: str) -> bool:
    """Whether something of this key is still to be sent."""
    sql = "SELECT 1 FROM outbox WHERE key = ? AND state IN ('queued', 'running')"
    return db.execute(sql, [key]).fetchone() is not None


def next_due(db: Database) -> datetime | None:
    """When the first open row can be claimed; None when all is sent."""
    row = db.execute(
        f"""
        SELECT min(at) FROM (
            SELECT * FROM (SELECT not_before AS at FROM outbox WHERE {_OPEN} AND state = 'queued'
                ORDER BY not_before LIMIT 1)
            UNION ALL SELECT min(lease_until) FROM outbox WHERE state = 'running')
        """
    ).fetchone()
    return maybe_from_text(row[0])


def _to_row(
    entity_id: str, actor: Actor, intent: Intent, now: datetime, batch_id: str | None
) -> tuple[str | None, ...]:
    moment = to_text(now)
    return (
        entity_id,
        batch_id,
        intent.action,
        intent.object_type,
        intent.object_id,
        intent.parent_id,
        json.dumps(dict(intent.body)),
        intent.own_key,
        to_text(intent.not_before or now),
        actor.name,
        actor.role.value,
        actor.reason,
        moment,
    )


def from_row(row: dict[str, Any]) -> OutboxRow:
    """An intent from a row of the table."""
    return OutboxRow(
        id=row["id"],
        entity_id=row["entity_id"],
        batch_id=row["batch_id"],
        action=row["action"],
        object_type=row["object_type"],
        object_id=row["object_id"],
        parent_id=row["parent_id"],
        body=json.loads(row["body"]),
        key=row["key"],
        state=OutboxState(row["state"]),
        attempts=row["attempts"],
        not_before=from_text(row["not_before"]),
        last_error=row["last_error"],
        error_status=row["error_status"],
        actor=Actor(row["actor_name"], Role(row["actor_role"]), row["entity_id"], row["reason"]),
        created_at=from_text(row["created_at"]),
        finished_at=maybe_from_text(row["finished_at"]),
    )
