"""The tables for links that let somebody else, who holds the login, do the connecting."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations


@migrations()
def share_links(db: Database) -> None:
    """Links for whoever holds the login, and which way to the accounting system began with one."""
    run_script(
        db,
        """
        -- found by a hash; `sealed` is the token under the installation's key, so that its maker can copy it again.
        -- used: somebody pressed Continue, in the browser whose secret hashes to `browser_hash`; overtaken: another
        -- way led to a connection first
        CREATE TABLE share_links (
            id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, platform TEXT, token_hash TEXT NOT NULL UNIQUE, sealed TEXT NOT NULL,
            created_at TEXT NOT NULL, created_by TEXT NOT NULL, created_role TEXT NOT NULL, expires_at TEXT NOT NULL,
            opened_at TEXT, used_at TEXT, used_by TEXT, browser_hash TEXT, finished_at TEXT, overtaken_at TEXT,
            withdrawn_at TEXT, withdrawn_by TEXT, replaced_at TEXT) STRICT;
        CREATE INDEX share_links_by_entity ON share_links (entity_id, created_at DESC);
        ALTER TABLE attempts ADD COLUMN share_id TEXT;
        """,
    )
