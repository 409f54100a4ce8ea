"""What QuickBooks Online refuses: every reason at once, each in its own words.

Vendors and customers are two lists with one space of names, in which what is inactive keeps its name;
each has one currency for ever. Numbers have 21 characters at most, and repeat only where the company's
warning about them is off.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.emulator.rules.documents import Account, BookLine, Document, Entry, Organisation, TaxRate
from app.emulator.rules.objections import say

LONGEST_NUMBER = 21
LONGEST_NAME = 500
US_TAX_CODES = ("TAX", "NON")


def access(organisation: Organisation) -> list[str]:
    """The refusal of whatever is written: the subscription has ended, or the person is no administrator."""
    found = []
    if organisation.subscription != "active":
        found.append(say("qbo-subscription", rest=""))
    if organisation.user_rights != "full":
        found.append(say("qbo-user-rights"))
    return found


def closed(day: str, organisation: Organisation) -> list[str]:
    """The refusal of what is dated on or before the closing date, of which there is one."""
    dates = [one[:10] for one in (organisation.lock_date, organisation.year_end_lock_date) if one]
    return [say("qbo-books-closed")] if any(day[:10] <= one for one in dates) else []


def document(entry: Entry) -> Iterable[str]:
    """Why the document is refused, beside access and closing date."""
    doc, organisation = entry.document, entry.organisation
    if organisation.plan == "smallest" and doc.kind == "bill":
        yield say("qbo-feature-off", rest=" : Bills are not part of this plan")
    yield from _currency(entry)
    yield from _party(entry)
    yield from _number(doc, organisation, taken=entry.number_taken)
    if not entry.lines:
        yield say("qbo-required", field="Line")
    elif doc.total == 0:
        yield say("qbo-amount-missing")
    for line, account, rate in entry.carried:
        yield from _line(entry, line, account, rate)
    if entry.items_put_away:
        yield say("qbo-inactive")


def contact(organisation: Organisation, name: str, _email: str | None, *, taken: bool) -> list[str]:
    """Why a new vendor or customer is refused; `taken` says that any contact, inactive too, has the name."""
    found = access(organisation)
    if any(sign in name for sign in ":\t\n"):
        reason = "The name cannot contain a colon, a tab or a new line."
        found.append(say("qbo-other-6000", reason=reason))
    if len(name) > LONGEST_NAME:
        found.append(say("qbo-too-long", most=LONGEST_NAME, length=len(name)))
    if taken:
        found.append(say("qbo-duplicate-name"))
    return found


def payment(account: Account | None, account_id: str, *, exceeds: bool) -> list[str]:
    """Why a payment is refused, beside access and closing date: its account, or more than is due."""
    found = list(_account(account, account_id, payments=True))
    if exceeds:
        reason = "The payment is larger than the balance of the invoice."
        found.append(say("qbo-other-6000", reason=reason))
    return found


def nobody(kind: str) -> str:
    """The refusal of a document that is for nobody."""
    return say("qbo-required", field="VendorRef" if kind == "bill" else "CustomerRef")


def locked(kind: str) -> str:
    """The refusal to change what is paid or void."""
    return say("qbo-other-6000", reason=f"The {kind} is paid or voided, and can no longer be changed.")


def gone() -> str:
    """The refusal to change what somebody has deleted in the books."""
    return say("qbo-deleted")


def _currency(entry: Entry) -> Iterable[str]:
    currency, organisation, found = entry.document.currency, entry.organisation, entry.contact
    if currency != organisation.base_currency and currency not in organisation.currencies:
        yield say("qbo-feature-off", rest=f" : Multicurrency is off, so currency {currency} is not enabled")
    elif found is not None and found.currency not in (None, currency):
        yield say("qbo-one-foreign-currency")


def _party(entry: Entry) -> Iterable[str]:
    doc, found = entry.document, entry.contact
    if found is None:
        yield nobody(doc.kind)
        return
    if found.archived:
        yield say("qbo-inactive")
    taxed = any(rate is not None and rate.id == "TAX" for _, _, rate in entry.carried)
    if entry.organisation.country == "US" and doc.kind == "invoice" and taxed and not found.address:
        yield say("qbo-tax-engine", rest=": the address of the customer is incomplete.")


def _number(doc: Document, organisation: Organisation, *, taken: bool) -> Iterable[str]:
    if doc.number is not None and len(doc.number) > LONGEST_NUMBER:
        yield say("qbo-too-long", most=LONGEST_NUMBER, length=len(doc.number))
    if taken and organisation.repeated_numbers != "allowed":
        yield say("qbo-duplicate-number")


def _line(entry: Entry, line: BookLine, account: Account | None, rate: TaxRate | None) -> Iterable[str]:
    yield from _account(account, line.account_id)
    yield from _tax(entry, rate)
    if not line.line.adds_up:
        yield say("qbo-amounts-differ")


def _tax(entry: Entry, rate: TaxRate | None) -> Iterable[str]:
    """Automated sales tax in the US knows taxable and not taxable; elsewhere each line has a rate."""
    fits = rate is not None and rate.fits(entry.document.kind)
    if entry.organisation.country != "US":
        if not fits:
            yield say("qbo-vat-rate")
    elif not fits or (entry.document.kind == "invoice" and rate is not None and rate.id not in US_TAX_CODES):
        yield say("qbo-tax-code-us")


def _account(account: Account | None, account_id: str, *, payments: bool = False) -> Iterable[str]:
    if account is None:
        yield say("qbo-bad-reference", kind="Accounts", key=account_id)
    elif account.archived:
        yield say("qbo-inactive")
    elif not (account.kind not in ("Income", "Expense") if payments else account.selectable):
        reason = f"The account {account.name} cannot be used on this transaction."
        yield say("qbo-other-6000", reason=reason)
