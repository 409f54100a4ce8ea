"""What decides whether a bill or an invoice can be sent, as far as Monite's API tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.entity_defaults import EntityDefaults
from app.domain.sync_rules import SyncRules

ARCHIVED, GONE, BANK, NONE = "archived", "gone", "bank", "none"
"""Why an account or a rate can't be used: put away, not listed, a place where money is, or not chosen."""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of a bill or an invoice, with the account and the tax rate that it leads to."""

    id: str
    name: str
    total: int | None
    tax: int | None
    tax_known: bool | None
    """Whether the accounting system has this rate; None when its rates aren't known here."""
    has_tax: bool
    tax_archived: bool = False
    """Whether the rate that was chosen for the line has been put away."""
    account: str | None = None
    account_state: str = ""
    """ARCHIVED, GONE or BANK when the account can't be used; '' when nothing is known against it."""
    by_default: bool = False
    """Whether the account is the entity's default one, as the product has none."""
    may_default: bool = False
    """Whether the entity may have a default account for it that wasn't read yet."""
    saving: str | None = None
    """The account that was chosen here and isn't confirmed yet."""
    described: bool = True
    adds_up: bool = True
    """Whether the amount is what quantity and price come to; True while that isn't known."""
    tax_too_large: bool = False

    @property
    def account_gone(self) -> bool:
        """Whether the account that it leads to can't be used any more."""
        return bool(self.account_state)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A bill or an invoice as far as sending it goes."""

    is_bill: bool
    status: str
    currency: str
    lines_read: bool
    lines: tuple[LineFacts, ...]
    whole_discount: bool = False
    gone: bool = False
    number: str | None = None
    date: date | None = None
    has_counterpart: bool = True
    deduction: bool = False
    deduction_rate: str = ""
    """For an invoice with a deduction: why it has no usable rate (NONE, GONE or ARCHIVED), '' when it has."""
    deduction_account: str = ""
    """Why the line that a deduction becomes has no usable account: NONE, GONE, BANK, ARCHIVED or ''."""
    is_zero: bool = False
    """Whether everything on it comes to nothing."""
    number_sent: str | None = None
    """Another document with its number that the accounting system has already."""
    number_shared: str | None = None
    """Another document with its number that waits to be sent as well."""
    in_books: bool = False
    """Whether the accounting system has it already, or may have it, so that sending updates it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What decides about all documents of an entity alike."""

    system: str = "your accounting system"
    platform: str | None = None
    connected: bool = True
    held: bool = False
    sends: SyncRules | None = None
    """What goes out, or will once sending is no longer on hold; None while it isn't known."""
    own_choice: bool = False
    """Whether that is Monite's own choice, in a version of the API without rules."""
    discounts_sent: bool = False
    """Whether the accounting service takes discounts on whole invoices."""
    base_currency: str | None = None
    currencies_sent: frozenset[str] = frozenset()
    """Currencies in which something has been sent before."""
    has_defaults: bool = False
    """Whether an entity can have default accounts and rates at all in this version of the API."""
    defaults: EntityDefaults | None = None
    """Those of this entity; None while they were never read."""
    closed_up_to: date | None = None
    """The last day of the closed period, as a person told us."""

    @property
    def quickbooks(self) -> bool:
        return (self.platform or "").startswith("quickbooks")

    @property
    def xero(self) -> bool:
        return self.platform == "xero"

    @property
    def defaults_unread(self) -> bool:
        """Whether there may be defaults that nobody has read yet."""
        return self.has_defaults and self.defaults is None

    def statuses(self, *, is_bill: bool) -> tuple[str, ...] | None:
        """The statuses in which such a document goes out; None while they aren't known."""
        if self.sends is None:
            return None
        return self.sends.payable if is_bill else self.sends.receivable
