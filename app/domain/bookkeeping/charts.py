"""A business's ledger accounts, and which kinds of costs and income each of them is for."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, Kind
from app.domain.bookkeeping.texts import fold, stems
from app.domain.bookkeeping.vocabularies import Phrase, unfolded, vocabulary

FIXED = ("fixed", "noncurrent", "non-current", "property", "plant", "tangible", "anlage", "immobilis")
_BY_HAND = """
    depreciation, amortisation, amortization, amortissements, abschreibungen, accumulated, provision,
    dotations, unapplied, uncategorised, uncategorized, revaluation, unrealised, realised, suspense, rounding,
    variation, doubtful, bad debts, discounts, refunds, income tax, corporation tax, körperschaftsteuer,
    impôt sur les bénéfices, intangibles, goodwill, land, grund und boden
"""
BY_HAND = tuple(frozenset(stems(phrase)) for phrase in _BY_HAND.split(","))
"""Accounts with these words are for entries that a bookkeeper makes by hand."""
NEUTRAL = frozenset(
    stems(
        "expense expenses cost costs fee fees charge charges general other business various paid purchases"
        " kosten aufwendungen aufwand sonstige betriebliche ausgaben fur 19 % vorsteuer"
        " frais charges divers diverses autres achats depenses bien biens"
        " income revenue sales received erlose ertrage produits ventes usage"
    )
)
PURCHASED = frozenset(
    stems("purchases materials products supplies resources achats produits matieres einkauf bezug material")
)
"""Accounts with these words hold what a business buys for its trade, whatever that is."""
_LEAST, _DESCRIBED, _OF_SUBTYPE, _OF_TRADE = 0.15, 0.45, 0.3, 0.5
_BETWEEN = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARTS = re.compile(r"[&,/;()]| and | und | et | or | ou ")


MOST_SUITED = 8
"""How many accounts are looked at for one kind or one word; a chart can have thousands."""
_Index = Mapping[str, Sequence[tuple[str, float]]]
"""Accounts, by id, for each kind or stem: the best first, each with how well it suits, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class View:
    """The accounts of a chart that fit one kind of row in one currency."""

    of_kind: _Index
    of_word: _Index
    assets: frozenset[str]
    """Those that hold what is bought to be kept."""


class Chart:
    """The accounts that may be chosen, indexed by what their names say. Made once, used for many rows."""

    def __init__(self, accounts: Iterable[LedgerAccount], base: str | None = None) -> None:
        """The accounts, and the currency of the books."""
        self.accounts: Mapping[str, LedgerAccount] = {
            account.id: account for account in accounts if account.offered
        }
        self.base = base
        self._views: dict[tuple[Kind, str | None], View] = {}

    def fits(self, account_id: str, row: Assignable) -> bool:
        """Whether a row may be given this account, and it is of a usual type for it."""
        account = self.accounts.get(account_id)
        return account is not None and fits(account, row, self.base)

    def view(self, kind: Kind, currency: str | None) -> View:
        """What of the chart fits such rows."""
        asked = (kind, currency)
        if asked not in self._views:
            self._views[asked] = self._made(kind, currency)
        return self._views[asked]

    def _made(self, kind: Kind, currency: str | None) -> View:
        fitting = [
            account
            for account in self._named
            if fits_kind(account, kind) and fits_currency(account, currency, self.base)
        ]
        return View(
            of_kind=_best((account.id, self._kinds[account.id]) for account in fitting),
            of_word=_best((account.id, self._words[account.id]) for account in fitting),
            assets=frozenset(account.id for account in fitting if is_fixed_asset(account)),
        )

    @cached_property
    def _named(self) -> Sequence[LedgerAccount]:
        """Those with a name that may be suggested for what it says."""
        return [
            account
            for account in sorted(self.accounts.values(), key=lambda account: account.id)
            if any(fits_kind(account, kind) for kind in Kind) and not _by_hand(account.name)
        ]

    @cached_property
    def _kinds(self) -> Mapping[str, Mapping[str, float]]:
        return {account.id: _kinds(account) for account in self._named}

    @cached_property
    def _words(self) -> Mapping[str, Mapping[str, float]]:
        rarity = _rarity(self._named)
        return {account.id: _own_words(account, rarity) for account in self._named}


def _best(found: Iterable[tuple[str, Mapping[str, float]]]) -> _Index:
    index: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for account_id, said in found:
        for word, fit in said.items():
            index[word].append((account_id, fit))
    return {
        word: sorted(suited, key=lambda one: (-one[1], one[0]))[:MOST_SUITED]
        for word, suited in index.items()
    }


def _rarity(accounts: Sequence[LedgerAccount]) -> Mapping[str, float]:
    """By stem: 1 when one account of the chart has it, towards 0 when all have."""
    counts = Counter(word for account in accounts for word in stems(account.name))
    most = math.log(len(accounts) + 1) or 1.0
    return {word: max(0.1, 1 - math.log(count) / most) for word, count in counts.items()}


def fits(account: LedgerAccount, row: Assignable, base: str | None = None) -> bool:
    """Whether the account may be chosen for the row, is of a usual type for it, and takes its currency."""
    return account.offered and fits_kind(account, row.kind) and fits_currency(account, row.currency, base)


def fits_kind(account: LedgerAccount, kind: Kind) -> bool:
    """Income for products; expenses, and assets that are bought to be kept, for bill lines."""
    if kind is Kind.PRODUCTS:
        return account.type.casefold() == "income"
    return account.type.casefold() == "expense" or is_fixed_asset(account)


def is_fixed_asset(account: LedgerAccount) -> bool:
    """Whether it holds what is bought to be kept for years."""
    subtype = (account.subtype or "").casefold()
    return account.type.casefold() == "asset" and any(word in subtype for word in FIXED)


def fits_currency(account: LedgerAccount, currency: str | None, base: str | None = None) -> bool:
    """An account without a currency takes any, and so does one in the currency of the books."""
    if not account.currency or not currency:
        return True
    return account.currency.casefold() in (currency.casefold(), (base or "").casefold())


def _kinds(account: LedgerAccount) -> dict[str, float]:
    """Which kinds an account is for, from its name first, then from its description and subtype."""
    whole = _unfolded(account.name)
    parts = [_unfolded(part) for part in _PARTS.split(f" {fold(account.name)} ") if stems(part)]
    described = _all(_unfolded(account.description or ""))
    subtype = _all(_unfolded(_BETWEEN.sub(" ", account.subtype or "")))
    found: dict[str, float] = {}
    for phrase in _phrases(_all(whole) | described | subtype, income=account.type.casefold() == "income"):
        fit = _covered(phrase.stems, whole, parts)
        if not fit and phrase.stems <= described:
            fit = _DESCRIBED
        if not fit and phrase.stems <= subtype:
            fit = _OF_SUBTYPE
        if is_fixed_asset(account) and not vocabulary().kinds[phrase.kind].asset:
            fit *= 0.3
        found[phrase.kind] = max(found.get(phrase.kind, 0.0), fit * phrase.weight)
    return _with_trade(account, {kind: fit for kind, fit in found.items() if fit})


def _with_trade(account: LedgerAccount, found: dict[str, float]) -> dict[str, float]:
    """What is special to a trade is bought for it all the same: as its goods, or as its equipment."""
    if is_fixed_asset(account):
        if not any(vocabulary().kinds[kind].asset for kind in found):
            found["equipment"] = _OF_TRADE
    elif PURCHASED & set(stems(account.name)):
        found["goods"] = max(found.get("goods", 0.0), _OF_TRADE)
    return found


def _by_hand(name: str) -> bool:
    said = set(stems(name))
    return any(phrase <= said for phrase in BY_HAND)


def _phrases(said: set[str], *, income: bool) -> Iterator[Phrase]:
    """The phrases for accounts that can be in these words."""
    known = vocabulary()
    for word in said:
        for phrase in known.accounts.get(word, ()):
            if known.kinds[phrase.kind].income is income and phrase.stems <= said:
                yield phrase


def _covered(phrase: frozenset[str], whole: _Words, parts: Sequence[_Words]) -> float:
    """How much of a name a phrase explains; a part between commas counts nearly like a whole name."""
    if not phrase <= _all(whole):
        return 0.0
    within = (0.95 * _share(phrase, part) for part in parts if phrase <= _all(part))
    return max([_share(phrase, whole), *within])


def _share(phrase: frozenset[str], name: _Words) -> float:
    weights = {word: _LEAST if word in NEUTRAL else 1.0 for word in name}
    said = sum(weights[word] for word, forms in name.items() if phrase & set(forms))
    return said / sum(weights.values()) if weights else 0.0


def _own_words(account: LedgerAccount, rarity: Mapping[str, float]) -> dict[str, float]:
    """What each word of a name says by itself: all of it when it stands alone, less beside others."""
    found: dict[str, float] = {}
    for part in _PARTS.split(f" {fold(account.name)} "):
        name = {word: forms for word, forms in _unfolded(part).items() if word not in NEUTRAL}
        total = sum(rarity.get(word, 1.0) for word in name)
        for word, forms in name.items():
            for form in forms:
                said = rarity.get(word, 1.0) ** 2 / total * (1.0 if form == word else 0.8)
                found[form] = max(found.get(form, 0.0), said)
    for word in stems(account.description or ""):
        if word not in NEUTRAL:
            found.setdefault(word, 0.2)
    return found


_Words = dict[str, tuple[str, ...]]
"""The stems of a name, each with the stems inside it."""


def _unfolded(text: str) -> _Words:
    return {word: unfolded(word) for word in stems(text)}


def _all(name: _Words) -> set[str]:
    return {form for forms in name.values() for form in forms}
