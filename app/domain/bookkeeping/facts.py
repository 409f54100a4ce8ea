"""What a business itself tells about its accounts: earlier choices, remembered ones, products, a default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.accounts import LedgerAccount


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier bill line, or another product, that was given an account."""

    name: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one business, for the rows that are looked at."""

    accounts: Mapping[str, LedgerAccount]
    """The accounts that may be chosen, by id."""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """By supplier: the account that a person said to use from now on."""
    of_supplier: Mapping[str, Sequence[Past]] = field(default_factory=dict)
    """By supplier: its lines that have an account, the newest first."""
    same_products: Mapping[str, str] = field(default_factory=dict)
    """By name: the account of a product that the accounting system has already."""
    default_id: str | None = None
    """The account that products get when they have none."""
