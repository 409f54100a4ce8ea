"""The accounts that suit a row, the best first, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.domain.assignables import Assignable, Kind
from app.domain.bookkeeping.charts import fits
from app.domain.bookkeeping.facts import Facts
from app.domain.suggestions import Reason, Strength, Suggestion

LAST = 6
"""How many of a supplier's newest lines make a habit."""
FEWEST = 3
SHARE = 0.8


def suggest(row: Assignable, facts: Facts) -> Suggestion | None:
    """The account to suggest for a row; None when it has one, is locked, or nothing speaks for any."""
    if not row.may_change or row.shown_account_id is not None:
        return None
    return next(iter(rank(row, facts)), None)


def rank(row: Assignable, facts: Facts) -> list[Suggestion]:
    """The accounts that may be suggested for a row, the best first, none twice."""
    found: dict[str, Suggestion] = {}
    for suggestion in _reasons(row, facts):
        account = facts.accounts.get(suggestion.account_id)
        if account is not None and fits(account, row):
            found.setdefault(account.id, suggestion)
    return list(found.values())


def _reasons(row: Assignable, facts: Facts) -> Iterator[Suggestion]:
    if account_id := facts.remembered.get(row.supplier) if row.supplier else None:
        yield Suggestion(account_id, Strength.STRONG, Reason.REMEMBERED)
    if account_id := facts.same_products.get(row.name) if row.kind is Kind.PRODUCTS else None:
        yield Suggestion(account_id, Strength.STRONG, Reason.SAME_PRODUCT)
    yield from _habit(row, facts)
    if row.kind is Kind.PRODUCTS and facts.default_id:
        yield Suggestion(facts.default_id, Strength.POSSIBLE, Reason.DEFAULT)


def _habit(row: Assignable, facts: Facts) -> Iterator[Suggestion]:
    last = [past.account_id for past in facts.of_supplier.get(row.supplier, ())][:LAST]
    for account_id, used in Counter(last).most_common(1):
        if used >= FEWEST and used / len(last) >= SHARE:
            yield Suggestion(account_id, Strength.STRONG, Reason.HABIT, used=used, of=len(last))
