"""Writing to the accounting system's books, which refuse what a real one refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.emulator.rules import refusals
from app.emulator.rules.documents import Account, BookLine, Document, Entry, Organisation, TaxRate
from app.emulator.rules.matching import Party
from app.emulator.rules.statuses import in_books
from app.emulator.store import book_documents, books, clock
from app.emulator.store.book_pages import books_of
from app.emulator.store.ids import made_of

__all__ = [
    "Draft",
    "Ledger",
    "RefusedError",
    "books_of",
    "create_contact",
    "open_ledger",
    "void_document",
    "write_bill",
    "write_invoice",
    "write_payment",
]

Row = dict[str, Any]


class RefusedError(Exception):
    """Why a record cannot be pushed, in the words of whoever refuses it.

    A synced record has one message, so several reasons are joined by semicolons.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        self.messages = tuple(messages)
        self.message = "; ".join(messages)
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Ledger:
    """An organisation with its chart and tax rates, read once for many documents."""

    organisation: Organisation
    accounts: Mapping[str, Account]
    rates: Mapping[str, TaxRate]


def open_ledger(db: Database, organisation_id: str) -> Ledger:
    """What the organisation holds that decides about documents."""
    return Ledger(
        books.organisation_facts(db, organisation_id),
        books.accounts(db, organisation_id),
        books.tax_rates(db, organisation_id),
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A document ready for the books: its lines and its contact by the books' own ids."""

    document: Document
    lines: Sequence[BookLine]
    contact_id: str


def write_bill(db: Database, ledger: Ledger, draft: Draft, document_id: str | None = None) -> str:
    """Write a bill, or change the one with this id; returns its id. Raises RefusedError."""
    return _write(db, ledger, draft, document_id)


def write_invoice(db: Database, ledger: Ledger, draft: Draft, document_id: str | None = None) -> str:
    """Write an invoice, or change the one with this id; returns its id. Raises RefusedError.

    One that is canceled or uncollectible ends up void, created first if need be.
    """
    if in_books("invoice", draft.document.status) == "open":
        return _write(db, ledger, draft, document_id)
    if document_id is None:
        document_id = _write(db, ledger, draft, None)
    void_document(db, ledger, document_id)
    return document_id


def void_document(db: Database, ledger: Ledger, document_id: str) -> None:
    """Make a document void; raises RefusedError when it is paid or gone, or the books are shut."""
    organisation = ledger.organisation
    stored = book_documents.find_document(db, organisation.id, document_id)
    if stored is None:
        raise RefusedError([refusals.platform(organisation).gone()])
    if stored["status"] == "void":
        return
    paid = stored["status"] == "paid" or stored["amount_paid"] > 0
    reasons = refusals.void(organisation, stored["kind"], stored["date"], paid=paid)
    if reasons:
        raise RefusedError(reasons)
    at = clock.stamp(clock.now(db))
    book_documents.set_void(db, organisation.id, document_id, emptied=organisation.is_quickbooks, at=at)


def create_contact(
    db: Database, organisation: Organisation, party: Party, *, email: str | None, supplier: bool
) -> str:
    """Add a contact for a counterpart and return its id; raises RefusedError when the books take none."""
    taken = books.name_taken(db, organisation.id, party.name, archived_count=organisation.is_quickbooks)
    reasons = refusals.platform(organisation).contact(organisation, party.name, email, taken=taken)
    if reasons:
        raise RefusedError(reasons)
    contact_id = made_of("contact", organisation.id, party.id, "supplier" if supplier else "customer")
    books.insert_contact(db, organisation.id, contact_id, party, supplier=supplier)
    return contact_id


def write_payment(db: Database, ledger: Ledger, document_id: str, payment: Row) -> str:
    """Enter a payment of an invoice, once; returns its id in the books. Raises RefusedError.

    `payment` has Monite's `id`, the books' `account_id`, and `date`, `currency` and `amount`.
    """
    organisation = ledger.organisation
    payment_id = made_of("payment", organisation.id, payment["id"])
    if book_documents.has_payment(db, organisation.id, payment_id):
        return payment_id
    stored = book_documents.find_document(db, organisation.id, document_id)
    if stored is None:
        raise RefusedError([refusals.platform(organisation).gone()])
    if stored["status"] == "void":
        raise RefusedError([refusals.platform(organisation).locked(stored["kind"])])
    exceeds = stored["amount_paid"] + payment["amount"] > stored["total"]
    key = payment["account_id"]
    reasons = refusals.payment(organisation, payment["date"], ledger.accounts.get(key), key, exceeds=exceeds)
    if reasons:
        raise RefusedError(reasons)
    at = clock.stamp(clock.now(db))
    book_documents.insert_payment(db, organisation.id, document_id, {**payment, "id": payment_id}, at=at)
    return payment_id


def _write(db: Database, ledger: Ledger, draft: Draft, document_id: str | None) -> str:
    organisation, document = ledger.organisation, draft.document
    known = document_id is not None
    # The id comes from Monite's document, so a second creation could only meet the first.
    document_id = document_id or made_of("document", organisation.id, document.kind, document.id)
    stored = book_documents.find_document(db, organisation.id, document_id)
    if stored is None and known:
        raise RefusedError([refusals.platform(organisation).gone()])
    if stored is not None and _stands(db, stored, draft):
        return document_id
    reasons = _reasons(db, ledger, draft, document_id, stored)
    if reasons:
        raise RefusedError(reasons)
    at = clock.stamp(clock.now(db))
    book_documents.save_document(
        db,
        organisation.id,
        document_id,
        document,
        draft.lines,
        contact_id=draft.contact_id,
        status="open",
        at=at,
    )
    books.set_role(db, organisation.id, draft.contact_id, supplier=document.kind == "bill")
    if organisation.is_quickbooks and organisation.currencies - {organisation.base_currency}:
        # While the company writes in one currency alone, nobody is bound to any.
        books.settle_currency(db, organisation.id, draft.contact_id, document.currency)
    return document_id


def _reasons(db: Database, ledger: Ledger, draft: Draft, document_id: str, stored: Row | None) -> list[str]:
    organisation, document = ledger.organisation, draft.document
    found = refusals.document(
        Entry(
            document=document,
            lines=draft.lines,
            organisation=organisation,
            accounts=ledger.accounts,
            rates=ledger.rates,
            items=books.find_items(
                db, organisation.id, {line.item_id for line in draft.lines if line.item_id}
            ),
            contact=books.find_contact(db, organisation.id, draft.contact_id),
            number_taken=book_documents.number_taken(
                db, organisation.id, document, contact_id=draft.contact_id, besides=document_id
            ),
            entered_this_month=_entered_this_month(db, organisation, document.kind),
            is_new=stored is None,
        )
    )
    if stored is not None and stored["status"] != "open":
        return [refusals.platform(organisation).locked(document.kind), *found]
    return found


def _entered_this_month(db: Database, organisation: Organisation, kind: str) -> int:
    if organisation.plan != "smallest":
        return 0
    since = clock.stamp(_start_of_month(clock.now(db)))
    return book_documents.count_entered(db, organisation.id, kind, since=since)


def _start_of_month(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _stands(db: Database, stored: Row, draft: Draft) -> bool:
    """Whether the books have the document just so: then nothing is written, and nothing refused."""
    document = draft.document
    head = {
        "number": document.number,
        "contact_id": draft.contact_id,
        "date": document.date,
        "due_date": document.due_date,
        "currency": document.currency,
        "total": document.total,
    }
    if stored["status"] == "void" or any(stored[key] != value for key, value in head.items()):
        return False
    keys = ("description", "quantity", "amount", "tax_amount", "account_id", "tax_rate_id")
    rows = book_documents.find_lines(db, stored["organisation_id"], stored["id"])
    return [tuple(row[key] for key in keys) for row in rows] == [_comparable(line) for line in draft.lines]


def _comparable(book_line: BookLine) -> tuple[object, ...]:
    line = book_line.line
    return (
        line.name,
        line.quantity,
        line.amount,
        line.tax_amount,
        book_line.account_id,
        book_line.tax_rate_id,
    )
