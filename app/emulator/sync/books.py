"""Writing to the accounting system's books, which refuse what a real one refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from app.emulator.rules import refusals
from app.emulator.rules.documents import Account, BookLine, Document, Organisation, TaxRate
from app.emulator.rules.matching import Party
from app.emulator.rules.statuses import in_books, is_archived
from app.emulator.store import books, clock
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
]


class RefusedError(Exception):
    """Why a record cannot be pushed, in the words of whoever refuses it."""

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
    if document_id is None or books.find_document(db, ledger.organisation.id, document_id) is None:
        document_id = _write(db, ledger, draft, document_id)
    void_document(db, ledger, document_id)
    return document_id


def void_document(db: Database, ledger: Ledger, document_id: str) -> None:
    """Make a document void; raises RefusedError when it is paid or the books are shut."""
    stored = books.find_document(db, ledger.organisation.id, document_id)
    if stored is None or stored["status"] == "void":
        return
    reasons = refusals.subscription(ledger.organisation)
    if stored["status"] == "paid":
        reasons = [*reasons, refusals.not_modifiable()]
    reasons = [*reasons, *refusals.closed_period(stored["date"], ledger.organisation)]
    if reasons:
        raise RefusedError(reasons)
    books.set_void(db, ledger.organisation.id, document_id, at=clock.stamp(clock.now(db)))


def create_contact(db: Database, organisation: Organisation, party: Party, *, supplier: bool) -> str:
    """Add a contact for a counterpart; raises RefusedError when another one has the name."""
    reasons = refusals.subscription(organisation)
    if books.contacts_named(db, organisation.id, party.name):
        reasons = [*reasons, refusals.name_taken(organisation, party.name)]
    if reasons:
        raise RefusedError(reasons)
    contact_id = made_of("contact", organisation.id, party.id, "supplier" if supplier else "customer")
    books.insert_contact(db, organisation.id, contact_id, party, supplier=supplier)
    return contact_id


def _write(db: Database, ledger: Ledger, draft: Draft, document_id: str | None) -> str:
    organisation_id, document = ledger.organisation.id, draft.document
    # The id comes from Monite's document, so a second creation could only meet the first.
    document_id = document_id or made_of("document", organisation_id, document.kind, document.id)
    stored = books.find_document(db, organisation_id, document_id)
    if stored is not None and _stands(db, stored, draft):
        return document_id
    reasons = _reasons(db, ledger, draft, document_id, stored)
    if reasons:
        raise RefusedError(reasons)
    books.save_document(
        db,
        organisation_id,
        document_id,
        document,
        draft.lines,
        contact_id=draft.contact_id,
        status="open",
        at=clock.stamp(clock.now(db)),
    )
    books.set_role(db, organisation_id, draft.contact_id, supplier=document.kind == "bill")
    return document_id


def _reasons(
    db: Database, ledger: Ledger, draft: Draft, document_id: str, stored: dict[str, Any] | None
) -> list[str]:
    organisation_id, document = ledger.organisation.id, draft.document
    contact = books.find_contact(db, organisation_id, draft.contact_id)
    found = refusals.document(
        document,
        ledger.organisation,
        draft.lines,
        ledger.accounts,
        ledger.rates,
        contact_archived=contact is None or is_archived(contact["status"]),
        number_taken=books.number_taken(
            db, organisation_id, document, contact_id=draft.contact_id, besides=document_id
        ),
    )
    if stored is not None and stored["status"] != "open":
        return [refusals.not_modifiable(), *found]
    return found


def _stands(db: Database, stored: dict[str, Any], draft: Draft) -> bool:
    """Whether the books have the document just so: then nothing is written, and nothing refused."""
    document = draft.document
    head = {
        "status": "open",
        "number": document.number,
        "contact_id": draft.contact_id,
        "date": document.date,
        "due_date": document.due_date,
        "currency": document.currency,
        "total": document.total,
    }
    if any(stored[key] != value for key, value in head.items()):
        return False
    keys = ("description", "quantity", "amount", "tax_amount", "account_id", "tax_rate_id")
    rows = books.find_lines(db, stored["organisation_id"], stored["id"])
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
