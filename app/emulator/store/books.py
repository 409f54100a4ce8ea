"""The accounting system's books: organisations, and what each of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.documents import Account, BookLine, Document, Organisation, TaxRate
from app.emulator.rules.matching import Party
from app.emulator.rules.statuses import is_archived

Row = dict[str, Any]


def books_platform(platform: str | None) -> str:
    """The accounting system that is meant; QuickBooks goes by several names."""
    return "quickbooks_online" if (platform or "").startswith("quickbooks") else "xero"


def find_organisation(db: Database, organisation_id: str) -> Row | None:
    """The organisation with this id, if there is one."""
    return next(db.query("SELECT * FROM organisations WHERE id = ?", [organisation_id]), None)


def find_organisations(db: Database, entity_id: str, platform: str | None = None) -> list[Row]:
    """The organisations that the entity's person sees on signing in, its own first."""
    return list(
        db.query(
            """
            SELECT * FROM organisations
            WHERE entity_id = :entity_id AND (:platform IS NULL OR platform = :platform)
            ORDER BY is_own DESC, rowid
            """,
            {"entity_id": entity_id, "platform": books_platform(platform) if platform else None},
        )
    )


def organisation_facts(db: Database, organisation_id: str) -> Organisation:
    """What decides which documents the organisation lets in."""
    row = next(db.query("SELECT * FROM organisations WHERE id = ?", [organisation_id]))
    currencies = db.query("SELECT currency FROM book_currencies WHERE organisation_id = ?", [organisation_id])
    return Organisation(
        id=row["id"],
        platform=row["platform"],
        base_currency=row["base_currency"],
        lock_date=row["lock_date"],
        subscription=row["subscription"],
        currencies=frozenset(found["currency"] for found in currencies),
    )


def accounts(db: Database, organisation_id: str) -> dict[str, Account]:
    """The chart of accounts, by the books' ids."""
    rows = db.query("SELECT * FROM book_accounts WHERE organisation_id = ? ORDER BY rowid", [organisation_id])
    return {
        row["id"]: Account(
            id=row["id"],
            code=row["code"],
            name=row["name"],
            archived=is_archived(row["status"]),
            selectable=bool(row["selectable"]),
        )
        for row in rows
    }


def tax_rates(db: Database, organisation_id: str) -> dict[str, TaxRate]:
    """The tax rates, by the books' ids, in the order in which they were set up."""
    rows = db.query(
        "SELECT * FROM book_tax_rates WHERE organisation_id = ? ORDER BY rowid", [organisation_id]
    )
    return {
        row["id"]: TaxRate(
            id=row["id"],
            rate=row["rate"],
            code=row["code"],
            active=not is_archived(row["status"]),
            on_purchases=bool(row["on_purchases"]),
            on_sales=bool(row["on_sales"]),
        )
        for row in rows
    }


def contacts(db: Database, organisation_id: str) -> list[Row]:
    """The contacts, archived ones too."""
    return list(
        db.query("SELECT * FROM book_contacts WHERE organisation_id = ? ORDER BY rowid", [organisation_id])
    )


def contacts_named(db: Database, organisation_id: str, name: str) -> list[Row]:
    """The contacts of one name, archived ones too."""
    return list(
        db.query(
            "SELECT * FROM book_contacts WHERE organisation_id = ? AND name = ? ORDER BY rowid",
            [organisation_id, name],
        )
    )


def find_contact(db: Database, organisation_id: str, contact_id: str) -> Row | None:
    """The contact with this id, if the books hold one."""
    rows = db.query(
        "SELECT * FROM book_contacts WHERE organisation_id = ? AND id = ?", [organisation_id, contact_id]
    )
    return next(rows, None)


def insert_contact(
    db: Database, organisation_id: str, contact_id: str, party: Party, *, supplier: bool
) -> None:
    """Add a contact; it is a supplier or a customer until documents say more."""
    db.execute(
        """
        INSERT INTO book_contacts
            (id, organisation_id, name, is_supplier, is_customer, country, city, address, status)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'Active')
        """,
        [
            contact_id,
            organisation_id,
            party.name,
            int(supplier),
            int(not supplier),
            party.country,
            party.city,
            party.address,
        ],
    )


def set_role(db: Database, organisation_id: str, contact_id: str, *, supplier: bool) -> None:
    """Note that the contact is a supplier (or a customer) from now on, beside what it was."""
    column = "is_supplier" if supplier else "is_customer"
    db.execute(
        f"UPDATE book_contacts SET {column} = 1 WHERE organisation_id = ? AND id = ? AND {column} = 0",
        [organisation_id, contact_id],
    )


def items(db: Database, organisation_id: str) -> list[Row]:
    """The items that are in use."""
    rows = db.query("SELECT * FROM book_items WHERE organisation_id = ? ORDER BY rowid", [organisation_id])
    return [row for row in rows if not is_archived(row["status"])]


def find_document(db: Database, organisation_id: str, document_id: str) -> Row | None:
    """The bill or invoice with this id, if the books hold one."""
    rows = db.query(
        "SELECT * FROM book_documents WHERE organisation_id = ? AND id = ?", [organisation_id, document_id]
    )
    return next(rows, None)


def find_lines(db: Database, organisation_id: str, document_id: str) -> list[Row]:
    """The lines of a document, in their order."""
    return list(
        db.query(
            "SELECT * FROM book_lines WHERE organisation_id = ? AND document_id = ? ORDER BY position",
            [organisation_id, document_id],
        )
    )


def number_taken(
    db: Database, organisation_id: str, document: Document, *, contact_id: str, besides: str
) -> bool:
    """Whether another document that counts has this number; a bill's number counts within its supplier."""
    rows = db.query(
        """
        SELECT 1 FROM book_documents
        WHERE organisation_id = :organisation_id AND kind = :kind AND number = :number
          AND id <> :besides AND status <> 'void' AND (kind = 'invoice' OR contact_id = :contact_id) LIMIT 1
        """,
        {
            "organisation_id": organisation_id,
            "kind": document.kind,
            "number": document.number,
            "besides": besides,
            "contact_id": contact_id,
        },
    )
    return next(rows, None) is not None


def save_document(
    db: Database,
    organisation_id: str,
    document_id: str,
    document: Document,
    lines: Sequence[BookLine],
    *,
    contact_id: str,
    status: str,
    at: str,
) -> None:
    """Write a document with its lines as ours, in place of what stood under this id."""
    db.execute(
        """
        INSERT INTO book_documents
            (id, organisation_id, kind, number, contact_id, date, due_date, currency, total, status, source,
             created_at, updated_at)
        VALUES (:id, :organisation_id, :kind, :number, :contact_id, :date, :due_date, :currency, :total,
                :status, 'monite', :at, :at)
        ON CONFLICT (organisation_id, id) DO UPDATE SET
            number = excluded.number, contact_id = excluded.contact_id, date = excluded.date,
            due_date = excluded.due_date, currency = excluded.currency, total = excluded.total,
            status = excluded.status, updated_at = excluded.updated_at
        """,
        {
            "id": document_id,
            "organisation_id": organisation_id,
            "kind": document.kind,
            "number": document.number,
            "contact_id": contact_id,
            "date": document.date,
            "due_date": document.due_date,
            "currency": document.currency,
            "total": document.total,
            "status": status,
            "at": at,
        },
    )
    db.execute(
        "DELETE FROM book_lines WHERE organisation_id = ? AND document_id = ?", [organisation_id, document_id]
    )
    db.conn.executemany(
        """
        INSERT INTO book_lines
            (organisation_id, document_id, position, description, quantity, unit_amount, discount_amount,
             amount, tax_amount, account_id, tax_rate_id)
        VALUES (:organisation_id, :document_id, :position, :description, :quantity, :unit_amount,
                :discount_amount, :amount, :tax_amount, :account_id, :tax_rate_id)
        """,
        [_line_row(organisation_id, document_id, number, line) for number, line in enumerate(lines)],
    )


def set_void(db: Database, organisation_id: str, document_id: str, *, at: str) -> None:
    """Mark the document as void."""
    db.execute(
        "UPDATE book_documents SET status = 'void', updated_at = ? WHERE organisation_id = ? AND id = ?",
        [at, organisation_id, document_id],
    )


def _line_row(organisation_id: str, document_id: str, position: int, book_line: BookLine) -> Row:
    line = book_line.line
    return {
        "organisation_id": organisation_id,
        "document_id": document_id,
        "position": position,
        "description": line.name,
        "quantity": float(line.quantity),
        "unit_amount": line.unit_amount,
        "discount_amount": line.discount_amount,
        "amount": line.amount,
        "tax_amount": line.tax_amount,
        "account_id": book_line.account_id,
        "tax_rate_id": book_line.tax_rate_id,
    }
