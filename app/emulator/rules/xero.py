"""What Xero refuses: every reason at once, each in its own words.

One list of contacts, names unique among the active ones; bill numbers may repeat, invoice numbers may
not; a document that is paid, or has a payment, can be neither changed nor voided.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.emulator.rules.documents import Account, BookLine, Document, Entry, Organisation, TaxRate
from app.emulator.rules.objections import say

LIMITS = {"bill": 5, "invoice": 20}
"""How many of each the smallest plan lets in within a month."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def access(organisation: Organisation) -> list[str]:
    """The refusal of whatever is written: the subscription has ended, or the person's role is too small."""
    found = []
    if organisation.subscription != "active":
        found.append(say("xero-subscription"))
    if organisation.user_rights != "full":
        found.append(say("xero-user-rights"))
    return found


def closed(day: str, organisation: Organisation) -> list[str]:
    """The refusal of what is dated on or before one of the two lock dates."""
    found = []
    if organisation.lock_date is not None and day[:10] <= organisation.lock_date[:10]:
        found.append(say("xero-lock-date"))
    year_end = organisation.year_end_lock_date
    if year_end is not None and day[:10] <= year_end[:10]:
        found.append(say("xero-year-end-lock", date=_day(year_end)))
    return found


def document(entry: Entry) -> Iterable[str]:
    """Why the document is refused, beside access and lock dates."""
    doc, organisation = entry.document, entry.organisation
    if entry.is_new and organisation.plan == "smallest" and entry.entered_this_month >= LIMITS[doc.kind]:
        yield say("xero-plan-limit")
    if doc.currency != organisation.base_currency and doc.currency not in organisation.currencies:
        yield say("xero-currency", currency=doc.currency)
    if entry.contact is None:
        yield nobody(doc.kind)
    elif entry.contact.archived:
        yield say("xero-contact-archived")
    if doc.kind == "invoice" and entry.number_taken:
        yield say("xero-number-not-unique")
    if not entry.lines:
        yield say("xero-no-lines")
    for line, account, rate in entry.carried:
        yield from _line(doc, line, account, rate)
    for item in entry.items_put_away:
        yield say("xero-item-code", code=(item.code or item.name) if item else "")


def contact(organisation: Organisation, name: str, email: str | None, *, taken: bool) -> list[str]:
    """Why a new contact is refused; `taken` says that an active one has the name, whatever the case."""
    found = access(organisation)
    if taken:
        found.append(say("xero-contact-name-taken", name=name))
    if email and not _is_address(email):
        found.append(say("xero-email"))
    return found


def payment(account: Account | None, account_id: str, *, exceeds: bool) -> list[str]:
    """Why a payment is refused, beside access and lock dates: its account, or more than is due."""
    found = list(_account(account, account_id, payments=True))
    if exceeds:
        found.append(say("xero-payment-too-large"))
    return found


def nobody(_kind: str) -> str:
    """The refusal of a document that is for nobody."""
    return say("xero-contact-missing")


def locked(_kind: str) -> str:
    """The refusal to change what is paid or void."""
    return say("xero-status-locked")


def gone() -> str:
    """The refusal to change what somebody has deleted in the books."""
    return say("xero-not-found")


def _line(doc: Document, line: BookLine, account: Account | None, rate: TaxRate | None) -> Iterable[str]:
    yield from _account(account, line.account_id)
    if rate is None or not rate.fits(doc.kind):
        yield say("xero-tax-unknown", tax=line.tax_rate_id)
    elif account is not None and not _goes_with(account, rate):
        yield say("xero-tax-account-pair", tax=rate.id, code=account.code or account.name)
    if not line.line.name:
        yield say("xero-description-missing")
    if doc.kind == "bill" and line.line.discount_amount:
        yield say("xero-bill-discount")
    if not line.line.adds_up:
        total, expected = _money(line.line.amount), _money(line.line.expected)
        yield say("xero-line-total", total=total, expected=expected)
    if abs(line.line.tax_amount) > abs(line.line.amount):
        yield say("xero-tax-too-large")


def _account(account: Account | None, account_id: str, *, payments: bool = False) -> Iterable[str]:
    code = account.code or account.name if account else account_id
    if account is not None and account.archived:
        yield say("xero-account-archived", code=code)
    elif account is None or not _usable(account, payments=payments):
        yield say("xero-account-invalid", code=code)


def _usable(account: Account, *, payments: bool) -> bool:
    """Lines may not use bank and system accounts; payments need a place where money can be."""
    return account.kind not in ("Income", "Expense") if payments else account.selectable


def _goes_with(account: Account, rate: TaxRate) -> bool:
    """Tax on sales belongs to income, tax on purchases to costs; other accounts take either."""
    return {"Income": rate.on_sales, "Expense": rate.on_purchases}.get(account.kind, True)


def _is_address(email: str) -> bool:
    name, at, host = email.partition("@")
    plain = not any(sign in email for sign in " ,;<>\t\n")
    return plain and bool(name and at) and "." in host.strip(".") and "@" not in host


def _money(amount: int) -> str:
    return f"{amount / 100:.2f}"


def _day(day: str) -> str:
    """The day as Xero writes it, in English whatever the machine speaks."""
    found = date.fromisoformat(day[:10])
    return f"{found.day:02d}-{_MONTHS[found.month - 1]}-{found.year}"
