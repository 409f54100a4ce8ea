"""How well each account suits a row by its words, with no earlier choice to lean on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.assignables import Assignable, Kind
from app.domain.bookkeeping.charts import Chart, fits, is_fixed_asset
from app.domain.bookkeeping.facts import Facts
from app.domain.bookkeeping.texts import joined, words
from app.domain.bookkeeping.vocabularies import Evidence, in_supplier, in_text, unfolded, vocabulary

_NEAR = (0.7, 0.55, 0.45, 0.38, 0.32, 0.28)
"""How much of what speaks for a kind speaks for those where it goes instead."""
_SUPPLIER, _BESIDE, _OWN_WORD = 0.8, 0.35, 0.55
_LEARNED = 0.8
_FLOOR = {
    "goods": 0.09,
    "general": 0.08,
    "shop_supplies": 0.04,
    "office_supplies": 0.03,
    "subcontractors": 0.03,
}
"""Where a line goes of which nothing is known: never enough to be suggested."""
_INCOME_FLOOR = {"sales": 0.2, "sales_services": 0.12, "sales_goods": 0.12}
_COUNTED = re.compile(
    r"\bx ?\d|\b\d[\d.,]* ?(?:kg|g|l|ml|cl|lb|oz|t|m|mm|cm|m2|st|stk|pcs|pc|gal|ft|in|pack|case|box|yd|hl|pal"
    r"|skid|rolls?|cartons?|dozen|units?|pieces?|pièces?|palettes?|karton|rollen|bouteilles?)\b",
    re.IGNORECASE,
)
_COUNTED_SPEAKS = {"goods": 0.2, "materials": 0.2, "shop_supplies": 0.08, "food": 0.05}
_KEPT_FROM = 80_000
"""What costs this much is bought to be kept, in minor units; below, it is used up."""


@dataclass(slots=True)
class Likeness:
    """How well an account suits: from 0 to 1, and the word that speaks the loudest for it."""

    score: float = 0.0
    word: str = ""
    loudest: float = 0.0

    def add(self, weight: float, word: str) -> None:
        """One more thing that speaks for the account."""
        self.score = 1 - (1 - self.score) * (1 - weight)
        if word and weight > self.loudest:
            self.loudest, self.word = weight, word


def likenesses(row: Assignable, facts: Facts) -> dict[str, Likeness]:
    """By account id, for those of the right kind and currency that anything at all speaks for."""
    found: dict[str, Likeness] = {}
    said = _evidence(row, facts)
    for kind, (weight, word) in _with_near(said, row).items():
        for suited in facts.chart.of_kind.get(kind, ()):
            found.setdefault(suited.account.id, Likeness()).add(weight * suited.fit, word)
    for stem, (weight, word) in _own_words(row).items():
        for suited in facts.chart.of_word.get(stem, ()):
            found.setdefault(suited.account.id, Likeness()).add(weight * suited.fit, word)
    for stem, (weight, word) in _own_words(row).items():
        for account_id, share in facts.learned.get(stem, {}).items():
            if account_id in facts.chart.accounts:
                found.setdefault(account_id, Likeness()).add(weight * share * _LEARNED, word)
    return _usable(found, facts.chart, row)


def _evidence(row: Assignable, facts: Facts) -> Evidence:
    """What name, description, supplier and the supplier's other lines say together."""
    income = row.kind is Kind.PRODUCTS
    said = Evidence()
    _merge(said, in_text(joined([row.name, row.description]), income=income), 1.0)
    if not income:
        _merge(said, in_supplier(row.supplier), _SUPPLIER)
        beside = [name for name in facts.beside.get(row.supplier, ()) if name != row.name]
        for name in beside[:8]:
            _merge(said, in_text(name), _BESIDE / min(len(beside), 8))
        if own := {stem for stem, _ in words(row.name)} & facts.product_words:
            said.add("goods", min(0.6, 0.25 * len(own)), "")
    return said


def _merge(said: Evidence, other: Evidence, loudness: float) -> None:
    for kind, weight in other.kinds.items():
        said.add(kind, weight * loudness, other.words[kind])


def _with_near(said: Evidence, row: Assignable) -> dict[str, tuple[float, str]]:
    """Each kind with what speaks for it, by itself or because it stands in for another."""
    found = {kind: (weight, said.words.get(kind, "")) for kind, weight in said.kinds.items()}
    for kind, weight in said.kinds.items():
        for other, share in zip(vocabulary().kinds[kind].near, _NEAR, strict=False):
            if weight * share > found.get(other, (0.0, ""))[0]:
                found[other] = (weight * share, said.words.get(kind, ""))
    for kind, weight in _floor(row).items():
        if weight > found.get(kind, (0.0, ""))[0]:
            found[kind] = (weight, "")
    return found


def _floor(row: Assignable) -> Mapping[str, float]:
    if row.kind is Kind.PRODUCTS:
        return _INCOME_FLOOR
    return _FLOOR | _COUNTED_SPEAKS if _COUNTED.search(row.name) else _FLOOR


def _own_words(row: Assignable) -> dict[str, tuple[float, str]]:
    """The words of a row that may stand in the name of an account; its supplier's count less."""
    found: dict[str, tuple[float, str]] = {}
    for text, weight in ((row.supplier, 0.3), (joined([row.name, row.description]), _OWN_WORD)):
        for stem, word in words(text):
            for form in unfolded(stem):
                found[form] = (weight, word)
    return found


def _usable(found: dict[str, Likeness], chart: Chart, row: Assignable) -> dict[str, Likeness]:
    """Only what fits the row; what is bought to be kept has to cost something."""
    usable = {}
    for account_id, likeness in found.items():
        account = chart.accounts[account_id]
        if fits(account, row):
            if is_fixed_asset(account):
                likeness.score *= _kept(row.amount)
            usable[account_id] = likeness
    return usable


def _kept(amount: int | None) -> float:
    """How much the price speaks for an asset: little below a few hundred, fully from there."""
    if amount is None:
        return 0.6
    return min(1.1, 0.35 + 0.65 * max(amount, 0) / _KEPT_FROM)
