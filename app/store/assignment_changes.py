"""The audit trail read as changes of accounts: who gave what to which row, and what it was before."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlite_utils import Database

from app.domain.events import ASSIGNED, Event
from app.store.events import from_row


class Before(NamedTuple):
    """One row of a batch: the event, and the accounts before and after it."""

    id: int
    object_id: str
    was: str | None
    became: str | None


def page(
    db: Database, entity_id: str, object_type: str, limit: int, before_id: int | None = None
) -> list[Event]:
    """The newest changes first, older than this event where given; a bulk change is one."""
    rows = db.query(
        """
        SELECT * FROM events
        WHERE entity_id = :entity AND object_type = :type AND batch_id IS NULL
          AND kind IN ('account_assigned', 'accounts_assigned') AND (:before IS NULL OR id < :before)
        ORDER BY id DESC LIMIT :limit
        """,
        {"entity": entity_id, "type": object_type, "before": before_id, "limit": limit},
    )
    return [from_row(row) for row in rows]


def in_batch(
    db: Database, entity_id: str, batch_id: str, limit: int, before_id: int | None = None
) -> list[Event]:
    """The rows of one bulk change, as `page` gives them."""
    rows = db.query(
        """
        SELECT * FROM events WHERE batch_id = :batch AND entity_id = :entity
          AND (:before IS NULL OR id < :before)
        ORDER BY id DESC LIMIT :limit
        """,
        {"batch": batch_id, "entity": entity_id, "before": before_id, "limit": limit},
    )
    return [from_row(row) for row in rows]


def of_batch(db: Database, entity_id: str, batch_id: str) -> list[Before]:
    """What every row of a bulk change was and became."""
    rows = db.execute(
        """
        SELECT id, object_id, was, became FROM events
        WHERE batch_id = ? AND entity_id = ? AND object_id IS NOT NULL ORDER BY id
        """,
        [batch_id, entity_id],
    )
    return [Before(*row) for row in rows.fetchall()]


def get(db: Database, entity_id: str, event_id: int) -> Event | None:
    """One change of one row."""
    sql = "SELECT * FROM events WHERE id = ? AND entity_id = ? AND kind = ?"
    return next((from_row(row) for row in db.query(sql, [event_id, entity_id, ASSIGNED])), None)


def newest(db: Database, entity_id: str, object_ids: Iterable[str]) -> dict[str, Event]:
    """The newest change of each of these rows that was ever changed."""
    rows = db.query(
        """
        SELECT e.* FROM json_each(?) j JOIN events e ON e.id = (
            SELECT id FROM events WHERE object_id = j.value AND entity_id = ? AND kind = ?
            ORDER BY id DESC LIMIT 1)
        """,
        [json.dumps(list(object_ids)), entity_id, ASSIGNED],
    )
    return {event.object_id: event for event in map(from_row, rows) if event.object_id}


def by_others(db: Database, entity_id: str, name: str, after_id: int) -> frozenset[str]:
    """The rows that somebody of another name changed after this event."""
    rows = db.execute(
        """
        SELECT DISTINCT object_id FROM events
        WHERE id > ? AND entity_id = ? AND kind = ? AND actor_name <> ?
        """,
        [after_id, entity_id, ASSIGNED, name],
    )
    return frozenset(row[0] for row in rows.fetchall())


def last_for_supplier(db: Database, entity_id: str, supplier: str, among: int = 200) -> list[str | None]:
    """The accounts that people last chose for two lines of a supplier, newest first.

    Only the newest changes of the business are looked through, so that it costs the same for everybody.
    """
    rows = db.execute(
        """
        SELECT e.became FROM (
            SELECT max(id) AS id, object_id FROM (
                SELECT id, object_id FROM events WHERE entity_id = :entity AND kind = :kind
                ORDER BY id DESC LIMIT :among)
            GROUP BY object_id) last
        JOIN payable_lines l ON l.id = last.object_id AND l.supplier = :supplier
        JOIN events e ON e.id = last.id
        ORDER BY e.id DESC LIMIT 2
        """,
        {"entity": entity_id, "kind": ASSIGNED, "supplier": supplier, "among": among},
    )
    return [row[0] for row in rows.fetchall()]
