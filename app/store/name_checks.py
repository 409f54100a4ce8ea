"""Names that are used more than once on our side, and would therefore not be matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

_NAMES = """
    WITH names (kind, id, name, place, price, currency) AS (
        SELECT 'products', id, name, NULL, price, currency FROM products WHERE entity_id = :id AND gone = 0
        UNION ALL
        SELECT 'suppliers', id, name, coalesce(nullif(address, ''), city, country), NULL, NULL
        FROM counterparts WHERE entity_id = :id AND gone = 0 AND is_vendor
        UNION ALL
        SELECT 'customers', id, name, coalesce(nullif(address, ''), city, country), NULL, NULL
        FROM counterparts WHERE entity_id = :id AND gone = 0 AND is_customer)
"""


@dataclass(frozen=True, slots=True)
class SharedName:
    """`kind` is products, suppliers or customers."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Bearer:
    """One of those that carry a shared name, with what tells it from the others."""

    kind: str
    id: str
    name: str
    place: str | None
    price: int | None
    currency: str | None
    documents: int
    """How many bills of a supplier, or invoices of a customer, there are."""


def find(db: Database, entity_id: str) -> list[SharedName]:
    """Each name that stands twice or more among products, suppliers or customers."""
    rows = db.query(
        f"""
        {_NAMES}
        SELECT kind, min(name) AS name, count(*) AS n FROM names
        GROUP BY kind, lower(trim(name)) HAVING n > 1 ORDER BY kind, name
        """,
        {"id": entity_id},
    )
    return [SharedName(row["kind"], row["name"], row["n"]) for row in rows]


def bearers(db: Database, entity_id: str, limit: int) -> list[Bearer]:
    """Those that carry a shared name, alike ones one after the other."""
    rows = db.query(
        f"""
        {_NAMES}, counted AS (
            SELECT *, count(*) OVER (PARTITION BY kind, lower(trim(name))) AS n,
                min(name) OVER (PARTITION BY kind, lower(trim(name))) AS called FROM names),
            documents (kind, party, n) AS (
            SELECT 'suppliers', counterpart_id, count(*) FROM payables
            WHERE entity_id = :id AND gone = 0 GROUP BY counterpart_id
            UNION ALL
            SELECT 'customers', counterpart_id, count(*) FROM receivables
            WHERE entity_id = :id AND gone = 0 AND type = 'invoice' GROUP BY counterpart_id)
        SELECT c.*, coalesce(d.n, 0) AS documents
        FROM counted c LEFT JOIN documents d ON d.kind = c.kind AND d.party = c.id
        WHERE c.n > 1 ORDER BY c.kind, c.called, c.id LIMIT :limit
        """,
        {"id": entity_id, "limit": limit},
    )
    return [_bearer(row) for row in rows]


def _bearer(row: dict[str, Any]) -> Bearer:
    return Bearer(
        kind=row["kind"],
        id=row["id"],
        name=row["name"],
        place=row["place"],
        price=row["price"],
        currency=row["currency"],
        documents=row["documents"],
    )
