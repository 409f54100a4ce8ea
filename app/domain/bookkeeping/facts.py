"""What a business itself tells about its accounts: earlier choices, remembered ones, products, a default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.bookkeeping.charts import Chart


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier bill line, or another product, that was given an account."""

    name: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one business, for the rows that are looked at."""

    chart: Chart
    remembered: Mapping[str, str] = field(default_factory=dict)
    """By supplier: the account that a person said to use from now on."""
    of_supplier: Mapping[str, Sequence[Past]] = field(default_factory=dict)
    """By supplier: its lines that have an account, the newest first."""
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By supplier: what its lines are called, whether they have an account or not."""
    elsewhere: Sequence[Past] = ()
    """Newest lines of any supplier, for each account that is used."""
    products: Sequence[Past] = ()
    """Products that have an account, the newest first."""
    product_words: frozenset[str] = frozenset()
    """The stems in the names of what the business sells."""
    same_products: Mapping[str, str] = field(default_factory=dict)
    """By name: the account of a product that the accounting system has already."""
    default_id: str | None = None
    """The account that products get when they have none."""
