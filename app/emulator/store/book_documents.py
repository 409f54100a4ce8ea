"""Bills and invoices in the accounting system's books, with their lines and payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.documents import BookLine, Document

Row = dict[str, Any]


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
             amount, tax_amount, account_id, tax_rate_id, item_id)
        VALUES (:organisation_id, :document_id, :position, :description, :quantity, :unit_amount,
                :discount_amount, :amount, :tax_amount, :account_id, :tax_rate_id, :item_id)
        """,
        [_line_row(organisation_id, document_id, number, line) for number, line in enumerate(lines)],
    )


def set_void(db: Database, organisation_id: str, document_id: str, *, emptied: bool, at: str) -> None:
    """Mark the document as void; `emptied` leaves nothing of its amounts, as QuickBooks does."""
    values = {"organisation_id": organisation_id, "id": document_id, "at": at}
    db.execute(
        """
        UPDATE book_documents SET status = 'void', updated_at = :at
        WHERE organisation_id = :organisation_id AND id = :id
        """,
        values,
    )
    if emptied:
        db.execute(
            "UPDATE book_documents SET total = 0 WHERE organisation_id = :organisation_id AND id = :id",
            {"organisation_id": organisation_id, "id": document_id},
        )
        db.execute(
            """
            UPDATE book_lines SET unit_amount = 0, discount_amount = 0, amount = 0, tax_amount = 0
            WHERE organisation_id = :organisation_id AND document_id = :id
            """,
            {"organisation_id": organisation_id, "id": document_id},
        )


def count_entered(db: Database, organisation_id: str, kind: str, *, since: str) -> int:
    """How many documents of a kind were entered from this moment on."""
    rows = db.query(
        """
        SELECT COUNT(*) AS n FROM book_documents
        WHERE organisation_id = ? AND kind = ? AND created_at >= ?
        """,
        [organisation_id, kind, since],
    )
    return int(next(rows)["n"])


def has_payment(db: Database, organisation_id: str, payment_id: str) -> bool:
    """Whether the books hold the payment already."""
    rows = db.query(
        "SELECT 1 FROM book_payments WHERE organisation_id = ? AND id = ?", [organisation_id, payment_id]
    )
    return next(rows, None) is not None


def insert_payment(db: Database, organisation_id: str, document_id: str, payment: Row, *, at: str) -> None:
    """Enter a payment (`id`, `account_id`, `date`, `currency`, `amount`), which pays its document so far."""
    db.execute(
        """
        INSERT INTO book_payments
            (id, organisation_id, document_id, account_id, date, currency, amount, created_at)
        VALUES (:id, :organisation_id, :document_id, :account_id, :date, :currency, :amount, :at)
        """,
        {**payment, "organisation_id": organisation_id, "document_id": document_id, "at": at},
    )
    db.execute(
        """
        UPDATE book_documents SET amount_paid = amount_paid + :amount, updated_at = :at,
            status = CASE WHEN amount_paid + :amount >= total THEN 'paid' ELSE 'partially_paid' END
        WHERE organisation_id = :organisation_id AND id = :id
        """,
        {
            "amount": payment["amount"],
            "at": at,
            "organisation_id": organisation_id,
            "id": document_id,
        },
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
        "item_id": book_line.item_id,
    }
