"""How well each account suits a row by its words, with no earlier choice to lean on."""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.assignables import Assignable, Kind
from app.domain.bookkeeping.charts import View
from app.domain.bookkeeping.facts import Facts
from app.domain.bookkeeping.texts import joined, words
from app.domain.bookkeeping.vocabularies import Evidence, in_supplier, in_text, unfolded, vocabulary

_NEAR = (0.7, 0.55, 0.45, 0.38, 0.32, 0.28)
"""How much of what speaks for a kind speaks for those where it goes instead."""
_SUPPLIER, _BESIDE, _OWN_WORD = 0.8, 0.35, 0.55
MOST_KINDS, MOST_ALIKE = 10, 12
"""How many kinds of cost are looked at for a row, and how many accounts are told."""
_LEARNED, _HAS_OWN = 0.9, 0.5
_FLOOR = {
    "goods": 0.09,
    "general": 0.05,
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
_DEAR, _DEAR_SPEAKS = 300_000, {"equipment": 0.1}
_KEPT_FROM = 80_000
"""What costs this much is bought to be kept, in minor units; below, it is used up."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How well an account suits: from 0 to 1, and the word that speaks the loudest for it."""

    account_id: str
    score: float
    word: str


def likenesses(row: Assignable, facts: Facts) -> list[Likeness]:
    """The accounts of the right kind and currency that anything at all speaks for, the best first."""
    view = facts.chart.view(row.kind, row.currency)
    by_kind, by_word = _by_kind(row, facts, view), _by_word(row, facts, view)
    found = []
    kept = _kept(row.amount)
    for account_id in by_kind.keys() | by_word.keys():
        kind, word = by_kind.get(account_id, _NOTHING), by_word.get(account_id, _NOTHING)
        score = 1 - (1 - kind[0]) * (1 - word[0])
        found.append((-score * kept if account_id in view.assets else -score, account_id))
    return [
        Likeness(account_id, -score, _word(by_kind.get(account_id), by_word.get(account_id)))
        for score, account_id in heapq.nsmallest(MOST_ALIKE, found)
    ]


def _word(kind: _Said | None, word: _Said | None) -> str:
    """The louder of two that has a word to show."""
    first, second = sorted((kind or _NOTHING, word or _NOTHING), reverse=True)
    return first[1] or second[1]


_Said = tuple[float, str]
"""How much something speaks, and the word that does."""
_NOTHING: _Said = (0.0, "")


def _by_kind(row: Assignable, facts: Facts, view: View) -> dict[str, _Said]:
    """By account: the loudest kind of cost or income that speaks for it."""
    found: dict[str, _Said] = {}
    said = _with_near(_evidence(row, facts), row, view)
    loudest = heapq.nlargest(MOST_KINDS, ((weight, kind, word) for kind, (weight, word) in said.items()))
    for weight, kind, word in loudest:
        for account_id, fit in view.of_kind.get(kind, ()):
            before = found.get(account_id)
            if before is None or weight * fit > before[0]:
                found[account_id] = (weight * fit, word)
    return found


def _by_word(row: Assignable, facts: Facts, view: View) -> dict[str, _Said]:
    """By account: the words of the row that are in its name, or that earlier lines of it had."""
    found: dict[str, _Said] = {}
    for stem, (weight, word) in _own_words(row).items():
        for account_id, fit in view.of_word.get(stem, ()):
            _add(found, account_id, weight * fit, word)
        for account_id, share in facts.learned.get(stem, {}).items():
            if facts.chart.fits(account_id, row):
                _add(found, account_id, weight * share * _LEARNED, word)
    return found


def _add(found: dict[str, _Said], account_id: str, weight: float, word: str) -> None:
    before, loudest = found.get(account_id, _NOTHING)
    found[account_id] = (1 - (1 - before) * (1 - weight), loudest or word)


def _evidence(row: Assignable, facts: Facts) -> Evidence:
    """What name, description, supplier and the supplier's other lines say together."""
    income = row.kind is Kind.PRODUCTS
    said = Evidence()
    _merge(said, in_text(joined([row.name, row.description]), facts.spoken, income=income), 1.0)
    if not income:
        _merge(said, in_supplier(row.supplier, facts.spoken), _SUPPLIER)
        beside = [name for name in facts.beside.get(row.supplier, ()) if name != row.name]
        for name in beside[:8]:
            _merge(said, in_text(name, facts.spoken), _BESIDE / min(len(beside), 8))
        if own := [word for stem, word in words(row.name) if stem in facts.product_words]:
            said.add("goods", min(0.6, 0.25 * len(own)), " ".join(own))
    return said


def _merge(said: Evidence, other: Evidence, loudness: float) -> None:
    for kind, weight in other.kinds.items():
        said.add(kind, weight * loudness, other.words[kind])


def _with_near(said: Evidence, row: Assignable, view: View) -> dict[str, _Said]:
    """Each kind with what speaks for it; one that the chart has no account for lets others stand in."""
    found = {kind: (weight, said.words.get(kind, "")) for kind, weight in said.kinds.items()}
    for kind, weight in said.kinds.items():
        own = max((fit for _, fit in view.of_kind.get(kind, ())[:1]), default=0.0)
        for other, share in zip(vocabulary().kinds[kind].near, _NEAR, strict=False):
            stands_in = weight * share * (1 - _HAS_OWN * own)
            if stands_in > found.get(other, _NOTHING)[0]:
                found[other] = (stands_in, said.words.get(kind, ""))
    unknown = 1 - max((weight for weight, _ in found.values()), default=0.0)
    for kind, weight in _floor(row).items():
        if weight * (1 + unknown) > found.get(kind, _NOTHING)[0]:
            found[kind] = (weight * (1 + unknown), "")
    return found


def _floor(row: Assignable) -> Mapping[str, float]:
    if row.kind is Kind.PRODUCTS:
        return _INCOME_FLOOR
    counted = _COUNTED_SPEAKS if _COUNTED.search(row.name) else {}
    dear = _DEAR_SPEAKS if (row.amount or 0) >= _DEAR else {}
    return _FLOOR | counted | dear


def _own_words(row: Assignable) -> dict[str, tuple[float, str]]:
    """The words of a row that may stand in the name of an account; its supplier's count less."""
    found: dict[str, tuple[float, str]] = {}
    for text, weight in ((row.supplier, 0.3), (joined([row.name, row.description]), _OWN_WORD)):
        for stem, word in words(text):
            for form in unfolded(stem):
                found[form] = (weight, word)
    return found


def _kept(amount: int | None) -> float:
    """How much the price speaks for an asset: little below a few hundred, fully from there."""
    if amount is None:
        return 0.6
    return min(1.1, 0.35 + 0.65 * max(amount, 0) / _KEPT_FROM)
