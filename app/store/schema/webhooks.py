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
        -- channel: monite, codat_rules, codat_events; outcome: new, handled, ignored, failed, refused (nothing of it is kept)
        CREATE TABLE webhooks (
            id INTEGER PRIMARY KEY, channel TEXT NOT NULL, message_id TEXT, event TEXT NOT NULL, topic TEXT NOT NULL,
            entity_id TEXT, occurred_at TEXT, received_at TEXT NOT NULL, body TEXT NOT NULL,
            outcome TEXT NOT NULL DEFAULT 'new', note TEXT NOT NULL DEFAULT '', handled_at TEXT,
            tries INTEGER NOT NULL DEFAULT 0, repeats INTEGER NOT NULL DEFAULT 0,
            -- Monite may hear of it later than we do: how often its side was looked at again, and when that is next
            looks INTEGER NOT NULL DEFAULT 0, look_again_at TEXT,
            UNIQUE (channel, message_id)) STRICT;
        CREATE INDEX webhooks_new ON webhooks (id) WHERE outcome = 'new';
        CREATE INDEX webhooks_to_look ON webhooks (look_again_at) WHERE look_again_at IS NOT NULL;
        CREATE INDEX webhooks_by_channel ON webhooks (channel, id DESC);
        CREATE INDEX webhooks_by_outcome ON webhooks (outcome, id DESC);

        -- the newest accepted message of each kind, which outlives the messages themselves
        CREATE TABLE webhook_arrivals (
            channel TEXT NOT NULL, topic TEXT NOT NULL, at TEXT NOT NULL, messages INTEGER NOT NULL,
            PRIMARY KEY (channel, topic)) STRICT;

        -- what the provider's webhook said of one of its data types for this connection; the newest word stands
        CREATE TABLE import_types (
            connection_id TEXT NOT NULL, data_type TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('done', 'failed')),
            at TEXT NOT NULL, message TEXT NOT NULL DEFAULT '', PRIMARY KEY (connection_id, data_type)) STRICT;
        """,
    )
