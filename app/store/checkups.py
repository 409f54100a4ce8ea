"""Whether the store agrees with itself."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from app.store.database import maybe_from_text, to_text

_COUNTED = {
    "the sync log": (
        """
        SELECT entity_id, object_type, state, problem, currency, n, amount FROM record_counts
        WHERE n <> 0 OR amount <> 0
        """,
        """
        SELECT entity_id, object_type, state, problem, currency, count(*), sum(coalesce(amount, 0))
        FROM synced_records GROUP BY 1, 2, 3, 4, 5
        """,
    ),
    "accounts of products": (
        "SELECT entity_id, state, n FROM assign_counts WHERE kind = 'products' AND n <> 0",
        "SELECT entity_id, assign_state, count(*) FROM products WHERE gone = 0 GROUP BY 1, 2",
    ),
    "accounts of bill lines": (
        "SELECT entity_id, state, n FROM assign_counts WHERE kind = 'bills' AND n <> 0",
        "SELECT entity_id, assign_state, count(*) FROM payable_lines GROUP BY 1, 2",
    ),
}


def miscounts(db: Database) -> list[str]:
    """The counters that say something else than the rows that they count."""
    found = []
    for name, (kept, counted) in _COUNTED.items():
        sql = f"SELECT 1 FROM (SELECT * FROM ({kept}) EXCEPT SELECT * FROM ({counted})) UNION ALL "
        sql += f"SELECT 1 FROM (SELECT * FROM ({counted}) EXCEPT SELECT * FROM ({kept})) LIMIT 1"
        if db.execute(sql).fetchone() is not None:
            found.append(name)
    return found


def waiting(db: Database, now: datetime) -> tuple[int, datetime | None]:
    """How many intents are due and not sent, and since when the oldest is."""
    row = db.execute(
        """
        SELECT count(*), min(created_at) FROM outbox
        WHERE state IN ('queued', 'running') AND (attempts > 0 OR not_before <= ?)
        """,
        [to_text(now)],
    ).fetchone()
    return row[0], maybe_from_text(row[1])
