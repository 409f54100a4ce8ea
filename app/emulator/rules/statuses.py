"""Statuses on both sides: what is pushed by default, and what it becomes in the books."""

from __future__ import annotations

from typing import Literal

PAYABLE_DEFAULT = ("waiting_to_be_paid", "paid", "partially_paid")
RECEIVABLE_DEFAULT = ("issued", "paid", "partially_paid", "overdue", "canceled", "uncollectible")

PAYABLE_STATUSES = (
    "draft",
    "new",
    "approve_in_progress",
    "waiting_to_be_paid",
    "partially_paid",
    "paid",
    "canceled",
    "rejected",
)
RECEIVABLE_STATUSES = ("issued", "partially_paid", "paid", "overdue", "uncollectible", "canceled", "deleted")

# Deleted ones go nowhere unless the rules name them, and then there is nothing left to be paid either.
VOID = ("canceled", "uncollectible", "deleted")

BookStatus = Literal["open", "void"]


def in_books(kind: str, status: str) -> BookStatus:
    """The status in the books: paid bills arrive as open, invoices that are off as void."""
    return "void" if kind == "invoice" and status in VOID else "open"


def ledger_status(book_status: str) -> str:
    """A ledger account's status as Monite words it."""
    return "Archived" if is_archived(book_status) else "Active"


def is_archived(book_status: str) -> bool:
    """Whether the books have put the account, contact or item away; they word it in several ways."""
    return book_status.lower() in ("archived", "inactive", "deleted")


_PLATFORM_WORDS = {
    "xero": {"open": "AUTHORISED", "partially_paid": "AUTHORISED", "paid": "PAID", "void": "VOIDED"},
    "quickbooks_online": {
        "open": "Open",
        "partially_paid": "Partially paid",
        "paid": "Paid",
        "void": "Voided",
    },
}


def platform_status(platform: str, book_status: str) -> str:
    """A document's status as the accounting system itself words it."""
    return _PLATFORM_WORDS[platform][book_status]
