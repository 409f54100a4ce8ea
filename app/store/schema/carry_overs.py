"""The tables for connecting again: what there was before, and what a person said of what is there now."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations


@migrations()
def carry_overs(db: Database) -> None:
    """What an entity had when its access was lost or ended, against which the next connection is checked."""
    run_script(
        db,
        """
        -- one row for each time that access is regained, from setting out until a person has said what to do;
        -- business, accounts and used are as they stood before; unasked: nobody here set out, it was noticed;
        -- held: whether sending was on hold already; answer: '', same, different
        -- looked_at: the entity's revision at which it was last compared without anybody asking
        CREATE TABLE carry_overs (
            id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, before_connection_id TEXT NOT NULL,
            before_platform TEXT, before_business TEXT, before_accounts INTEGER NOT NULL,
            used TEXT NOT NULL, held INTEGER NOT NULL, unasked INTEGER NOT NULL,
            started_at TEXT NOT NULL, started_by TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '', batches TEXT NOT NULL DEFAULT '[]',
            connection_id TEXT, finished_at TEXT, finished_by TEXT, looked_at INTEGER NOT NULL DEFAULT -1) STRICT;
        CREATE UNIQUE INDEX carry_overs_open ON carry_overs (entity_id) WHERE finished_at IS NULL;
        """,
    )
