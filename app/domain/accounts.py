"""Ledger accounts and tax rates, as pulled from the accounting system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    id: str
    name: str
    nominal_code: str | None
    type: str
    subtype: str | None
    status: str
    is_bank_account: bool
    currency: str | None = None
    description: str | None = None
    gone: bool = False
    """Whether it was listed once and is no more."""

    @property
    def label(self) -> str:
        """The account as people name it: code, where there is one, and name."""
        return f"{self.nominal_code} {self.name}" if self.nominal_code else self.name

    @property
    def active(self) -> bool:
        """Whether the accounting system still lets anything be put on it."""
        return self.status.casefold() == "active" and not self.gone

    @property
    def offered(self) -> bool:
        """Whether it may be chosen: active, and not a bank account."""
        return self.active and not self.is_bank_account

    def takes(self, currency: str | None, base: str | None) -> bool:
        """Whether a document in this currency may use it: an account in the books' own currency takes all.

        What isn't known stands in nobody's way.
        """
        return None in (self.currency, currency, base) or self.currency in (currency, base)


@dataclass(frozen=True, slots=True)
class TaxRate:
    """`rate` is in hundredths of a percent: 2000 is 20 %."""

    id: str
    name: str | None
    code: str | None
    rate: int | None
    status: str | None


PRODUCT_TYPES = ("Income",)
BILL_TYPES = ("Expense", "Asset")


def usual_types(kind: str) -> tuple[str, ...]:
    """The account types offered first: income for products, expenses and assets for bill lines."""
    return PRODUCT_TYPES if kind == "products" else BILL_TYPES
