"""Finding a ledger account by what a person types: its code, its name or its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.accounts import LedgerAccount

SHOWN = 50


@dataclass(frozen=True, slots=True)
class FoundAccounts:
    """The first accounts that match, and how many more there are."""

    shown: list[LedgerAccount]
    more: int = 0
    elsewhere: int = 0
    """How many would match among the account types that are not offered first."""

    @property
    def total(self) -> int:
        return len(self.shown) + self.more


def search(
    accounts: Sequence[LedgerAccount], text: str, types: Sequence[str] | None, limit: int = SHOWN
) -> FoundAccounts:
    """Accounts that hold every word of the text, the likeliest first.

    With no types, all of them are searched. A whole label finds its own account, so that what was
    chosen before can be typed or pasted again.
    """
    hits = [account for account in accounts if _holds(account, text.casefold().split())]
    usual = [account for account in hits if types is None or account.type in types]
    ranked = sorted(usual, key=lambda account: _rank(account, text.casefold().strip()))
    return FoundAccounts(ranked[:limit], max(0, len(ranked) - limit), len(hits) - len(usual))


def matching(accounts: Sequence[LedgerAccount], text: str, type: str = "") -> list[LedgerAccount]:
    """Every account that holds every word of the text, and is of this type when one is given."""
    words = text.casefold().split()
    return [one for one in accounts if (not type or one.type == type) and _holds(one, words)]


def _holds(account: LedgerAccount, words: Sequence[str]) -> bool:
    text = f"{account.label} {account.type} {account.subtype or ''}".casefold()
    return all(word in text for word in words)


def _rank(account: LedgerAccount, text: str) -> int:
    """0 for the very code or label, then codes and names that begin with the text, then the others."""
    code, name = (account.nominal_code or "").casefold(), account.name.casefold()
    if text and text in (code, name, account.label.casefold()):
        return 0
    if text and code.startswith(text):
        return 1
    return 2 if text and name.startswith(text) else 3
