"""Access tokens: given out, looked at with each request, taken back; they age by the machine's time."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlite_utils import Database

from app.emulator.store import clock

LIFETIME_SECONDS = 1800


def create(db: Database, grant_type: str) -> str:
    """A new token of this grant; those that expired long ago are swept away."""
    now = clock.real_now()
    token = secrets.token_urlsafe(40)
    db.execute("DELETE FROM tokens WHERE expires_at < ?", [clock.stamp(now - timedelta(days=1))])
    db.execute(
        "INSERT INTO tokens (token, grant_type, expires_at) VALUES (?, ?, ?)",
        [token, grant_type, clock.stamp(now + timedelta(seconds=LIFETIME_SECONDS))],
    )
    return token


def is_valid(db: Database, token: str) -> bool:
    """Whether the token was given out here, is not revoked and has not expired."""
    rows = db.query("SELECT expires_at FROM tokens WHERE token = ? AND revoked = 0", [token])
    row = next(rows, None)
    return row is not None and row["expires_at"] > clock.stamp(clock.real_now())


def revoke(db: Database, token: str) -> None:
    """From now on the token is refused."""
    db.execute("UPDATE tokens SET revoked = 1 WHERE token = ?", [token])
