"""Who owns a business, as far as they have come in or a link was made for them."""

from __future__ import annotations

from sqlite_utils import Database


def find(db: Database, entity_id: str, limit: int) -> list[str]:
    """The names of its owners, whoever came last first."""
    rows = db.execute(
        """
        SELECT name FROM (
            SELECT actor_name AS name, created_at FROM sessions
            WHERE entity_id = :entity AND actor_role = 'owner'
            UNION ALL
            SELECT name, created_at FROM launch_links WHERE entity_id = :entity AND role = 'owner')
        GROUP BY name ORDER BY max(created_at) DESC, name LIMIT :limit
        """,
        {"entity": entity_id, "limit": limit},
    )
    return [str(row[0]) for row in rows]
