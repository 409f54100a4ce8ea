"""A number per entity that grows with each change, so that a page can ask whether anything happened.

The empty id counts for what belongs to no entity: the list of entities itself.
"""

from __future__ import annotations

from sqlite_utils import Database


def bump(db: Database, entity_id: str) -> None:
    """Say that something a page shows has changed; call it in the transaction of the change."""
    db.execute(
        "INSERT INTO revisions (entity_id, n) VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1",
        [entity_id],
    )


def get(db: Database, entity_id: str) -> int:
    """The newest revision; 0 while nothing has happened."""
    row = db.execute("SELECT n FROM revisions WHERE entity_id = ?", [entity_id]).fetchone()
    return 0 if row is None else int(row[0])
