"""What the mirror holds that proves the steps of Monite's guide."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.domain.connections import SYSTEM_NAMES
from app.domain.guide_steps import GuideFacts
from app.store.database import from_text, maybe_from_text


def get(db: Database) -> GuideFacts:
    """All of them, over every business."""
    entities, seen_at = db.execute("SELECT count(*), max(seen_at) FROM entities").fetchone()
    without, example = db.execute(
        """
        SELECT count(*), min(name) FROM entities e
        WHERE EXISTS (SELECT 1 FROM receivables r WHERE r.entity_id = e.id AND r.gone = 0)
          AND NOT EXISTS (SELECT 1 FROM products p WHERE p.entity_id = e.id AND p.gone = 0)
        """
    ).fetchone()
    made, connected = db.execute(
        "SELECT min(created_at), sum(status = 'connected') FROM connections"
    ).fetchone()
    imported = db.execute(
        """
        SELECT max(last_pull) FROM connections
        WHERE status = 'connected' AND first_connected_at IS NOT NULL
          AND last_pull > coalesce(first_stamp, created_at)
        """
    ).fetchone()[0]
    return GuideFacts(
        entities=entities,
        entities_seen_at=maybe_from_text(seen_at),
        without_products=without,
        example=example or "",
        first_made_at=maybe_from_text(made),
        first_connected=_first_connected(db),
        connected=connected or 0,
        last_import_at=maybe_from_text(imported),
    )


def _first_connected(db: Database) -> dict[str, datetime]:
    rows = db.query(
        """
        SELECT platform, min(first_connected_at) AS at FROM connections
        WHERE first_connected_at IS NOT NULL AND platform IS NOT NULL GROUP BY platform
        """
    )
    first: dict[str, datetime] = {}
    for row in rows:
        name, at = SYSTEM_NAMES.get(row["platform"], row["platform"]), from_text(row["at"])
        first[name] = min(at, first.get(name, at))
    return first
