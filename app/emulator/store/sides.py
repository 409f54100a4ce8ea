"""Both sides of the sync next to each other, as the presenter's page reads them."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]

PAGE = 25

# What needs attention comes first, then what moved last.
_ORDER = """
    ORDER BY CASE sync_status WHEN 'error' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END, updated_at DESC, id
    LIMIT :limit OFFSET :offset
"""

_DOCUMENTS = """
    SELECT o.id, o.document_id AS title, o.counterpart_name AS detail, o.status, o.total_amount AS amount,
        o.currency, r.sync_status, r.errors, COALESCE(r.updated_at, o.updated_at) AS updated_at,
        d.number AS book_title, d.status AS book_status,
        (SELECT group_concat(DISTINCT COALESCE(a.code || ' ', '') || a.name)
         FROM book_lines l
         JOIN book_accounts a ON a.organisation_id = l.organisation_id AND a.id = l.account_id
         WHERE l.organisation_id = d.organisation_id AND l.document_id = d.id) AS book_detail
    FROM {table} o
    LEFT JOIN synced_records r ON r.entity_id = o.entity_id AND r.organisation_id = :organisation_id
        AND r.object_type = '{object_type}' AND r.object_id = o.id
    LEFT JOIN book_documents d ON d.organisation_id = :organisation_id AND d.id = r.platform_object_id
    WHERE o.entity_id = :entity_id
"""

_COUNTERPARTS = """
    SELECT o.id, o.name AS title, NULL AS detail,
        CASE WHEN o.is_vendor AND o.is_customer THEN 'supplier and customer'
             WHEN o.is_vendor THEN 'supplier' ELSE 'customer' END AS status,
        NULL AS amount, NULL AS currency, r.sync_status, r.errors,
        COALESCE(r.updated_at, o.updated_at) AS updated_at,
        b.name AS book_title, b.city AS book_detail, b.status AS book_status
    FROM counterparts o
    LEFT JOIN synced_records r ON r.entity_id = o.entity_id AND r.organisation_id = :organisation_id
        AND r.object_type IN ('vendor', 'customer') AND r.object_id = o.id
    LEFT JOIN book_contacts b ON b.organisation_id = :organisation_id AND b.id = r.platform_object_id
    WHERE o.entity_id = :entity_id
"""

_PRODUCTS = """
    SELECT o.id, o.name AS title, NULL AS detail, o.type AS status, o.price AS amount, o.currency,
        r.sync_status, r.errors, COALESCE(r.updated_at, o.updated_at) AS updated_at,
        b.name AS book_title, b.code AS book_detail, b.status AS book_status
    FROM products o
    LEFT JOIN synced_records r ON r.entity_id = o.entity_id AND r.organisation_id = :organisation_id
        AND r.object_type = 'product' AND r.object_id = o.id
    LEFT JOIN book_items b ON b.organisation_id = :organisation_id AND b.id = r.platform_object_id
    WHERE o.entity_id = :entity_id
"""

_BOTH = {
    "bills": _DOCUMENTS.format(table="payables", object_type="bill"),
    "invoices": _DOCUMENTS.format(table="receivables", object_type="receivable") + " AND o.type = 'invoice'",
    "counterparts": _COUNTERPARTS,
    "products": _PRODUCTS,
}

_BOOK_DOCUMENTS = """
    SELECT d.number AS title, c.name AS detail, d.total AS amount, d.currency, d.status
    FROM book_documents d LEFT JOIN book_contacts c
        ON c.organisation_id = d.organisation_id AND c.id = d.contact_id
    WHERE d.organisation_id = :organisation_id AND d.kind = '{kind}' AND {unlinked} ORDER BY d.date DESC, d.id
"""
_UNLINKED = """
    NOT EXISTS (SELECT 1 FROM synced_records r WHERE r.organisation_id = :organisation_id
        AND r.platform_object_id = {key} AND r.object_type IN ({types}))
"""
_BOOKS_ONLY = {
    "bills": _BOOK_DOCUMENTS.format(kind="bill", unlinked=_UNLINKED.format(key="d.id", types="'bill'")),
    "invoices": _BOOK_DOCUMENTS.format(
        kind="invoice", unlinked=_UNLINKED.format(key="d.id", types="'receivable'")
    ),
    "counterparts": f"""
        SELECT b.name AS title, b.city AS detail, NULL AS amount, NULL AS currency, b.status
        FROM book_contacts b WHERE b.organisation_id = :organisation_id
        AND {_UNLINKED.format(key="b.id", types="'vendor', 'customer'")} ORDER BY b.name, b.id
    """,
    "products": f"""
        SELECT b.name AS title, b.code AS detail, b.unit_price AS amount,
            (SELECT base_currency FROM organisations WHERE id = b.organisation_id) AS currency, b.status
        FROM book_items b WHERE b.organisation_id = :organisation_id
        AND {_UNLINKED.format(key="b.id", types="'product'")} ORDER BY b.name, b.id
    """,
}

KINDS = tuple(_BOTH)


def find_entities(db: Database) -> list[Row]:
    """Every entity, with its connection's status where it has one that was not ended."""
    return list(
        db.query(
            """
            SELECT e.id, e.key, e.name, e.country, e.currency, c.id AS connection_id, c.status, c.platform
            FROM entities e LEFT JOIN connections c ON c.entity_id = e.id AND c.status <> 'disconnected'
            ORDER BY e.created_at, e.id
            """
        )
    )


def get_entity(db: Database, entity_id: str) -> Row:
    """The key, name and currency of an entity that is known to be there."""
    return next(db.query("SELECT id, key, name, country, currency FROM entities WHERE id = ?", [entity_id]))


def find(
    db: Database, kind: str, entity_id: str, organisation_id: str, *, page: int
) -> tuple[list[Row], int]:
    """One page of Monite's objects of a kind with what the books hold of each, and how many there are."""
    values = {"entity_id": entity_id, "organisation_id": organisation_id}
    count = next(db.query(f"SELECT count(*) AS n FROM ({_BOTH[kind]})", values))["n"]
    paging = {"limit": PAGE, "offset": (page - 1) * PAGE}
    return list(db.query(f"SELECT * FROM ({_BOTH[kind]}) {_ORDER}", values | paging)), int(count)


def find_books_only(db: Database, kind: str, organisation_id: str) -> list[Row]:
    """What the books hold of a kind that no synced record leads to."""
    return list(db.query(_BOOKS_ONLY[kind], {"organisation_id": organisation_id}))


def count_records(db: Database, entity_id: str, organisation_id: str) -> dict[str, int]:
    """How many synced records stand at each status."""
    rows = db.query(
        """
        SELECT sync_status, count(*) AS n FROM synced_records
        WHERE entity_id = ? AND organisation_id = ? GROUP BY sync_status ORDER BY sync_status
        """,
        [entity_id, organisation_id],
    )
    return {row["sync_status"]: row["n"] for row in rows}
