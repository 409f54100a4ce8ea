"""The tables for the partner's own set-up: secrets, and what was found when it was checked."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations


@migrations()
def partner_setup(db: Database) -> None:
    """Secrets, encrypted, and the newest result of each check."""
    run_script(
        db,
        """
        CREATE TABLE secrets (
            name TEXT PRIMARY KEY, sealed TEXT NOT NULL, ending TEXT NOT NULL,
            kept_at TEXT NOT NULL, kept_by TEXT NOT NULL) STRICT;
        CREATE TABLE partner_checks (
            line TEXT PRIMARY KEY, passed INTEGER NOT NULL, found TEXT NOT NULL DEFAULT '{}',
            checked_at TEXT NOT NULL, checked_by TEXT NOT NULL) STRICT;
        """,
    )
