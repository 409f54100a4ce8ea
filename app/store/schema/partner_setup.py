"""The tables for the partner's own set-up: secrets, and what was found when it was checked."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations


@migrations()
def partner_setup(db: Database) -> None:
    """Secrets, encrypted, the newest result of each check, and what a person said to have done."""
    run_script(
        db,
        """
        CREATE TABLE secrets (
            name TEXT PRIMARY KEY, sealed TEXT NOT NULL, ending TEXT NOT NULL,
            kept_at TEXT NOT NULL, kept_by TEXT NOT NULL) STRICT;
        -- since: when a check of this line first came out like this, and has ever since
        CREATE TABLE partner_checks (
            line TEXT PRIMARY KEY, outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'warned', 'failed', 'unknown')),
            code TEXT NOT NULL, found TEXT NOT NULL DEFAULT '{}',
            checked_at TEXT NOT NULL, checked_by TEXT NOT NULL, since TEXT NOT NULL) STRICT;
        -- whose entities these are: Monite's host, or "this machine" for an emulator
        CREATE TABLE installation (id INTEGER PRIMARY KEY CHECK (id = 1), side TEXT NOT NULL) STRICT;
        -- steps outside of Gangway's sight, marked as done by a person
        CREATE TABLE partner_marks (step TEXT PRIMARY KEY, marked_at TEXT NOT NULL, marked_by TEXT NOT NULL) STRICT;
        """,
    )
