"""What stored error texts were read as, and with which state of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from app.domain.problems import Diagnosis

_END = -1
"""Written down instead of a place once every record has been read."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A record with a problem, as far as reading its text anew goes; `place` is its rowid."""

    place: int
    entity_id: str
    object_type: str
    sync_status: str
    error_text: str | None
    problem: str


def place(db: Database, fingerprint: str) -> int | None:
    """Up to where records have been read with this state of the catalogue; None when all have."""
    row = db.execute("SELECT fingerprint, read_up_to FROM catalogue_readings WHERE id = 1").fetchone()
    if row is None or row[0] != fingerprint:
        return 0
    return None if row[1] == _END else int(row[1])


def next_stopped(db: Database, after: int, limit: int) -> list[Stopped]:
    """The next records with a problem, by their place."""
    rows = db.query(
        """
        SELECT rowid AS place, entity_id, object_type, sync_status, error_text, problem FROM synced_records
        WHERE rowid > ? AND problem <> '' ORDER BY rowid LIMIT ?
        """,
        [after, limit],
    )
    return [Stopped(**row) for row in rows]


def replace(db: Database, changed: Sequence[tuple[Stopped, Diagnosis]]) -> None:
    """Give records another problem; the state goes with it where a person hasn't put them aside."""
    db.conn.executemany(
        """
        UPDATE synced_records SET problem = :problem,
            state = CASE WHEN state IN ('attention', 'cannot') THEN :state ELSE state END
        WHERE rowid = :place AND problem = :was AND error_text IS :text
        """,
        [
            {
                "place": record.place,
                "was": record.problem,
                "text": record.error_text,
                "problem": found.problem,
                "state": found.state.value,
            }
            for record, found in changed
        ],
    )


def keep_place(db: Database, fingerprint: str, reached: int | None) -> None:
    """Write down how far reading has come; None means that all has been read."""
    db.execute(
        """
        INSERT INTO catalogue_readings (id, fingerprint, read_up_to) VALUES (1, ?, ?)
        ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, read_up_to = excluded.read_up_to
        """,
        [fingerprint, _END if reached is None else reached],
    )
