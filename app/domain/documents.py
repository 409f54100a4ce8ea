"""Products, bills and invoices as Monite holds them. Money is in minor units beside its currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

EDITABLE_PAYABLES = frozenset({"draft", "new", "approve_in_progress", "waiting_to_be_paid", "partially_paid"})
PAYABLES_THAT_MATTER = (
    "new",
    "approve_in_progress",
    "waiting_to_be_paid",
    "partially_paid",
    "paid",
)


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: str
    type: str | None
    ledger_account_id: str | None
    price: int | None
    currency: str | None
    updated_at: datetime
    measure_unit_id: str | None = None


STAND_IN_UNITS = frozenset({"", "-", "default", "item", "items", "n/a", "none", "unit", "units"})
"""What units are called that an import puts where the accounting system has none."""


@dataclass(frozen=True, slots=True)
class MeasureUnit:
    """What a product is counted in."""

    id: str
    name: str
    description: str | None = None

    @property
    def stands_in(self) -> bool:
        """Whether it says nothing: an import needed some unit."""
        return self.name.strip().casefold() in STAND_IN_UNITS


@dataclass(frozen=True, slots=True)
class Payable:
    id: str
    status: str
    document_id: str | None
    counterpart_name: str | None
    counterpart_id: str | None
    currency: str | None
    total_amount: int | None
    issued_at: date | None
    due_date: date | None
    created_at: datetime
    updated_at: datetime
    discount: int | None = None


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line of a bill; `tax` is in hundredths of a percent."""

    id: str
    payable_id: str
    name: str | None
    description: str | None
    quantity: float | None
    subtotal: int | None
    total: int | None
    tax: int | None
    ledger_account_id: str | None
    accounting_tax_rate_id: str | None
    unit_price: float | None = None
    tax_amount: int | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    product_id: str | None
    name: str | None
    ledger_account_id: str | None
    is_inline: bool
    quantity: float | None
    total: int | None
    tax: int | None
    accounting_tax_rate_id: str | None
    unit_price: float | None = None
    total_after: int | None = None
    """The total with tax; `total` is without."""


@dataclass(frozen=True, slots=True)
class Receivable:
    id: str
    type: str
    status: str
    document_id: str | None
    counterpart_name: str | None
    counterpart_id: str | None
    currency: str | None
    total_amount: int | None
    issue_date: date | None
    due_date: date | None
    has_whole_discount: bool
    lines: tuple[InvoiceLine, ...]
    created_at: datetime
    updated_at: datetime
    deduction: int | None = None
    """What is taken off the sum at the end, which goes to the books as a line of its own."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    id: str
    name: str
    is_vendor: bool
    is_customer: bool
    country: str | None = None
    city: str | None = None
    address: str | None = None
