"""Why a record stopped, in words: what it is, who can put it right, and whether Retry helps.

The texts are looked up in the language of the page where they are shown. `%(system)s` is Xero,
QuickBooks or "your accounting system".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.error_texts import code_of, values_in
from app.domain.synced_records import RecordState


class Owner(StrEnum):
    """Who can put it right; the values are what people read."""

    YOU = "You"
    ACCOUNTANT = "Your accountant"
    SUPPORT = "Support"
    NOBODY = "Nobody — this can't be sent"
    NOT_NEEDED = "Nobody needs to act"


class Again(StrEnum):
    """When another try makes sense."""

    AFTER_FIX = "after_fix"
    AFTER_CHECK = "after_check"
    LATER = "later"
    NEVER = "never"


class Fix(StrEnum):
    """Where it is put right; the dashboard's own screens become links."""

    ASSIGN_BILL = "assign_bill"
    ASSIGN_PRODUCT = "assign_product"
    CONNECTION = "connection"
    IMPORT = "import"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text to be translated, and the values that go into it."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    title: str
    text: str
    todo: str
    owner: Owner
    again: Again
    fix: Fix = Fix.ELSEWHERE
    precise: str = ""
    """The text for when the raw message names everything that it needs."""

    @property
    def retryable(self) -> bool:
        return self.again is not Again.NEVER


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The word that people see for a record, and the code of its problem ('' when there is none)."""

    state: RecordState
    problem: str = ""


_ALL = (
    Problem(
        "ACC_LINE",
        "A line has no account",
        "A line of this bill needs a ledger account before it can be sent.",
        "Give every line an account, then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
        Fix.ASSIGN_BILL,
    ),
    Problem(
        "ACC_PRODUCT",
        "A product has no account",
        "A product on this invoice needs a ledger account before it can be sent.",
        "Give the product an account, then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
        Fix.ASSIGN_PRODUCT,
    ),
    Problem(
        "ACC_ARCHIVED",
        "The account was archived",
        "An account on this record was archived in %(system)s.",
        "Replace the account, or restore it in %(system)s. Then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
        Fix.ASSIGN_BILL,
        "Account %(account)s was archived in %(system)s.",
    ),
    Problem(
        "ACC_GONE",
        "The account no longer exists",
        "An account on this record isn't in %(system)s any more, or isn't meant for this kind of record.",
        "Import accounts again, choose another account, then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
        Fix.ASSIGN_BILL,
        "Account %(account)s isn't in %(system)s any more, or isn't meant for this kind of record.",
    ),
    Problem(
        "TAX_MISSING",
        "A line has no tax rate",
        "Every line needs a tax rate before it can be sent.",
        "Give every line a tax rate where the record was made, then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
    ),
    Problem(
        "TAX_NO_MATCH",
        "No matching tax rate",
        "A line has a tax rate that isn't in %(system)s. Rates are matched by their exact number.",
        "Ask your accountant to add the rate in %(system)s, or choose a rate that is there. Then Retry.",
        Owner.ACCOUNTANT,
        Again.AFTER_FIX,
        precise="There is no %(rate)s %% rate in %(system)s.",
    ),
    Problem(
        "LINES_NONE",
        "The bill has no lines",
        "A record needs at least one line, with an account and a tax rate.",
        "Add the lines where the record was made, then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
    ),
    Problem(
        "DISCOUNT_WHOLE",
        "Discount on the whole invoice",
        "This invoice has a discount on the whole invoice. The accounting service doesn't accept these.",
        "Put the discount on the lines to send it, or enter the invoice in %(system)s by hand.",
        Owner.NOBODY,
        Again.NEVER,
    ),
    Problem(
        "NAME_TWICE",
        "The name is used twice",
        "Matching is by name, and this name is there more than once, here or in %(system)s.",
        "Rename one of the two, or give both sides exactly the same name. Then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
        precise="Another contact in %(system)s is already called %(name)s.",
    ),
    Problem(
        "CONTACT_NONE",
        "No matching contact",
        "The supplier or customer of this record has no match in %(system)s.",
        "Check the contact's name here and in %(system)s, then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
    ),
    Problem(
        "CONTACT_ARCHIVED",
        "The contact is archived",
        "The supplier or customer of this record is archived in %(system)s.",
        "Ask your accountant to restore the contact in %(system)s, then Retry.",
        Owner.ACCOUNTANT,
        Again.AFTER_FIX,
    ),
    Problem(
        "INACTIVE",
        "Something it uses was made inactive",
        "An account, a product or the contact of this record was made inactive in %(system)s.",
        "Make it active again in %(system)s, or choose another account. Then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
        Fix.ASSIGN_BILL,
    ),
    Problem(
        "PERIOD_CLOSED",
        "The date is in a closed period",
        "The books in %(system)s are closed for the date of this record.",
        "Ask your accountant to open the period, or change the date. Then Retry.",
        Owner.ACCOUNTANT,
        Again.AFTER_FIX,
        precise="The books in %(system)s are closed up to %(date)s.",
    ),
    Problem(
        "NUMBER_USED",
        "The number is already used",
        "There is already a record with this number in %(system)s. An earlier try may have made it.",
        "Compare both. If they are the same, delete one in %(system)s. If not, change the number.",
        Owner.YOU,
        Again.AFTER_FIX,
    ),
    Problem(
        "CURRENCY",
        "The currency isn't set up",
        "The currency of this record isn't enabled in %(system)s for this organisation or contact.",
        "Ask your accountant to enable the currency in %(system)s, then Retry.",
        Owner.ACCOUNTANT,
        Again.AFTER_FIX,
        precise="%(currency)s isn't enabled in %(system)s.",
    ),
    Problem(
        "LOCKED_PAID",
        "Already paid in the accounting system",
        "In %(system)s this record is paid, voided or has a payment, so it can't be changed from here.",
        "Change it in %(system)s.",
        Owner.ACCOUNTANT,
        Again.NEVER,
    ),
    Problem(
        "CONN_WITHDRAWN",
        "Access was withdrawn",
        "We no longer have access to %(system)s, so nothing can be sent.",
        "An owner can reconnect. Then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
        Fix.CONNECTION,
    ),
    Problem(
        "CONN_RIGHTS",
        "The person who connected lost their rights",
        "The person who connected %(system)s may no longer write to it.",
        "Give that person their role back, or reconnect with another user. Then Retry.",
        Owner.ACCOUNTANT,
        Again.AFTER_FIX,
        Fix.CONNECTION,
    ),
    Problem(
        "SUBSCRIPTION",
        "The accounting subscription is inactive",
        "The subscription of %(system)s has ended or has a billing problem: it can be read but not written.",
        "Renew the subscription in %(system)s, then Retry.",
        Owner.YOU,
        Again.AFTER_FIX,
    ),
    Problem(
        "LIMIT",
        "The accounting system is busy",
        "Too much was asked of %(system)s at once, and it put this record off.",
        "Nothing is wrong with the record. Wait a few minutes, then Retry.",
        Owner.NOT_NEEDED,
        Again.LATER,
    ),
    Problem(
        "DOWN",
        "The accounting system isn't answering",
        "There was no usable answer from %(system)s.",
        "Nothing is wrong with the record. Wait a few minutes, then Retry.",
        Owner.NOT_NEEDED,
        Again.LATER,
    ),
    Problem(
        "TIMEOUT",
        "No answer in time — may have arrived",
        "We sent it, but %(system)s didn't answer in time. It may be there all the same.",
        "Check in %(system)s first. Retry only if it isn't there.",
        Owner.YOU,
        Again.AFTER_CHECK,
    ),
    Problem(
        "UNKNOWN",
        "Stopped for a reason we don't recognise",
        "The accounting service stopped this record without a reason that we know.",
        "Read what was said, put right what it names, then Retry. If it stays, copy the details for support.",
        Owner.SUPPORT,
        Again.AFTER_CHECK,
        precise="The accounting service said: “%(said)s”",
    ),
)
CATALOGUE: Mapping[str, Problem] = {problem.code: problem for problem in _ALL}


def problem_of(code: str) -> Problem:
    """The entry of a code; that of UNKNOWN for a code that is not in the catalogue."""
    return CATALOGUE.get(code, CATALOGUE["UNKNOWN"])


def diagnose(object_type: str, sync_status: str, error_text: str | None) -> Diagnosis:
    """What a record's status and error text mean to a person."""
    if sync_status == "done":
        return Diagnosis(RecordState.SENT)
    if sync_status != "error" and not error_text:
        return Diagnosis(RecordState.WAITING)
    if sync_status == "pending":
        return Diagnosis(RecordState.WAITING)
    code = code_of(error_text or "", object_type)
    unfixable = CATALOGUE[code].again is Again.NEVER
    return Diagnosis(RecordState.CANNOT if unfixable else RecordState.ATTENTION, code)


def what_happened(code: str, error_text: str | None, system: str) -> Phrase:
    """The text of a problem, with what the raw message names when it names enough."""
    problem = problem_of(code)
    values = {"system": system, **values_in(error_text or "")}
    if error_text:
        values["said"] = error_text if len(error_text) <= 300 else error_text[:300] + "…"
    try:
        _ = problem.precise % values
    except KeyError:
        return Phrase(problem.text, values)
    return Phrase(problem.precise or problem.text, values)
