"""The nouns of a push: what is to be written, and what it is written on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Literal

Kind = Literal["bill", "invoice"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill or an invoice; money in minor units, tax in hundredths of a percent."""

    name: str
    quantity: float
    unit_amount: int
    amount: int
    tax_amount: int
    discount_amount: int = 0
    tax: int | None = None
    ledger_account_id: str | None = None
    accounting_tax_rate_id: str | None = None
    product_id: str | None = None

    @property
    def expected(self) -> int:
        """What quantity, price and discount come to, half a unit rounded up."""
        return floor(self.quantity * self.unit_amount + 0.5) - self.discount_amount

    @property
    def adds_up(self) -> bool:
        """Whether the amount is what the line comes to; half a unit may be rounded either way."""
        exact = self.quantity * self.unit_amount - self.discount_amount
        return abs(exact - self.amount) < 0.51


@dataclass(frozen=True, slots=True)
class Deduction:
    """What an invoice takes off its sum at the end: it goes to the books as a negative line."""

    amount: int
    memo: str


@dataclass(frozen=True, slots=True)
class Document:
    """A payable or an invoice as Monite holds it."""

    kind: Kind
    id: str
    status: str
    number: str | None
    counterpart_id: str | None
    date: str
    due_date: str | None
    currency: str
    lines: Sequence[Line]
    updated_at: str
    discounted: tuple[int, int] | None = None
    """What the whole comes to, net and tax, after a discount on the whole; None without one."""
    deduction: Deduction | None = None

    @property
    def total(self) -> int:
        """What the lines come to, tax included."""
        return sum(line.amount + line.tax_amount for line in self.lines)


def spread_discount(document: Document) -> Document:
    """The document with the discount on the whole turned into discounts on its lines, to the cent."""
    if document.discounted is None:
        return document
    net, tax = document.discounted
    nets = _shares(net, [line.amount for line in document.lines])
    taxes = _shares(tax, [line.tax_amount for line in document.lines])
    lines = [
        replace(
            line,
            amount=amount,
            tax_amount=tax_amount,
            discount_amount=line.discount_amount + line.amount - amount,
        )
        for line, amount, tax_amount in zip(document.lines, nets, taxes, strict=True)
    ]
    return replace(document, lines=tuple(lines), discounted=None)


def with_default_account(document: Document, ledger_account_id: str | None) -> Document:
    """The document with this account on each line that has none."""
    if ledger_account_id is None:
        return document
    lines = [
        line if line.ledger_account_id else replace(line, ledger_account_id=ledger_account_id)
        for line in document.lines
    ]
    return replace(document, lines=tuple(lines))


def with_deduction(
    document: Document, *, title: str, ledger_account_id: str | None, tax_rate_id: str
) -> Document:
    """The document with its deduction as a last line, negative and without tax."""
    if document.deduction is None:
        return document
    amount = -document.deduction.amount
    line = Line(
        name=document.deduction.memo or title,
        quantity=1,
        unit_amount=amount,
        amount=amount,
        tax_amount=0,
        ledger_account_id=ledger_account_id,
        accounting_tax_rate_id=tax_rate_id,
    )
    return replace(document, lines=(*document.lines, line), deduction=None)


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """The total split by weight; what rounding leaves over goes to the lines that it crosses."""
    whole, seen, given, shares = sum(weights), 0, 0, []
    for weight in weights:
        seen += weight
        upto = round(total * seen / whole) if whole else 0
        shares.append(upto - given)
        given = upto
    return shares


@dataclass(frozen=True, slots=True)
class Organisation:
    """The facts of an accounting organisation that decide what it lets in."""

    id: str
    platform: str
    base_currency: str
    country: str = ""
    lock_date: str | None = None
    year_end_lock_date: str | None = None
    subscription: str = "active"
    plan: str = "full"
    """`smallest` has the limits of the cheapest plan."""
    user_rights: str = "full"
    """What the person who connected may still do: `reading` when their role was made smaller."""
    repeated_numbers: str = "refused"
    """What QuickBooks makes of a number that is there already; `allowed` once its warning is off."""
    currencies: frozenset[str] = frozenset()

    @property
    def is_quickbooks(self) -> bool:
        """Whether QuickBooks' rules hold; otherwise Xero's do."""
        return self.platform.startswith("quickbooks")


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account in the books."""

    id: str
    code: str | None
    name: str
    archived: bool = False
    selectable: bool = True
    kind: str = ""
    """Asset, Equity, Expense, Income or Liability, as Monite words it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A product or service in the books."""

    id: str
    code: str | None
    name: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a document in the books is from or for."""

    id: str
    name: str
    archived: bool = False
    currency: str | None = None
    """The one currency of a vendor or customer in QuickBooks; None until a first document decides."""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax rate in the books, and which way it may be used."""

    id: str
    rate: int
    code: str | None = None
    active: bool = True
    on_purchases: bool = True
    on_sales: bool = True

    def fits(self, kind: Kind) -> bool:
        """Whether a line of such a document may carry it."""
        return self.active and (self.on_purchases if kind == "bill" else self.on_sales)


@dataclass(frozen=True, slots=True)
class BookLine:
    """A line as the books take it: the account and the tax rate by the books' own ids."""

    line: Line
    account_id: str
    tax_rate_id: str
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A document on its way into the books, with everything in them that decides about it."""

    document: Document
    lines: Sequence[BookLine]
    organisation: Organisation
    accounts: Mapping[str, Account]
    rates: Mapping[str, TaxRate]
    items: Mapping[str, Item]
    contact: Contact | None
    number_taken: bool = False
    entered_this_month: int = 0
    """How many documents of its kind the organisation has entered since the month began."""
    is_new: bool = True

    @property
    def carried(self) -> list[tuple[BookLine, Account | None, TaxRate | None]]:
        """Each line with its account and tax rate, as far as the books have them."""
        return [
            (line, self.accounts.get(line.account_id), self.rates.get(line.tax_rate_id))
            for line in self.lines
        ]

    @property
    def items_put_away(self) -> list[Item | None]:
        """The items of lines that are no longer in use, None for those that are gone."""
        named = [self.items.get(line.item_id) for line in self.lines if line.item_id]
        return [item for item in named if item is None or item.archived]
