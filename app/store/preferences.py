"""What a person set for themselves."""

from __future__ import annotations

from sqlite_utils import Database


def get(db: Database, person: str, entity_id: str, key: str) -> str | None:
    """The person's choice; None when they never made one."""
    rows = db.query(
        "SELECT value FROM preferences WHERE person = ? AND entity_id = ? AND key = ?",
        [person, entity_id, key],
    )
    return next((str(row["value"]) for row in rows), None)


def put(db: Database, person: str, entity_id: str, key: str, value: str) -> None:
    """Keep the person's choice in place of an earlier one."""
    db.execute(
        """
        INSERT INTO preferences (person, entity_id, key, value) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET value = excluded.value
        """,
        [person, entity_id, key, value],
    )
