"""What the accounting service falls back on where a document names no account of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EntityDefaults:
    """The ids that Monite holds for an entity; None where nothing is set."""

    products_account_id: str | None = None
    """For products that have no account."""
    payments_account_id: str | None = None
    """For all payment records."""
    deductions_tax_id: str | None = None
    """The tax rate for deductions."""
    seen_at: datetime | None = None
