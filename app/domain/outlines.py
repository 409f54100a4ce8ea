"""A bill or an invoice by everything that is known against it, small enough to count thousands by.

The store notes each thing as one bit of a number. What a bit means depends on the accounting system,
so that is decided here, and comes to the same as the conditions of one document do.
"""

from __future__ import annotations

from enum import IntFlag

from app.domain.facts import Context

UNREAD, SAVING = "UNREAD", "SAVING"
UNDECIDED = frozenset({UNREAD, SAVING})
"""It depends on what is not known yet whether these arrive."""
IMPORTED = frozenset({"ACC_ARCHIVED", "ACC_GONE", "TAX_NO_MATCH", "NUMBER_USED"})
"""These hold as of the last import: somebody may have put them right in the accounting system since."""


class Lack(IntFlag):
    """What the store can tell of a document; the first members stop it before the later ones."""

    DISCOUNT = 1 << 0
    DEDUCTION_NO_RATE = 1 << 1
    DEDUCTION_RATE_GONE = 1 << 2
    BILL_NO_LINES = 1 << 3
    ACCOUNT = 1 << 4
    ACCOUNT_GONE = 1 << 5
    TAX = 1 << 6
    TAX_UNKNOWN = 1 << 7
    PARTY = 1 << 8
    INVOICE_NO_LINES = 1 << 9
    DEDUCTION_RATE_ARCHIVED = 1 << 10
    ACCOUNT_BANK = 1 << 11
    ACCOUNT_ARCHIVED = 1 << 12
    TAX_ARCHIVED = 1 << 13
    DESCRIPTION = 1 << 14
    TAX_TOO_LARGE = 1 << 15
    BILL_DISCOUNT = 1 << 16
    LINE_TOTAL = 1 << 17
    ZERO = 1 << 18
    NUMBER_LONG = 1 << 19
    NUMBER_SENT = 1 << 20
    NUMBER_SHARED = 1 << 21
    CURRENCY = 1 << 22
    PERIOD = 1 << 23
    UNREAD = 1 << 24
    SAVING = 1 << 25


_CODES = {
    Lack.DISCOUNT: "DISCOUNT_WHOLE",
    Lack.DEDUCTION_NO_RATE: "DEDUCTION_TAX",
    Lack.DEDUCTION_RATE_GONE: "TAX_NO_MATCH",
    Lack.BILL_NO_LINES: "LINES_NONE",
    Lack.ACCOUNT_GONE: "ACC_GONE",
    Lack.TAX: "TAX_MISSING",
    Lack.TAX_UNKNOWN: "TAX_NO_MATCH",
    Lack.PARTY: "CONTACT_NONE",
    Lack.INVOICE_NO_LINES: "LINES_NONE",
    Lack.DEDUCTION_RATE_ARCHIVED: "TAX_NO_MATCH",
    Lack.ACCOUNT_BANK: "ACC_GONE",
    Lack.ACCOUNT_ARCHIVED: "ACC_ARCHIVED",
    Lack.TAX_ARCHIVED: "TAX_NO_MATCH",
    Lack.DESCRIPTION: "DESCRIPTION",
    Lack.TAX_TOO_LARGE: "TAX_TOO_LARGE",
    Lack.BILL_DISCOUNT: "BILL_DISCOUNT",
    Lack.LINE_TOTAL: "LINE_TOTAL",
    Lack.ZERO: "AMOUNT_NONE",
    Lack.NUMBER_LONG: "TOO_LONG",
    Lack.NUMBER_SENT: "NUMBER_USED",
    Lack.NUMBER_SHARED: "NUMBER_USED",
    Lack.CURRENCY: "CURRENCY",
    Lack.PERIOD: "PERIOD_CLOSED",
}
_ALWAYS = (
    Lack.DEDUCTION_NO_RATE
    | Lack.DEDUCTION_RATE_GONE
    | Lack.BILL_NO_LINES
    | Lack.ACCOUNT
    | Lack.ACCOUNT_GONE
    | Lack.TAX
    | Lack.TAX_UNKNOWN
    | Lack.PARTY
    | Lack.INVOICE_NO_LINES
    | Lack.DEDUCTION_RATE_ARCHIVED
    | Lack.ACCOUNT_BANK
    | Lack.ACCOUNT_ARCHIVED
    | Lack.TAX_ARCHIVED
)
_BY_THE_BOOKS = ~(Lack.INVOICE_NO_LINES - 1)
"""Everything that the accounting system objects to: all from the first such member on."""
_XERO = Lack.DESCRIPTION | Lack.TAX_TOO_LARGE | Lack.BILL_DISCOUNT | Lack.LINE_TOTAL
_QUICKBOOKS = Lack.LINE_TOTAL | Lack.ZERO | Lack.NUMBER_LONG


def stops(context: Context, *, is_bill: bool) -> Lack:
    """Everything for which such a document will be refused."""
    found = _ALWAYS
    if not context.discounts_sent:
        found |= Lack.DISCOUNT
    if context.xero:
        found |= _XERO
    if context.quickbooks:
        found |= _QUICKBOOKS
    if context.xero and not is_bill:
        found |= Lack.NUMBER_SENT
    return found


def warns(context: Context, *, is_bill: bool) -> Lack:
    """Everything that may stop such a document, although nobody can tell from here."""
    numbers = Lack.NUMBER_SHARED | Lack.NUMBER_SENT
    if is_bill and not context.quickbooks:
        numbers = Lack(0)
    return (Lack.CURRENCY | Lack.PERIOD | numbers) & ~stops(context, is_bill=is_bill)


def reasons(lacks: int, context: Context, *, is_bill: bool, in_books: bool = False) -> tuple[str, ...]:
    """The codes of why a document will be refused, the first thing that stops it first.

    What is in the books already may stand there unchanged, so their objections are no certainty then.
    """
    found = lacks & stops(context, is_bill=is_bill)
    return _codes(found & ~_BY_THE_BOOKS if in_books else found, is_bill=is_bill)


def cautions(lacks: int, context: Context, *, is_bill: bool) -> tuple[str, ...]:
    """The codes of what may stop it as well."""
    found = lacks & warns(context, is_bill=is_bill)
    if found & Lack.NUMBER_SHARED and lacks & stops(context, is_bill=is_bill) & Lack.NUMBER_SENT:
        found &= ~Lack.NUMBER_SHARED
    return _codes(found, is_bill=is_bill)


def outlook(lacks: int, context: Context, *, is_bill: bool) -> str:
    """The first thing that will stop a document once it is tried, UNREAD or SAVING, or "" for nothing."""
    first = next(iter(reasons(lacks, context, is_bill=is_bill)), "")
    if first:
        return first
    if lacks & Lack.UNREAD:
        return UNREAD
    return SAVING if lacks & Lack.SAVING else ""


def hindrance(lacks: int, context: Context, *, is_bill: bool, in_books: bool = False) -> str:
    """The code of why trying makes no sense now, as a verdict has it; '' when it may."""
    found = reasons(lacks, context, is_bill=is_bill, in_books=in_books)
    if not found:
        return SAVING if lacks & Lack.SAVING and not lacks & Lack.UNREAD else ""
    return next((code for code in found if code not in IMPORTED), "")


def with_code(code: str, context: Context, *, is_bill: bool) -> int:
    """Everything that stops such a document, or may, under this code."""
    found = stops(context, is_bill=is_bill) | warns(context, is_bill=is_bill)
    return sum(lack for lack in Lack if lack & found and _code(lack, is_bill=is_bill) == code)


def _codes(lacks: int, *, is_bill: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_code(lack, is_bill=is_bill) for lack in Lack if lack & lacks))


def _code(lack: Lack, *, is_bill: bool) -> str:
    if lack is Lack.ACCOUNT:
        return "ACC_LINE" if is_bill else "ACC_PRODUCT"
    return _CODES.get(lack, "")
