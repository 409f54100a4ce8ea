"""The tables for people: who signs in, their sessions, and the links that let somebody in."""

from __future__ import annotations

from sqlite_utils import Database

from app.sqlite import run_script
from app.store.schema.steps import migrations


@migrations()
def people(db: Database) -> None:
    """Users of the partner, sessions, launch links, failed tries, and the reasons of those who act for others."""
    run_script(
        db,
        """
        -- the partner's people; a user of an entity has no row here, the partner's product vouches for them
        CREATE TABLE users (
            id TEXT PRIMARY KEY, email TEXT NOT NULL COLLATE NOCASE UNIQUE, name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('support', 'admin')), password_hash TEXT NOT NULL,
            created_at TEXT NOT NULL, password_changed_at TEXT NOT NULL, disabled_at TEXT) STRICT;

        -- a browser that somebody came in with; only a hash of what its cookie carries is kept
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, user_id TEXT,
            actor_name TEXT NOT NULL, actor_role TEXT NOT NULL, entity_id TEXT,
            came_by TEXT NOT NULL CHECK (came_by IN ('chooser', 'password', 'launch')),
            reason TEXT NOT NULL DEFAULT '', reason_entity_id TEXT, reason_until TEXT,
            address TEXT, browser TEXT, created_at TEXT NOT NULL, seen_at TEXT NOT NULL,
            expires_at TEXT NOT NULL, ended_at TEXT, ended_by TEXT) STRICT;
        CREATE INDEX sessions_by_user ON sessions (user_id, created_at DESC);
        CREATE INDEX sessions_by_entity ON sessions (entity_id, actor_role, created_at DESC);
        CREATE INDEX sessions_by_expiry ON sessions (expires_at);
        CREATE INDEX sessions_open ON sessions (seen_at DESC) WHERE ended_at IS NULL;

        CREATE TABLE launch_links (
            id TEXT PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, entity_id TEXT NOT NULL, role TEXT NOT NULL,
            name TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL,
            used_at TEXT, session_id TEXT) STRICT;

        -- tries that failed, counted against whoever made them and whatever they tried
        CREATE TABLE failed_tries (id INTEGER PRIMARY KEY, key TEXT NOT NULL, at TEXT NOT NULL) STRICT;
        CREATE INDEX failed_tries_by_key ON failed_tries (key, at);
        """,
    )


@migrations()
def reasons(db: Database) -> None:
    """Why somebody acted for a business stands beside what they did."""
    run_script(
        db,
        """
        ALTER TABLE events ADD COLUMN reason TEXT NOT NULL DEFAULT '';
        ALTER TABLE outbox ADD COLUMN reason TEXT NOT NULL DEFAULT '';
        ALTER TABLE batches ADD COLUMN reason TEXT NOT NULL DEFAULT '';
        """,
    )
