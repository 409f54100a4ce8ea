"""Which connection a provider's own id stands for: it is in the address of the sign-in pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlite_utils import Database


def find(db: Database, provider_connection: str) -> tuple[str, str] | None:
    """The entity and Monite's id of the connection in whose address this id is a part of the path."""
    rows = db.execute(
        """
        SELECT entity_id, id, connection_url FROM connections
        WHERE instr(lower(connection_url), lower(?)) > 0 ORDER BY created_at DESC
        """,
        [f"/{provider_connection}"],
    ).fetchall()
    for entity_id, connection_id, address in rows:
        if provider_connection.lower() in urlsplit(address).path.lower().split("/"):
            return str(entity_id), str(connection_id)
    return None
