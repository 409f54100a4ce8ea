"""An entity's ledger accounts, found by what people and spreadsheets write for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


class Chart:
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
        if not name:
            return self._by_code(code)
        if not code:
            return self._by_name(name)
        by_code, by_name = self._by_code(code, name), self._by_name(name, code)
        if by_code.account is None:
            return by_code
        if by_name.account is None:
            return by_name
        if by_code.account.id != by_name.account.id:
            return Named(miss=Miss.DISAGREE, accounts=(by_code.account, by_name.account))
        return by_code

    def _by_code(self, code: str, name: str = "") -> Named:
        exact = self._codes.get(folded(code), [])
        alike = self._bare.get(_bare(code), [])
        if name:
            # The other cell tells accounts apart that this one alone does not.
            exact = _only(exact, self._meant_by_name(name))
            alike = _only(alike, self._meant_by_name(name))
        if exact and (self._zeros_kept or len(_offered(alike)) < 2 or folded(code).startswith("0")):
            return _one(exact, Miss.SEVERAL_CODES)
        if alike:
            found = _one(alike, Miss.LOST_ZERO)
            return found if exact or not found.account else Named(found.account, repaired=True)
        labelled = self._labels.get(folded(code), [])
        return _one(labelled, Miss.SEVERAL_CODES) if labelled else Named(miss=Miss.UNKNOWN_CODE)

    def _by_name(self, name: str, code: str = "") -> Named:
        found = self._meant_by_name(name)
        if code:
            found = _only(found, [*self._codes.get(folded(code), []), *self._bare.get(_bare(code), [])])
        return _one(found, Miss.SEVERAL_NAMES) if found else Named(miss=Miss.UNKNOWN_NAME)

    def _meant_by_name(self, name: str) -> list[LedgerAccount]:
        return self._names.get(folded(name)) or self._labels.get(folded(name), [])


def folded(text: str) -> str:
    """A text without what nobody means: capitals, and spaces around and between words."""
    return " ".join(text.split()).casefold()


def _bare(code: str) -> str:
    """A code as a spreadsheet leaves it when it takes it for a number."""
    text = folded(code)
    whole = _WHOLE.fullmatch(text)
    return (whole[1] if whole else text).lstrip("0") or "0"


def _only(accounts: Sequence[LedgerAccount], others: Sequence[LedgerAccount]) -> list[LedgerAccount]:
    """Those that are among the others; all, when none is."""
    ids = {account.id for account in others}
    return [account for account in accounts if account.id in ids] or list(accounts)


def _offered(accounts: Sequence[LedgerAccount]) -> list[LedgerAccount]:
    return [account for account in accounts if account.offered]


def _one(accounts: Sequence[LedgerAccount], several: Miss) -> Named:
    """The only one that may be chosen; of several that may not, the first one says why."""
    open_ = _offered(accounts)
    if len(open_) == 1:
        return Named(open_[0])
    if open_:
        return Named(miss=several, accounts=tuple(open_))
    first = accounts[0]
    return Named(miss=Miss.BANK if first.is_bank_account else Miss.ARCHIVED, accounts=(first,))
