"""Access tokens: given out, looked at with each request, taken back; they age by the machine's time."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from app.emulator.store import clock

LIFETIME_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Holder:
    """The entity user whose token a request carries."""

    user_id: str
    entity_id: str
    role_id: str
    permissions: dict[str, Any]


def create(
    db: Database,
    grant_type: str,
    *,
    entity_user_id: str | None = None,
    lifetime: int = LIFETIME_SECONDS,
) -> str:
    """A new token of this grant; those that expired long ago are swept away."""
    now = clock.real_now()
    token = secrets.token_urlsafe(40)
    db.execute("DELETE FROM tokens WHERE expires_at < ?", [clock.stamp(now - timedelta(days=1))])
    db.execute(
        "INSERT INTO tokens (token, grant_type, entity_user_id, expires_at) VALUES (?, ?, ?, ?)",
        [token, grant_type, entity_user_id, clock.stamp(now + timedelta(seconds=lifetime))],
    )
    return token


def is_valid(db: Database, token: str) -> bool:
    """Whether the token was given out here, is not revoked, has not expired, and its user is still there."""
    rows = db.query(
        """
        SELECT t.expires_at FROM tokens t LEFT JOIN entity_users u ON u.id = t.entity_user_id
        WHERE t.token = ? AND t.revoked = 0 AND (t.grant_type = 'client_credentials' OR u.status = 'active')
        """,
        [token],
    )
    row = next(rows, None)
    return row is not None and row["expires_at"] > clock.stamp(clock.real_now())


def holder(db: Database, token: str) -> Holder | None:
    """The entity user of the token, with what the user's role allows now; None for the partner's own."""
    rows = db.query(
        """
        SELECT u.id, u.entity_id, u.role_id, r.permissions
        FROM tokens t JOIN entity_users u ON u.id = t.entity_user_id
          JOIN roles r ON r.id = u.role_id
        WHERE t.token = ?
        """,
        [token],
    )
    row = next(rows, None)
    if row is None:
        return None
    return Holder(row["id"], row["entity_id"], row["role_id"], json.loads(row["permissions"]))


def revoke(db: Database, token: str) -> None:
    """From now on the token is refused."""
    db.execute("UPDATE tokens SET revoked = 1 WHERE token = ?", [token])


def expire(db: Database, token: str) -> None:
    """The token's time is up."""
    db.execute("UPDATE tokens SET expires_at = ? WHERE token = ?", [clock.stamp(clock.real_now()), token])
