"""Launch links, found by a hash of the token in their address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.launch_links import LaunchLink
from app.domain.people import Actor, Role
from app.store.database import from_text, maybe_from_text, to_text


def add(db: Database, link: LaunchLink, token_hash: str) -> None:
    """Keep a new link."""
    db.execute(
        """
        INSERT INTO launch_links (id, token_hash, entity_id, role, name, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
            link.id,
            token_hash,
            link.actor.entity_id,
            link.actor.role.value,
            link.actor.name,
            to_text(link.created_at),
            to_text(link.expires_at),
        ],
    )


def by_token(db: Database, token_hash: str) -> LaunchLink | None:
    """The link whose address hashes to this, be it good or used up."""
    for row in db.query("SELECT * FROM launch_links WHERE token_hash = ?", [token_hash]):
        return _from_row(row)
    return None


def use(db: Database, link_id: str, at: datetime) -> bool:
    """Use it up; False when it is used up or too old by now."""
    moment = to_text(at)
    used = db.execute(
        "UPDATE launch_links SET used_at = ? WHERE id = ? AND used_at IS NULL AND expires_at > ?",
        [moment, link_id, moment],
    )
    return used.rowcount == 1


def set_session(db: Database, link_id: str, session_id: str) -> None:
    """Keep which session it led to."""
    db.execute("UPDATE launch_links SET session_id = ? WHERE id = ?", [session_id, link_id])


def drop_old(db: Database, before: datetime) -> None:
    """Forget links that were over before then."""
    db.execute("DELETE FROM launch_links WHERE expires_at < ?", [to_text(before)])


def _from_row(row: dict[str, Any]) -> LaunchLink:
    return LaunchLink(
        id=row["id"],
        actor=Actor(row["name"], Role(row["role"]), row["entity_id"]),
        created_at=from_text(row["created_at"]),
        expires_at=from_text(row["expires_at"]),
        used_at=maybe_from_text(row["used_at"]),
        session_id=row["session_id"],
    )
