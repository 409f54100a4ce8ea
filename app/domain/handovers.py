"""What an accountant is given at the end of a month: what arrived, what didn't and why, what was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.people import Actor
from app.domain.problems import Problem, problem_of
from app.domain.sync_rules import USUAL, SyncRules
from app.domain.synced_records import OBJECT_WORDS

EARLY = 10
"""Until this day of a month one works on the month before."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, the last one included."""

    first: date
    last: date


def usual_period(today: date) -> Period:
    """The month that is being closed: this one, or in its first days the one before."""
    return next(months(today)) if today.day > EARLY else list(_take(months(today), 2))[1]


def months(today: date) -> Iterator[Period]:
    """The month of this day, then each month before it."""
    first = today.replace(day=1)
    while True:
        yield Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        first = (first - timedelta(days=1)).replace(day=1)


def _take(periods: Iterator[Period], n: int) -> Iterator[Period]:
    for _, period in zip(range(n), periods, strict=False):
        yield period


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """What arrived on one account, in one currency; `amount` is without tax."""

    object_type: str
    account: str | None
    """None where the account isn't known here."""
    by_default: bool
    currency: str
    documents: int
    amount: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """A bill, an invoice or another record of the period that the accounting system doesn't have."""

    object_type: str
    object_id: str
    record_id: str | None
    """None when it was never tried."""
    number: str
    party: str
    day: date | None
    amount: int | None
    currency: str
    status: str | None
    state: str | None
    code: str
    error_text: str | None
    handled: str

    @property
    def name(self) -> str:
        return f"{OBJECT_WORDS.get(self.object_type, 'Record')} {self.number or self.object_id[:8]}"

    @property
    def problem(self) -> Problem | None:
        return problem_of(self.code) if self.code else None


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One account that was given or changed here; the accounts by the name that they have now."""

    at: datetime
    actor: Actor
    object_type: str
    name: str
    document: str
    was: str
    became: str


@dataclass(frozen=True, slots=True)
class DefaultUsed:
    """A product without an account of its own on an invoice that arrived."""

    invoice: str
    party: str
    day: date | None
    product: str
    amount: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Handover:
    """The sheet. Lists hold the newest `most` each; `counts` says how many there are."""

    period: Period
    sent: tuple[AccountTotal, ...]
    not_sent: tuple[NotSent, ...]
    changes: tuple[AccountChange, ...]
    defaults: tuple[DefaultUsed, ...]
    default_account: str | None
    counts: Mapping[str, int]
    rules: SyncRules | None
    """What goes out, or will once sending is no longer on hold; None while that isn't known."""
    held: bool

    def sends(self, object_type: str) -> tuple[str, ...]:
        """The statuses of bills, or of invoices, that go out."""
        rules = self.rules or USUAL
        return rules.payable if object_type == "bill" else rules.receivable
