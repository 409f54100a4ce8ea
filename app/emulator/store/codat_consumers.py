"""Who listens to Codat: addresses with what they want to hear."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


def insert(db: Database, row: Row) -> None:
    """Keep a new consumer; `types` is a list, and an empty one stands for everything."""
    db.execute(
        """
        INSERT INTO codat_consumers (id, style, url, secret, types, created_at)
        VALUES (:id, :style, :url, :secret, :types, :created_at)
        """,
        {**row, "types": json.dumps(row["types"])},
    )


def find_all(db: Database, style: str | None = None) -> list[Row]:
    """All consumers, or those of one style, the oldest first."""
    rows = db.query(
        "SELECT * FROM codat_consumers WHERE :style IS NULL OR style = :style ORDER BY created_at, id",
        {"style": style},
    )
    return [{**row, "types": json.loads(row["types"])} for row in rows]


def remove(db: Database, consumer_id: str | None = None) -> int:
    """Forget one consumer, or all; returns how many those were."""
    found = db.execute("DELETE FROM codat_consumers WHERE :id IS NULL OR id = :id", {"id": consumer_id})
    return int(found.rowcount)
