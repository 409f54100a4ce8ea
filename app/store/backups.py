"""A copy of the whole store in one file, with a note of what it is, and what it needs before it is used."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from app.store.database import from_text, to_text
from app.store.schema import migrations

PATIENCE = 0.5
"""Seconds to wait for others to let go of a file before saying that they use it."""


@dataclass(frozen=True, slots=True)
class BackupNote:
    """What a copy says of itself."""

    made_at: datetime
    keys: tuple[str, ...]
    """The fingerprints of the keys that open what is encrypted in it."""


def open_to_read(path: Path) -> Database:
    """A connection that changes nothing; raises sqlite3.OperationalError when the file can't be opened."""
    conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    conn.execute("PRAGMA busy_timeout=5000")
    return Database(conn)


def copy_into(db: Database, path: Path) -> None:
    """Write the store as it stands at one moment into an empty file, whoever else is working with it."""
    db.conn.execute("VACUUM INTO ?", [str(path)])


def faults(db: Database) -> list[str]:
    """What is broken in the file, in SQLite's words; nothing when it is whole."""
    found = [str(row[0]) for row in db.conn.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
    broken = db.conn.execute("PRAGMA foreign_key_check").fetchmany(5)
    return found + [f"a row of {row[0]} refers to one of {row[2]} that is missing" for row in broken]


def is_store(db: Database) -> bool:
    """Whether the file is a store of Gangway's."""
    return bool(migrations.applied(db))


def missing_steps(db: Database) -> list[str]:
    """The changes of the schema that this file has not had yet."""
    return [step.name for step in migrations.pending(db)]


def unknown_steps(db: Database) -> list[str]:
    """The changes of the schema that a newer program made, and this one doesn't know."""
    return sorted({step.name for step in migrations.applied(db)} - set(all_steps()))


def all_steps() -> Sequence[str]:
    """Every change of the schema that this program knows, in order."""
    empty = Database(memory=True)
    try:
        return [step.name for step in migrations.pending(empty)]
    finally:
        empty.close()


def sealed_texts(db: Database) -> list[str]:
    """Every secret of the partner's in the file, as it is encrypted there."""
    if "secrets" not in db.table_names():
        return []
    return [str(row[0]) for row in db.conn.execute("SELECT sealed FROM secrets")]


def forget_sealed(db: Database) -> None:
    """Drop the partner's secrets, which a person pastes again."""
    db.execute("DELETE FROM secrets")


def write_note(db: Database, note: BackupNote) -> None:
    """Put the note into the copy."""
    db.execute("CREATE TABLE backup_note (made_at TEXT NOT NULL, keys TEXT NOT NULL)")
    db.execute(
        "INSERT INTO backup_note VALUES (?, ?)",
        [to_text(note.made_at), json.dumps(note.keys)],
    )


def note(db: Database) -> BackupNote | None:
    """The copy's note; None when it was made by something else."""
    if "backup_note" not in db.table_names():
        return None
    row = next(db.query("SELECT * FROM backup_note"))
    return BackupNote(from_text(row["made_at"]), tuple(json.loads(row["keys"])))


def drop_note(db: Database) -> None:
    """Take the note out again, so that the store is as it was."""
    db.execute("DROP TABLE IF EXISTS backup_note")


def end_sessions(db: Database, now: datetime, by: str) -> int:
    """End every session, and use up every link that lets somebody in; how many sessions that were.

    What was ended after the copy was made would otherwise be open again.
    """
    moment = to_text(now)
    ended = db.execute(
        "UPDATE sessions SET ended_at = ?, ended_by = ? WHERE ended_at IS NULL", [moment, by]
    ).rowcount
    db.execute(
        "UPDATE launch_links SET expires_at = ? WHERE used_at IS NULL AND expires_at > ?", [moment, moment]
    )
    db.execute("UPDATE share_links SET expires_at = ? WHERE expires_at > ?", [moment, moment])
    return ended


def lock_alone(path: Path) -> sqlite3.Connection:
    """Hold the file so that nobody else can open it, with everything in that one file.

    Raises sqlite3.OperationalError when somebody else has it open. Closing the connection lets it go.
    """
    conn = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
    try:
        conn.execute("PRAGMA locking_mode=EXCLUSIVE")
        conn.execute("BEGIN EXCLUSIVE")
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.execute("PRAGMA journal_mode=DELETE")
        # Left behind by a process that was killed; it belongs to no file that is in use.
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    except sqlite3.OperationalError:
        conn.close()
        raise
    return conn


def settle(db: Database) -> None:
    """Have everything in the one file, with nothing beside it."""
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.conn.execute("PRAGMA journal_mode=DELETE")
