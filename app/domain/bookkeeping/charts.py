"""Which of a business's ledger accounts may be suggested for a row."""

from __future__ import annotations

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, Kind

FIXED = ("fixed", "noncurrent", "non-current", "property", "plant", "tangible", "anlage", "immobilis")


def fits(account: LedgerAccount, row: Assignable) -> bool:
    """Whether the account may be chosen for the row, is of a usual type for it, and in its currency."""
    return account.offered and fits_kind(account, row.kind) and fits_currency(account, row.currency)


def fits_kind(account: LedgerAccount, kind: Kind) -> bool:
    """Income for products; expenses, and assets that are bought to be kept, for bill lines."""
    if kind is Kind.PRODUCTS:
        return account.type.casefold() == "income"
    return account.type.casefold() == "expense" or is_fixed_asset(account)


def is_fixed_asset(account: LedgerAccount) -> bool:
    """Whether it holds what is bought to be kept for years."""
    subtype = (account.subtype or "").casefold()
    return account.type.casefold() == "asset" and any(word in subtype for word in FIXED)


def fits_currency(account: LedgerAccount, currency: str | None) -> bool:
    """An account without a currency takes any."""
    return not account.currency or not currency or account.currency.casefold() == currency.casefold()
