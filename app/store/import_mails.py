"""Who wants to be told by e-mail that an import has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.store.database import to_text


@dataclass(frozen=True, slots=True)
class ImportMail:
    id: int
    entity_id: str
    connection_id: str
    address: str
    asked_by: str
    tries: int


def drop_waiting(db: Database) -> None:
    """Send none of those that still wait, whosever they are."""
    db.execute("UPDATE import_mails SET state = 'dropped' WHERE state = 'waiting'")


def add(db: Database, entity_id: str, connection_id: str, address: str, *, by: str, now: datetime) -> bool:
    """Keep a wish; whether it is a new one, or one that had been dropped."""
    kept = db.execute(
        """
        INSERT INTO import_mails (entity_id, connection_id, address, asked_by, asked_at, due_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (connection_id, address) DO UPDATE SET state = 'waiting', asked_by = excluded.asked_by,
            asked_at = excluded.asked_at, due_at = excluded.due_at WHERE state = 'dropped'
        """,
        [entity_id, connection_id, address, by, to_text(now), to_text(now)],
    )
    return kept.rowcount > 0


def drop(db: Database, connection_id: str, by: str) -> list[str]:
    """Take back what this person wished for and did not get yet; the addresses."""
    rows = db.query(
        """
        UPDATE import_mails SET state = 'dropped'
        WHERE connection_id = ? AND asked_by = ? AND state = 'waiting' RETURNING address
        """,
        [connection_id, by],
    )
    return [str(row["address"]) for row in rows]


def waiting(db: Database, connection_id: str) -> list[ImportMail]:
    """Who waits for the end of this connection's import."""
    rows = db.query(
        "SELECT * FROM import_mails WHERE connection_id = ? AND state = 'waiting' ORDER BY id",
        [connection_id],
    )
    return [_from_row(row) for row in rows]


def is_due(db: Database, now: datetime) -> bool:
    """Whether somebody waits whose import has ended, one way or the other."""
    return bool(list(db.query(f"SELECT 1 {_DUE} LIMIT 1", {"now": to_text(now)})))


def claim(db: Database, now: datetime) -> ImportMail | None:
    """Take on the e-mail to be sent next: from now on nobody else sends it, whatever happens."""
    rows = db.query(
        f"""
        UPDATE import_mails SET state = 'sending', tries = tries + 1
        WHERE id = (SELECT m.id {_DUE} ORDER BY m.due_at, m.id LIMIT 1) RETURNING *
        """,
        {"now": to_text(now)},
    )
    found = [_from_row(row) for row in rows]
    return found[0] if found else None


def end(db: Database, mail_id: int, state: str) -> None:
    """It was sent, or has failed for good."""
    db.execute("UPDATE import_mails SET state = ? WHERE id = ?", [state, mail_id])


def put_back(db: Database, mail_id: int, now: datetime, pause: timedelta) -> None:
    """The server never saw it, so it may be tried again later."""
    db.execute(
        "UPDATE import_mails SET state = 'waiting', due_at = ? WHERE id = ?", [to_text(now + pause), mail_id]
    )


# An import is over once it was told so, and cannot come any more once its connection is lost. CROSS: few
# mails wait, so they are read first, and not every connection there is once a second.
_DUE = """
    FROM import_mails m CROSS JOIN connections c ON c.id = m.connection_id
    WHERE m.state = 'waiting' AND m.due_at <= :now
      AND (c.status <> 'connected' OR EXISTS (
        SELECT 1 FROM events e WHERE e.entity_id = m.entity_id AND e.kind = 'import_finished'
          AND e.object_id = c.id))
"""


def _from_row(row: dict[str, Any]) -> ImportMail:
    return ImportMail(
        id=row["id"],
        entity_id=row["entity_id"],
        connection_id=row["connection_id"],
        address=row["address"],
        asked_by=row["asked_by"],
        tries=row["tries"],
    )
