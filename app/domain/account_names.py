"""An entity's ledger accounts, found by what people and spreadsheets write for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.accounts import LedgerAccount

_WHOLE = re.compile(r"(\d+)[.,]0+")


class Miss(StrEnum):
    """Why a text names no account that may be chosen."""

    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_NAME = "unknown_name"
    SEVERAL_CODES = "several_codes"
    SEVERAL_NAMES = "several_names"
    LOST_ZERO = "lost_zero"
    DISAGREE = "disagree"
    ARCHIVED = "archived"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Named:
    """The account that a text names, or why it names none; `accounts` are those that it could mean."""

    account: LedgerAccount | None = None
    miss: Miss | None = None
    accounts: tuple[LedgerAccount, ...] = ()
    repaired: bool = False
    """Whether the code had lost the zeros before it."""


class AccountNames:
    """All accounts of an entity, those that may no longer be chosen too.

    Spreadsheets take the zeros before a code away. A code without them finds its account when it can mean
    only one; `zeros_kept` says that this file has lost none.
    """

    def __init__(self, accounts: Iterable[LedgerAccount], *, zeros_kept: bool = False) -> None:
        self.by_id: dict[str, LedgerAccount] = {}
        self._zeros_kept = zeros_kept
        self._codes: dict[str, list[LedgerAccount]] = defaultdict(list)
        self._bare: dict[str, list[LedgerAccount]] = defaultdict(list)
        self._names: dict[str, list[LedgerAccount]] = defaultdict(list)
        self._labels: dict[str, list[LedgerAccount]] = defaultdict(list)
        for account in accounts:
            self.by_id[account.id] = account
            self._names[folded(account.name)].append(account)
            self._labels[folded(account.label)].append(account)
            if account.nominal_code:
                self._codes[folded(account.nominal_code)].append(account)
                self._bare[_bare(account.nominal_code)].append(account)

    def find(self, code: str, name: str) -> Named:
        """The account that a code, a name, or both of them mean."""
        if not code:
            return _one(self._called(name), Miss.SEVERAL_NAMES, Miss.UNKNOWN_NAME)
        by_code, exact = self._coded(code)
        if not name:
            return self._by_code(code, by_code, exact)
        by_name = self._called(name)
        both = [account for account in by_name if account in by_code]
        if both:
            return _told(_one(both, Miss.SEVERAL_CODES, Miss.UNKNOWN_CODE), code)
        if by_code and by_name:
            return Named(miss=Miss.DISAGREE, accounts=(by_code[0], by_name[0]))
        return Named(miss=Miss.UNKNOWN_NAME if by_code else Miss.UNKNOWN_CODE)

    def _by_code(self, code: str, meant: Sequence[LedgerAccount], exact: Sequence[LedgerAccount]) -> Named:
        if not meant:
            return _one(self._labels.get(folded(code), []), Miss.SEVERAL_CODES, Miss.UNKNOWN_CODE)
        others = [account for account in _offered(meant) if account not in exact]
        if exact and others:
            return Named(miss=Miss.LOST_ZERO, accounts=(exact[0], *others))
        return _told(_one(meant, Miss.SEVERAL_CODES if exact else Miss.LOST_ZERO, Miss.UNKNOWN_CODE), code)

    def _coded(self, code: str) -> tuple[list[LedgerAccount], list[LedgerAccount]]:
        """The accounts that a code may mean, and among them those that have the very code."""
        exact = self._codes.get(folded(code), [])
        if exact and (self._zeros_kept or code.startswith("0")):
            return exact, exact
        return self._bare.get(_bare(code), []), exact

    def _called(self, name: str) -> list[LedgerAccount]:
        return self._names.get(folded(name)) or self._labels.get(folded(name), [])


def folded(text: str) -> str:
    """A text without what nobody means: capitals, and spaces around and between words."""
    return " ".join(text.split()).casefold()


def _bare(code: str) -> str:
    """A code as a spreadsheet leaves it when it takes it for a number."""
    text = folded(code)
    whole = _WHOLE.fullmatch(text)
    return (whole[1] if whole else text).lstrip("0") or "0"


def _offered(accounts: Sequence[LedgerAccount]) -> list[LedgerAccount]:
    return [account for account in accounts if account.offered]


def _one(accounts: Sequence[LedgerAccount], several: Miss, none: Miss) -> Named:
    """The only one that may be chosen; of several that may not, the first one says why."""
    if not accounts:
        return Named(miss=none)
    offered = _offered(accounts)
    if len(offered) == 1:
        return Named(offered[0])
    if offered:
        return Named(miss=several, accounts=tuple(offered))
    first = accounts[0]
    return Named(miss=Miss.BANK if first.active else Miss.ARCHIVED, accounts=(first,))


def _told(named: Named, code: str) -> Named:
    """The same, saying whether the code was another than the one that was written."""
    account = named.account
    return replace(named, repaired=account is not None and folded(account.nominal_code or "") != folded(code))
