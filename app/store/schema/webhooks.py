"""The tables for what Monite and the provider tell by themselves."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations


@migrations()
def webhooks(db: Database) -> None:
    """Webhooks as received, and what the provider told of an import, type by type."""
    run_script(
        db,
        """
        -- channel: monite, codat_rules, codat_events; outcome: new, handled, ignored, failed, refused (its signature)
        CREATE TABLE webhooks (
            id INTEGER PRIMARY KEY, channel TEXT NOT NULL, message_id TEXT, event TEXT NOT NULL, entity_id TEXT,
            occurred_at TEXT, received_at TEXT NOT NULL, body TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT 'new',
            note TEXT NOT NULL DEFAULT '', handled_at TEXT, repeats INTEGER NOT NULL DEFAULT 0,
            UNIQUE (channel, message_id)) STRICT;
        CREATE INDEX webhooks_new ON webhooks (id) WHERE outcome = 'new';
        CREATE INDEX webhooks_by_channel ON webhooks (channel, id DESC);

        -- what the provider's webhook said of one data type of this connection; the newest word stands
        CREATE TABLE import_types (
            connection_id TEXT NOT NULL, resource TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('done', 'failed')),
            at TEXT NOT NULL, message TEXT NOT NULL DEFAULT '', PRIMARY KEY (connection_id, resource)) STRICT;
        """,
    )
