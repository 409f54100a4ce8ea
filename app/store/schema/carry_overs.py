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
        -- business and accounts are as they stood before; answer: '', same, different, chose_again
        CREATE TABLE carry_overs (
            id TEXT PRIMARY KEY, entity_id TEXT NOT NULL, connection_id TEXT, before_connection_id TEXT NOT NULL,
            before_platform TEXT, before_business TEXT, before_accounts INTEGER NOT NULL,
            used TEXT NOT NULL, started_at TEXT NOT NULL, started_by TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '', answered_at TEXT, answered_by TEXT) STRICT;
        CREATE INDEX carry_overs_by_entity ON carry_overs (entity_id, started_at DESC);
        """,
    )
