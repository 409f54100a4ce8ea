"""What a business itself tells about its accounts: earlier choices, remembered ones, products, a default."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.bookkeeping.charts import Chart
from app.domain.bookkeeping.texts import key


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier bill line, or another product, that was given an account."""

    name: str
    account_id: str


MOST_TOLD = 5
"""For how many accounts one word speaks."""
Learned = Mapping[str, Mapping[str, float]]


def learn(lines: Iterable[Past]) -> Learned:
    """What the words of earlier lines say: more the more often they came, and less when accounts differ."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for past in lines:
        for stem in key(past.name):
            counts[stem][past.account_id] += 1
    return {stem: _shares(accounts) for stem, accounts in counts.items()}


def _shares(accounts: Counter[str]) -> dict[str, float]:
    total = accounts.total()
    loudest = sorted(accounts.items(), key=lambda item: (-item[1], item[0]))[:MOST_TOLD]
    return {account_id: n / (total + 1) for account_id, n in loudest}


def words_of(names: Iterable[str]) -> frozenset[str]:
    """The stems in these names."""
    return frozenset(stem for name in names for stem in key(name))


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
    learned: Learned = field(default_factory=dict)
    """By stem: the accounts of lines of any supplier that have the word, and what it says for each."""
    products: Sequence[Past] = ()
    """Products that have an account, the newest first."""
    product_words: frozenset[str] = frozenset()
    """The stems in the names of what the business sells."""
    spoken: frozenset[str] = frozenset()
    """The languages of its lines and products; none when that cannot be told."""
    same_products: Mapping[str, str] = field(default_factory=dict)
    """By name: the account of a product that the accounting system has already."""
    default_id: str | None = None
    """The account that products get when they have none."""
