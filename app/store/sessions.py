"""Sessions: which browser is whose, found by a hash of what its cookie carries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.people import Actor, Role
from app.domain.sessions import CameBy, Session
from app.store.database import from_text, maybe_from_text, to_text


def add(db: Database, session: Session, token_hash: str) -> None:
    """Keep a new session."""
    db.execute(
        """
        INSERT INTO sessions (id, token_hash, user_id, actor_name, actor_role, entity_id, came_by,
            address, browser, created_at, seen_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            session.id,
            token_hash,
            session.user_id,
            session.actor.name,
            session.actor.role.value,
            session.actor.entity_id,
            session.came_by.value,
            session.address,
            session.browser,
            to_text(session.created_at),
            to_text(session.seen_at),
            to_text(session.expires_at),
        ],
    )


def by_token(db: Database, token_hash: str) -> Session | None:
    """The session of the browser whose cookie hashes to this, be it open or over."""
    for row in db.query("SELECT * FROM sessions WHERE token_hash = ?", [token_hash]):
        return _from_row(row)
    return None


def find(db: Database, session_id: str) -> Session | None:
    """The session of this id, be it open or over."""
    for row in db.query("SELECT * FROM sessions WHERE id = ?", [session_id]):
        return _from_row(row)
    return None


def seen(db: Database, session_id: str, at: datetime) -> None:
    """Write down that the session is in use."""
    db.execute("UPDATE sessions SET seen_at = ? WHERE id = ?", [to_text(at), session_id])


def set_reason(
    db: Database, session_id: str, reason: str, entity_id: str | None, until: datetime | None
) -> None:
    """Keep why this person acts for that business, in place of what they said before."""
    db.execute(
        "UPDATE sessions SET reason = ?, reason_entity_id = ?, reason_until = ? WHERE id = ?",
        [reason, entity_id, to_text(until) if until else None, session_id],
    )


def end(db: Database, session_ids: Sequence[str], at: datetime, by: str) -> int:
    """End these; how many of them were not over already."""
    marks = ", ".join("?" * len(session_ids))
    return db.execute(
        f"UPDATE sessions SET ended_at = ?, ended_by = ? WHERE ended_at IS NULL AND id IN ({marks})",
        [to_text(at), by, *session_ids],
    ).rowcount


def end_of_user(db: Database, user_id: str, at: datetime, by: str, *, but: str = "") -> int:
    """End every session of a user, but the one named; how many there were."""
    return db.execute(
        "UPDATE sessions SET ended_at = ?, ended_by = ? WHERE user_id = ? AND ended_at IS NULL AND id <> ?",
        [to_text(at), by, user_id, but],
    ).rowcount


def open_ones(
    db: Database,
    now: datetime,
    *,
    user_id: str | None = None,
    entity_id: str | None = None,
    actor: Actor | None = None,
    limit: int = 200,
) -> list[Session]:
    """Sessions that are not over, the last used first: a user's, an entity's, one person's, or all."""
    where, values = ["ended_at IS NULL", "expires_at > ?"], [to_text(now)]
    asked: dict[str, str | None] = {"user_id": user_id, "entity_id": entity_id}
    if actor:
        asked |= {"actor_name": actor.name, "actor_role": actor.role.value, "entity_id": actor.entity_id}
    for column, value in asked.items():
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    rows = db.query(
        f"SELECT * FROM sessions WHERE {' AND '.join(where)} ORDER BY seen_at DESC, id LIMIT ?",
        [*values, limit],
    )
    return [found for found in map(_from_row, rows) if found.is_open(now)]


def drop_old(db: Database, before: datetime) -> None:
    """Forget sessions that were over before then."""
    db.execute("DELETE FROM sessions WHERE expires_at < ?", [to_text(before)])


def _from_row(row: dict[str, Any]) -> Session:
    return Session(
        id=row["id"],
        actor=Actor(row["actor_name"], Role(row["actor_role"]), row["entity_id"]),
        came_by=CameBy(row["came_by"]),
        created_at=from_text(row["created_at"]),
        seen_at=from_text(row["seen_at"]),
        expires_at=from_text(row["expires_at"]),
        user_id=row["user_id"],
        address=row["address"] or "",
        browser=row["browser"] or "",
        reason=row["reason"],
        reason_entity_id=row["reason_entity_id"],
        reason_until=maybe_from_text(row["reason_until"]),
        ended_at=maybe_from_text(row["ended_at"]),
    )
