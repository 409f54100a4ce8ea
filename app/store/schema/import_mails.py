"""The table of e-mails that people want once an import is done."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations


@migrations()
def import_mails(db: Database) -> None:
    """Whom to tell by e-mail that an import has ended, and whether that was done."""
    run_script(
        db,
        """
        -- state: waiting, sending (if it stays so, it may have gone out, and is not sent again), sent, failed, dropped
        CREATE TABLE import_mails (
            id INTEGER PRIMARY KEY, entity_id TEXT NOT NULL, connection_id TEXT NOT NULL, address TEXT NOT NULL,
            asked_by TEXT NOT NULL, asked_at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
            tries INTEGER NOT NULL DEFAULT 0, due_at TEXT NOT NULL, UNIQUE (connection_id, address)) STRICT;
        CREATE INDEX import_mails_waiting ON import_mails (due_at) WHERE state = 'waiting';
        """,
    )
