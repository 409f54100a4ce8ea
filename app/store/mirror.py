"""What the tables of the mirror have in common: rows kept by Monite's id, and rows no longer listed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from app.store.database import to_text

Row = dict[str, Any]
Raw = Mapping[str, Any]


def upsert(db: Database, table: str, rows: Sequence[Row], *, only_new: Collection[str] = ()) -> int:
    """Keep the newest copy of each row; the number of rows that are new or differ.

    Only the given columns are written, so what is ours in a row stays. A row that comes without its
    raw JSON keeps the one it had. `only_new` columns are given to new rows alone. `seen_at` is set
    either way.
    """
    if not rows:
        return 0
    no_raw = rows[0]["raw"] is None
    columns = list(rows[0])
    kept = {"id", "seen_at", *only_new} | ({"raw"} if no_raw else set())
    news = [name for name in columns if name not in kept]
    statement = f"""
        INSERT INTO {table} ({", ".join(columns)}) VALUES ({", ".join(f":{name}" for name in columns)})
        ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in news)}
        WHERE ({", ".join(f"{table}.{name}" for name in news)})
            IS NOT ({", ".join(f"excluded.{name}" for name in news)})
    """
    values = [row | {"raw": "{}"} for row in rows] if no_raw else rows
    changed = db.conn.executemany(statement, values).rowcount
    db.execute(
        f"UPDATE {table} SET seen_at = ? WHERE id IN (SELECT value FROM json_each(?))",
        [rows[0]["seen_at"], ids(row["id"] for row in rows)],
    )
    return changed


def retire(db: Database, table: str, entity_id: str, read_began: datetime) -> int:
    """Mark as gone what a full read, begun at that time, no longer listed; how many rows that were."""
    return db.execute(
        f"UPDATE {table} SET gone = 1 WHERE entity_id = ? AND gone = 0 AND seen_at < ?",
        [entity_id, to_text(read_began)],
    ).rowcount


def count(db: Database, table: str, entity_id: str) -> int:
    """How many rows of the entity are still listed."""
    row = db.execute(f"SELECT count(*) FROM {table} WHERE entity_id = ? AND gone = 0", [entity_id]).fetchone()
    return int(row[0])


def ids(values: Iterable[str]) -> str:
    """Ids as one bound value, for json_each."""
    return json.dumps(list(values))


def raw_text(raw: Raw | None) -> str | None:
    """The raw JSON as a column holds it; None when only the object is known."""
    return None if raw is None else json.dumps(raw, separators=(",", ":"), ensure_ascii=False)


def day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def maybe_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
