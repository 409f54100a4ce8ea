"""When each list of each entity was read, and is to be read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.domain.resources import LINE_ITEMS, RESOURCES, Read, ResourceState, Share
from app.store.database import maybe_from_text, maybe_to_text, to_text
from app.store.mirror import ids

LEASE = timedelta(seconds=60)
_SHARES = {
    Share.ALL: "true",
    Share.PEOPLE: f"interactive = 1 AND resource <> '{LINE_ITEMS}'",
    Share.LISTS: f"resource <> '{LINE_ITEMS}'",
    # Which line items are due is known once the bills have been read.
    Share.SCANS: f"""resource = '{LINE_ITEMS}' AND NOT EXISTS (
        SELECT 1 FROM resources AS bills
        WHERE bills.entity_id = resources.entity_id AND bills.resource = 'payables'
          AND (bills.state = 'running' OR bills.next_due <= :now))""",
}
_FREE = "next_due <= :now AND (lease_until IS NULL OR lease_until <= :now)"


def want(
    db: Database, entity_id: str, resources: Iterable[str], now: datetime, *, interactive: bool = True
) -> None:
    """Ask for these to be read now; a person's wish is not made less by the machine's own."""
    db.conn.executemany(
        """
        INSERT INTO resources (entity_id, resource, requested_at, interactive, next_due)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET requested_at = excluded.requested_at, next_due = excluded.next_due,
            interactive = max(interactive, excluded.interactive)
        """,
        [[entity_id, resource, to_text(now), int(interactive), to_text(now)] for resource in resources],
    )


def due_by(
    db: Database, entity_id: str, resources: Iterable[str], moment: datetime, *, interactive: bool = False
) -> None:
    """Have these read at that moment at the latest; nobody is told to wait for it."""
    db.conn.executemany(
        """
        INSERT INTO resources (entity_id, resource, interactive, next_due) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET next_due = min(coalesce(next_due, excluded.next_due), excluded.next_due),
            interactive = max(interactive, excluded.interactive)
        """,
        [[entity_id, resource, int(interactive), to_text(moment)] for resource in resources],
    )


def older_than(db: Database, entity_id: str, resources: Sequence[str], moment: datetime) -> list[str]:
    """Those that were neither read nor asked for since then, and whose last failure is not more recent."""
    known = overview(db, entity_id)
    return [name for name in resources if not _since(known.get(name), moment)]


def _since(state: ResourceState | None, moment: datetime) -> bool:
    times = () if state is None else (state.as_of, state.requested_at, state.started_at)
    return any(time is not None and time >= moment for time in times)


def schedule_if_new(db: Database, entity_id: str, resource: str, now: datetime) -> None:
    """Have it read for the first time; nothing happens to one that is known."""
    db.execute(
        "INSERT INTO resources (entity_id, resource, next_due) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [entity_id, resource, to_text(now)],
    )


def is_scheduled(db: Database, entity_id: str, resource: str) -> bool:
    """Whether it was ever asked for."""
    sql = "SELECT 1 FROM resources WHERE entity_id = ? AND resource = ?"
    return db.execute(sql, [entity_id, resource]).fetchone() is not None


def is_due(db: Database, now: datetime, share: Share = Share.ALL) -> bool:
    """Whether there is a read of this share to be taken on."""
    sql = f"SELECT 1 FROM resources WHERE {_FREE} AND {_SHARES[share]} LIMIT 1"
    return db.execute(sql, {"now": to_text(now)}).fetchone() is not None


def claim(db: Database, now: datetime, share: Share = Share.ALL) -> Read | None:
    """Take on the most urgent read of this share that is due; None when there is none.

    A read whose lease has run out was begun by a process that is no more, and is taken on again.
    """
    rows = db.query(
        f"""
        UPDATE resources SET state = 'running', started_at = :now, lease_until = :until, error = NULL
        WHERE rowid = (
            SELECT rowid FROM resources WHERE {_FREE} AND {_SHARES[share]}
            ORDER BY interactive DESC,
                coalesce((SELECT key FROM json_each(:order) WHERE value = resource), -1), next_due, entity_id
            LIMIT 1)
        RETURNING *
        """,
        {"now": to_text(now), "until": to_text(now + LEASE), "order": ids(RESOURCES)},
    )
    found = [
        Read(row["entity_id"], row["resource"], now, bool(row["interactive"]), row["failures"])
        for row in rows
    ]
    return found[0] if found else None


def begin(db: Database, entity_id: str, resource: str, now: datetime) -> Read:
    """Take on one read whether it is due or not, because a person waits for it."""
    db.execute(
        """
        INSERT INTO resources (entity_id, resource, state, started_at, lease_until, requested_at)
        VALUES (:entity_id, :resource, 'running', :now, :until, :now)
        ON CONFLICT DO UPDATE SET state = 'running', started_at = excluded.started_at, error = NULL,
            lease_until = excluded.lease_until, requested_at = excluded.requested_at
        """,
        {"entity_id": entity_id, "resource": resource, "now": to_text(now), "until": to_text(now + LEASE)},
    )
    return Read(entity_id, resource, now, True, 0)


def progress(db: Database, read: Read, now: datetime, done: int, total: int | None = None) -> None:
    """Say how far the read is, and keep it."""
    db.execute(
        "UPDATE resources SET done = ?, total = ?, lease_until = ? WHERE entity_id = ? AND resource = ?",
        [done, total, to_text(now + LEASE), read.entity_id, read.resource],
    )


def pause(db: Database, read: Read, now: datetime) -> None:
    """Give the read back unfinished; it is due at once and goes on where it stopped."""
    db.execute(
        "UPDATE resources SET lease_until = NULL, next_due = ? WHERE entity_id = ? AND resource = ?",
        [to_text(now), read.entity_id, read.resource],
    )


def finish(db: Database, read: Read, now: datetime, next_due: datetime | None) -> None:
    """The read has ended well. What was asked for while it ran stays due."""
    db.execute(
        """
        UPDATE resources SET state = 'ok', as_of = :as_of, error = NULL, failures = 0, lease_until = NULL,
            next_due = CASE WHEN requested_at > :began THEN :now ELSE :next_due END,
            interactive = CASE WHEN requested_at > :began THEN interactive ELSE 0 END
        WHERE entity_id = :entity_id AND resource = :resource
        """,
        _ending(read, now, next_due) | {"as_of": to_text(read.started_at)},
    )


def fail(db: Database, read: Read, now: datetime, error: str, next_due: datetime) -> None:
    """The read has ended badly, and is tried again then."""
    db.execute(
        """
        UPDATE resources SET state = 'error', error = :error, failures = failures + 1, lease_until = NULL,
            interactive = 0, next_due = CASE WHEN requested_at > :began THEN :now ELSE :next_due END
        WHERE entity_id = :entity_id AND resource = :resource
        """,
        _ending(read, now, next_due) | {"error": error},
    )


def _ending(read: Read, now: datetime, next_due: datetime | None) -> dict[str, Any]:
    return {
        "entity_id": read.entity_id,
        "resource": read.resource,
        "began": to_text(read.started_at),
        "now": to_text(now),
        "next_due": maybe_to_text(next_due),
    }


def stop(db: Database, entity_id: str, resources: Iterable[str]) -> None:
    """Do not read these again until they are asked for."""
    db.execute(
        """
        UPDATE resources SET next_due = NULL, interactive = 0
        WHERE entity_id = ? AND resource IN (SELECT value FROM json_each(?))
        """,
        [entity_id, ids(resources)],
    )


def next_due(db: Database) -> datetime | None:
    """When the next read is due; None when none is."""
    return maybe_from_text(db.execute("SELECT min(next_due) FROM resources").fetchone()[0])


def get(db: Database, entity_id: str, resource: str) -> ResourceState:
    """The state of one resource; one that was never asked for is simply never read."""
    return overview(db, entity_id).get(resource, ResourceState(resource))


def overview(db: Database, entity_id: str) -> dict[str, ResourceState]:
    """The state of each resource that was ever asked for."""
    rows = db.query("SELECT * FROM resources WHERE entity_id = ?", [entity_id])
    return {row["resource"]: _from_row(row) for row in rows}


def as_of(db: Database, entity_id: str, resources: Sequence[str] = ()) -> datetime | None:
    """Since when everything shown holds: the oldest of these, or of all that were read."""
    times = [
        state.as_of
        for name, state in overview(db, entity_id).items()
        if state.as_of is not None and (not resources or name in resources)
    ]
    return min(times, default=None)


def _from_row(row: dict[str, Any]) -> ResourceState:
    return ResourceState(
        resource=row["resource"],
        state=row["state"],
        as_of=maybe_from_text(row["as_of"]),
        error=row["error"],
        done=row["done"],
        total=row["total"],
        started_at=maybe_from_text(row["started_at"]),
        requested_at=maybe_from_text(row["requested_at"]),
        next_due=maybe_from_text(row["next_due"]),
        failures=row["failures"],
    )
