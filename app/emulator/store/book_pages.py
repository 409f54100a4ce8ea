"""The books of an entity as one readable whole, for the control interface and the presenter's page."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.emulator.rules.statuses import platform_status
from app.emulator.store import books, connections

Row = dict[str, Any]


def organisation_of(db: Database, entity_id: str) -> Row | None:
    """The organisation now or last connected; before that, the entity's own."""
    current = connections.current_organisation(db, entity_id)
    if current is not None:
        return books.find_organisation(db, current)
    active = connections.find_active(db, entity_id)
    found = books.find_organisations(db, entity_id, active["platform"] if active else None)
    return found[0] if found else None


def books_of(db: Database, entity_id: str) -> dict[str, Any]:
    """Everything that the organisation holds; amounts in minor units, rates in hundredths of a percent."""
    organisation = organisation_of(db, entity_id)
    if organisation is None:
        return {"organisation": None, "currency": None, **{key: [] for key in _PARTS}}
    return {
        "organisation": organisation["name"],
        "currency": organisation["base_currency"],
        **{key: read(db, organisation["id"]) for key, read in _PARTS.items()},
    }


def _accounts(db: Database, organisation_id: str) -> list[Row]:
    return list(
        db.query(
            """
            SELECT id, code, name, type, status FROM book_accounts
            WHERE organisation_id = ? ORDER BY code IS NULL, code, name
            """,
            [organisation_id],
        )
    )


def _tax_rates(db: Database, organisation_id: str) -> list[Row]:
    return list(
        db.query(
            "SELECT id, name, rate FROM book_tax_rates WHERE organisation_id = ? ORDER BY rowid",
            [organisation_id],
        )
    )


def _contacts(db: Database, organisation_id: str) -> list[Row]:
    rows = db.query(
        """
        SELECT id, name, country, city, address, is_supplier, is_customer FROM book_contacts
        WHERE organisation_id = ? ORDER BY name, id
        """,
        [organisation_id],
    )
    return [
        {**row, "is_supplier": bool(row["is_supplier"]), "is_customer": bool(row["is_customer"])}
        for row in rows
    ]


def _items(db: Database, organisation_id: str) -> list[Row]:
    return list(
        db.query(
            "SELECT id, name, code FROM book_items WHERE organisation_id = ? ORDER BY name, id",
            [organisation_id],
        )
    )


def _bills(db: Database, organisation_id: str) -> list[Row]:
    return _documents(db, organisation_id, "bill")


def _invoices(db: Database, organisation_id: str) -> list[Row]:
    return _documents(db, organisation_id, "invoice")


def _documents(db: Database, organisation_id: str, kind: str) -> list[Row]:
    platform = books.organisation_facts(db, organisation_id).platform
    documents = {
        row["id"]: {
            **row,
            "platform_status": platform_status(platform, row["status"]),
            "payments": [],
            "lines": [],
        }
        for row in db.query(
            """
            SELECT d.id, d.number, c.name AS contact, d.date, d.currency, d.total,
                CASE d.status WHEN 'paid' THEN d.total ELSE d.amount_paid END AS amount_paid, d.status
            FROM book_documents d LEFT JOIN book_contacts c
              ON c.organisation_id = d.organisation_id AND c.id = d.contact_id
            WHERE d.organisation_id = ? AND d.kind = ? ORDER BY d.date, d.id
            """,
            [organisation_id, kind],
        )
    }
    for payment in db.query(_PAYMENTS, [organisation_id, kind]):
        documents[payment.pop("document_id")]["payments"].append(payment)
    for line in db.query(_LINES, [organisation_id, kind]):
        documents[line.pop("document_id")]["lines"].append(line)
    return list(documents.values())


_LINES = """
    SELECT l.document_id, l.description, l.account_id, a.code AS account_code, t.rate AS tax_rate, l.amount
    FROM book_documents d
    JOIN book_lines l ON l.organisation_id = d.organisation_id AND l.document_id = d.id
    LEFT JOIN book_accounts a ON a.organisation_id = l.organisation_id AND a.id = l.account_id
    LEFT JOIN book_tax_rates t ON t.organisation_id = l.organisation_id AND t.id = l.tax_rate_id
    WHERE d.organisation_id = ? AND d.kind = ? ORDER BY l.document_id, l.position
"""

_PAYMENTS = """
    SELECT p.document_id, p.id, p.date, p.amount, p.currency, p.account_id, a.code AS account_code
    FROM book_payments p
    JOIN book_documents d ON d.organisation_id = p.organisation_id AND d.id = p.document_id
    LEFT JOIN book_accounts a ON a.organisation_id = p.organisation_id AND a.id = p.account_id
    WHERE p.organisation_id = ? AND d.kind = ? ORDER BY p.date, p.id
"""

_PARTS = {
    "accounts": _accounts,
    "tax_rates": _tax_rates,
    "contacts": _contacts,
    "items": _items,
    "bills": _bills,
    "invoices": _invoices,
}
