"""How many of the organisations that Xero allows the partner's app are taken."""

from __future__ import annotations

from sqlite_utils import Database


def used(db: Database, beside: str = "") -> int:
    """Businesses that have connected Xero, or are about to; `beside` is one that doesn't count itself.

    Access that was withdrawn gives the place back at Xero, as a disconnect does.
    """
    sql = """
        SELECT count(DISTINCT entity_id) FROM connections
        WHERE platform = 'xero' AND status IN ('connected', 'pending_auth') AND entity_id <> ?
    """
    return int(db.execute(sql, [beside]).fetchone()[0])
