"""The nouns of a push: what is to be written, and what it is written on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """What the whole comes to, net and tax, after a discount on the invoice; None without one."""

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
    lock_date: str | None = None
    subscription: str = "active"
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
