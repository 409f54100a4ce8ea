"""The list of businesses as the front door shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from app.store.patterns import containing


@dataclass(frozen=True, slots=True)
class Entrance:
    """A business, with the little that helps to choose it."""

    entity_id: str
    name: str
    country: str | None
    currency: str | None
    connection: str
    """none, or the status of the connection that counts."""
    platform: str | None
    attention: int


def count(db: Database) -> int:
    """How many businesses there are."""
    return int(db.execute("SELECT count(*) FROM entities").fetchone()[0])


def find(db: Database, query: str, limit: int) -> list[Entrance]:
    """Businesses by name, those whose name holds the query only."""
    rows = db.query(
        """
        SELECT e.id, e.name, e.country, e.currency, c.status, c.platform,
               coalesce((SELECT sum(n) FROM record_counts
                         WHERE entity_id = e.id AND state = 'attention'), 0) AS attention
        FROM entities e LEFT JOIN connections c ON c.id = (
            SELECT id FROM connections WHERE entity_id = e.id
            ORDER BY status = 'disconnected', created_at DESC, id DESC LIMIT 1)
        WHERE e.name LIKE :pattern ESCAPE '\\'
        ORDER BY e.name COLLATE NOCASE, e.id LIMIT :limit
        """,
        {"pattern": containing(query), "limit": limit},
    )
    return [
        Entrance(
            entity_id=row["id"],
            name=row["name"],
            country=row["country"],
            currency=row["currency"],
            connection=row["status"] or "none",
            platform=row["platform"],
            attention=row["attention"],
        )
        for row in rows
    ]
