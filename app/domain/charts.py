"""The ledger accounts of a business as a person reads them: narrowed, in pages, with what uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.accounts import LedgerAccount

PAGE = 250


@dataclass(frozen=True, slots=True)
class ChartQuery:
    """Which accounts are shown; the places are ids of accounts."""

    search: str = ""
    type: str = ""
    after: str = ""
    before: str = ""

    @property
    def narrow(self) -> bool:
        return bool(self.search or self.type)


@dataclass(frozen=True, slots=True)
class ChartPage:
    accounts: Sequence[LedgerAccount]
    previous: str | None = None
    """The account before which the page before this one ends."""
    next: str | None = None


def chart_page(accounts: Sequence[LedgerAccount], query: ChartQuery, size: int = PAGE) -> ChartPage:
    """The page before or after an account; from the beginning when that is no longer among them."""
    at = {account.id: n for n, account in enumerate(accounts)}
    start = at.get(query.after, -1) + 1
    if query.before in at:
        start = max(0, at[query.before] - size)
    shown = accounts[start : start + size]
    more = start + size < len(accounts)
    return ChartPage(shown, shown[0].id if start and shown else None, shown[-1].id if more else None)
