"""What the provider's webhooks said of each data type of a connection; the newest word stands."""

from __future__ import annotations

from sqlite_utils import Database

from app.domain.import_types import ImportType, TypeEnd, of_resources
from app.store.database import from_text, to_text


def save(db: Database, connection_id: str, end: TypeEnd) -> bool:
    """Keep how a reading ended, unless something newer is known; whether it was kept."""
    kept = db.execute(
        """
        INSERT INTO import_types (connection_id, data_type, state, at, message) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (connection_id, data_type) DO UPDATE SET
            state = excluded.state, at = excluded.at, message = excluded.message
        WHERE excluded.at >= import_types.at
        """,
        [connection_id, end.data_type, end.state, to_text(end.at), end.message],
    )
    return kept.rowcount > 0


def find(db: Database, connection_id: str) -> dict[str, ImportType]:
    """What the provider said of each resource of ours, by its name; what it never spoke of is not there."""
    rows = db.query("SELECT * FROM import_types WHERE connection_id = ?", [connection_id])
    return of_resources(
        TypeEnd(row["data_type"], row["state"], from_text(row["at"]), row["message"]) for row in rows
    )
