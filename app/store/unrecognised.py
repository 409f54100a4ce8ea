"""What accounting systems said that nobody has an entry for, over all businesses."""

from __future__ import annotations

import json

from sqlite_utils import Database

from app.domain.unrecognised import Message
from app.store.database import from_text

MOST = 1000
"""Different texts that are read; nobody looks further than that."""


def find(db: Database) -> list[Message]:
    """The texts of records that stopped for an unknown reason, the most frequent first."""
    rows = db.query(
        """
        SELECT coalesce(error_text, '') AS text, count(*) AS records,
            json_group_array(DISTINCT entity_id) AS entities, min(updated_at) AS since,
            max(updated_at) AS last, id AS record_id, entity_id
        FROM synced_records WHERE problem = 'UNKNOWN'
        GROUP BY error_text ORDER BY count(*) DESC, error_text LIMIT ?
        """,
        [MOST],
    )
    # SQLite takes the bare columns from the row that max() found.
    return [
        Message(
            text=row["text"],
            records=row["records"],
            entities=frozenset(json.loads(row["entities"])),
            since=from_text(row["since"]),
            last=from_text(row["last"]),
            entity_id=row["entity_id"],
            record_id=row["record_id"],
        )
        for row in rows
    ]


def count(db: Database) -> int:
    """How many records stopped for an unknown reason."""
    row = db.execute("SELECT coalesce(sum(n), 0) FROM record_counts WHERE problem = 'UNKNOWN'").fetchone()
    return int(row[0])
