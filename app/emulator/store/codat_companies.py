"""Companies at Codat: one for each entity that ever asked for a connection through Codat."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from app.emulator.store.ids import made_of

Row = dict[str, Any]

_COMPANIES = """
    SELECT c.company_id AS id, e.id AS entity_id, e.name, min(c.created_at) AS created
    FROM connections c JOIN entities e ON e.id = c.entity_id WHERE c.provider = 'codat'
"""


def id_for(db: Database, entity_id: str) -> str:
    """The id of the entity's company, the same for all of its connections."""
    rows = db.query(
        "SELECT company_id FROM connections WHERE entity_id = ? ORDER BY created_at LIMIT 1", [entity_id]
    )
    row = next(rows, None)
    return str(row["company_id"]) if row else made_of("company", entity_id)


def find(db: Database, company_id: str) -> Row | None:
    """The company with this id, if there is one."""
    rows = db.query(f"{_COMPANIES} AND c.company_id = ? GROUP BY c.company_id", [company_id])
    return next(rows, None)


def count(db: Database) -> int:
    """How many companies there are."""
    rows = db.query("SELECT count(DISTINCT company_id) AS n FROM connections WHERE provider = 'codat'")
    return int(next(rows)["n"])


def find_page(db: Database, *, page: int, size: int) -> list[Row]:
    """One page of the companies, the oldest first."""
    return list(
        db.query(
            f"{_COMPANIES} GROUP BY c.company_id ORDER BY created, id LIMIT ? OFFSET ?",
            [size, (page - 1) * size],
        )
    )


def find_connections(db: Database, company_ids: Sequence[str]) -> list[Row]:
    """All connections of these companies, the oldest first."""
    return list(
        db.query(
            """
            SELECT * FROM connections
            WHERE company_id IN (SELECT value FROM json_each(?)) AND provider = 'codat'
            ORDER BY created_at, id
            """,
            [json.dumps(company_ids)],
        )
    )


def add_error(
    db: Database, connection_id: str, *, status_code: str, status_text: str, message: str, at: str
) -> None:
    """Keep what went wrong with a connection."""
    db.execute(
        "INSERT INTO codat_errors (connection_id, status_code, status_text, message, at)"
        " VALUES (?, ?, ?, ?, ?)",
        [connection_id, status_code, status_text, message, at],
    )


def resolve_errors(db: Database, connection_id: str, *, at: str) -> None:
    """Note that what was wrong with a connection is so no longer."""
    db.execute(
        "UPDATE codat_errors SET resolved_at = ? WHERE connection_id = ? AND resolved_at IS NULL",
        [at, connection_id],
    )


def find_errors(db: Database, connection_ids: Sequence[str]) -> dict[str, list[Row]]:
    """What ever went wrong with each of these connections, the oldest first."""
    found: dict[str, list[Row]] = {connection_id: [] for connection_id in connection_ids}
    rows = db.query(
        "SELECT * FROM codat_errors WHERE connection_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [json.dumps(connection_ids)],
    )
    for row in rows:
        found[row["connection_id"]].append(row)
    return found
