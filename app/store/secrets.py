"""Secrets that the partner gave us to keep; never in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from app.store.database import from_text, to_text


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """A secret as stored: encrypted, with the last characters that a person may be shown."""

    name: str
    sealed: str
    ending: str
    kept_at: datetime
    kept_by: str


def keep(db: Database, secret: KeptSecret) -> None:
    """Store a secret in place of the one of that name."""
    db.execute(
        """
        INSERT INTO secrets (name, sealed, ending, kept_at, kept_by) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, ending = excluded.ending,
            kept_at = excluded.kept_at, kept_by = excluded.kept_by
        """,
        [secret.name, secret.sealed, secret.ending, to_text(secret.kept_at), secret.kept_by],
    )


def find(db: Database, name: str) -> KeptSecret | None:
    """The secret of that name; None while there is none."""
    for row in db.query("SELECT * FROM secrets WHERE name = ?", [name]):
        kept_at = from_text(row["kept_at"])
        return KeptSecret(row["name"], row["sealed"], row["ending"], kept_at, row["kept_by"])
    return None


def forget(db: Database, name: str) -> None:
    """Store it no longer."""
    db.execute("DELETE FROM secrets WHERE name = ?", [name])
