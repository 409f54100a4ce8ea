"""Names that are used more than once on our side, and would therefore not be matched."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class SharedName:
    """`kind` is products, suppliers or customers."""

    kind: str
    name: str
    count: int


def find(db: Database, entity_id: str) -> list[SharedName]:
    """Each name that stands twice or more among products, suppliers or customers."""
    rows = db.query(
        """
        WITH names (kind, name) AS (
            SELECT 'products', name FROM products WHERE entity_id = :id AND gone = 0
            UNION ALL
            SELECT 'suppliers', name FROM counterparts WHERE entity_id = :id AND gone = 0 AND is_vendor
            UNION ALL
            SELECT 'customers', name FROM counterparts WHERE entity_id = :id AND gone = 0 AND is_customer)
        SELECT kind, min(name) AS name, count(*) AS n FROM names
        GROUP BY kind, lower(trim(name)) HAVING n > 1 ORDER BY kind, name
        """,
        {"id": entity_id},
    )
    return [SharedName(row["kind"], row["name"], row["n"]) for row in rows]
