"""The partner's people who sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.people import Role
from app.domain.users import User
from app.store.database import from_text, maybe_from_text, maybe_to_text, to_text

_SELECT = """
    SELECT users.*, (SELECT max(created_at) FROM sessions
                     WHERE user_id = users.id AND came_by = 'password') AS last_sign_in
    FROM users
"""


def add(db: Database, user: User, password_hash: str) -> bool:
    """Keep a new user; False when there is one with this e-mail already."""
    added = db.execute(
        """
        INSERT INTO users (id, email, name, role, password_hash, created_at, password_changed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING
        """,
        [
            user.id,
            user.email,
            user.name,
            user.role.value,
            password_hash,
            to_text(user.created_at),
            to_text(user.password_changed_at),
        ],
    )
    return added.rowcount == 1


def find(db: Database, user_id: str) -> User | None:
    """The user of this id."""
    for row in db.query(f"{_SELECT} WHERE id = ?", [user_id]):
        return _from_row(row)
    return None


def by_email(db: Database, email: str) -> User | None:
    """The user with this e-mail, whatever its capitals."""
    for row in db.query(f"{_SELECT} WHERE email = ?", [email]):
        return _from_row(row)
    return None


def every(db: Database) -> list[User]:
    """All of them by name, those who are disabled last."""
    rows = db.query(f"{_SELECT} ORDER BY disabled_at IS NOT NULL, name COLLATE NOCASE, email")
    return [_from_row(row) for row in rows]


def password_hash(db: Database, user_id: str) -> str:
    """What the password of a user hashes to."""
    row = db.execute("SELECT password_hash FROM users WHERE id = ?", [user_id]).fetchone()
    return str(row[0])


def set_password_hash(db: Database, user_id: str, password_hash: str, changed_at: datetime | None) -> None:
    """Keep a new hash; of the same password, made otherwise, when there is no time of a change."""
    db.execute(
        """
        UPDATE users SET password_hash = ?, password_changed_at = coalesce(?, password_changed_at)
        WHERE id = ?
        """,
        [password_hash, maybe_to_text(changed_at), user_id],
    )


def set_role(db: Database, user_id: str, role: Role) -> None:
    db.execute("UPDATE users SET role = ? WHERE id = ?", [role.value, user_id])


def set_disabled(db: Database, user_id: str, at: datetime | None) -> None:
    """Let them sign in no more since then; None lets them again."""
    db.execute("UPDATE users SET disabled_at = ? WHERE id = ?", [maybe_to_text(at), user_id])


def count_admins(db: Database, *, but: str = "") -> int:
    """How many administrators may sign in, apart from the user named."""
    row = db.execute(
        "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?", [but]
    ).fetchone()
    return int(row[0])


def _from_row(row: dict[str, Any]) -> User:
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        created_at=from_text(row["created_at"]),
        password_changed_at=from_text(row["password_changed_at"]),
        disabled_at=maybe_from_text(row["disabled_at"]),
        last_sign_in=maybe_from_text(row["last_sign_in"]),
    )
