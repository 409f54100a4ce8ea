"""Links for the person who holds the login; a row is found by the hash of its token alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.people import Role
from app.domain.share_links import ShareLink
from app.store.database import from_text, maybe_from_text, to_text

_STANDS = """finished_at IS NULL AND overtaken_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL"""


def add(db: Database, link: ShareLink, token_hash: str) -> None:
    """Keep a new link."""
    db.table("share_links").insert(
        {
            "id": link.id,
            "entity_id": link.entity_id,
            "platform": link.platform,
            "token_hash": token_hash,
            "sealed": link.sealed,
            "created_at": to_text(link.created_at),
            "created_by": link.created_by,
            "created_role": link.created_role.value,
            "expires_at": to_text(link.expires_at),
        }
    )


def of_token(db: Database, token_hash: str) -> ShareLink | None:
    """The link whose token has this hash; None when there never was one."""
    rows = db.query("SELECT * FROM share_links WHERE token_hash = ?", [token_hash])
    return next(map(_from_row, rows), None)


def get(db: Database, link_id: str) -> ShareLink | None:
    """The link; None when there never was one."""
    return next(map(_from_row, db.query("SELECT * FROM share_links WHERE id = ?", [link_id])), None)


def newest(db: Database, entity_id: str) -> ShareLink | None:
    """The link that was made last for this entity."""
    rows = db.query(
        "SELECT * FROM share_links WHERE entity_id = ? ORDER BY created_at DESC, rowid DESC LIMIT 1",
        [entity_id],
    )
    return next(map(_from_row, rows), None)


def opened(db: Database, link_id: str, at: datetime) -> bool:
    """Write down that somebody opened it; whether this was the first time."""
    return _changed(
        db, "UPDATE share_links SET opened_at = ? WHERE id = ? AND opened_at IS NULL", [to_text(at), link_id]
    )


def claim(db: Database, link_id: str, at: datetime, by: str, browser_hash: str) -> bool:
    """Take the link for one browser, unless it is taken, over or too old; whether that worked."""
    return _changed(
        db,
        f"""
        UPDATE share_links SET used_at = coalesce(used_at, ?), used_by = ?, browser_hash = ?
        WHERE id = ? AND (used_at IS NULL OR browser_hash = ?) AND expires_at > ? AND {_STANDS}
        """,
        [to_text(at), by, browser_hash, link_id, browser_hash, to_text(at)],
    )


def release(db: Database, link_id: str) -> None:
    """Nobody has used it after all, unless some way to the accounting system did begin with it."""
    db.execute(
        """
        UPDATE share_links SET used_at = NULL, used_by = NULL, browser_hash = NULL
        WHERE id = ? AND NOT EXISTS (SELECT 1 FROM attempts WHERE share_id = share_links.id)
        """,
        [link_id],
    )


def withdraw(db: Database, link_id: str, at: datetime, by: str, *, replaced: bool = False) -> bool:
    """End a link that has led to nothing; whether it still stood."""
    column = "replaced_at" if replaced else "withdrawn_at"
    return _changed(
        db,
        f"UPDATE share_links SET {column} = ?, withdrawn_by = ? WHERE id = ? AND {_STANDS}",
        [to_text(at), by, link_id],
    )


def finish(db: Database, link_id: str, at: datetime) -> bool:
    """The way that began with it led to a connection; whether that is news."""
    return _changed(
        db,
        "UPDATE share_links SET finished_at = ? WHERE id = ? AND finished_at IS NULL",
        [to_text(at), link_id],
    )


def overtake(db: Database, entity_id: str, at: datetime) -> None:
    """The entity is connected: every link that still stands is of no use any more."""
    db.execute(
        f"UPDATE share_links SET overtaken_at = ? WHERE entity_id = ? AND {_STANDS}", [to_text(at), entity_id]
    )


def _changed(db: Database, sql: str, values: list[str]) -> bool:
    return db.execute(sql, values).rowcount > 0


def _from_row(row: dict[str, Any]) -> ShareLink:
    return ShareLink(
        id=row["id"],
        entity_id=row["entity_id"],
        platform=row["platform"],
        sealed=row["sealed"],
        created_at=from_text(row["created_at"]),
        created_by=row["created_by"],
        created_role=Role(row["created_role"]),
        expires_at=from_text(row["expires_at"]),
        opened_at=maybe_from_text(row["opened_at"]),
        used_at=maybe_from_text(row["used_at"]),
        used_by=row["used_by"],
        browser_hash=row["browser_hash"],
        finished_at=maybe_from_text(row["finished_at"]),
        overtaken_at=maybe_from_text(row["overtaken_at"]),
        withdrawn_at=maybe_from_text(row["withdrawn_at"]),
        withdrawn_by=row["withdrawn_by"],
        replaced_at=maybe_from_text(row["replaced_at"]),
    )
