"""The accounts that suit a row, the best first, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.domain.assignables import Assignable, Kind
from app.domain.bookkeeping.facts import Facts, Past
from app.domain.bookkeeping.likenesses import likenesses
from app.domain.bookkeeping.texts import alike, key, shortened, words
from app.domain.suggestions import Reason, Strength, Suggestion

LAST = 6
"""How many of a supplier's newest lines make a habit."""
FEWEST = 3
SHARE = 0.8
POSSIBLE = 0.3
"""What the words must say for an account before it is shown to anybody."""
STRONG, AHEAD = 0.8, 0.5
"""What they must say before it is called strong, and how far ahead of the next account."""
MOST_RANKED = 10
_SAME_LINE = 0.7
"""How much two names have in common that mean the same thing, months and numbers aside."""


def suggest(row: Assignable, facts: Facts) -> Suggestion | None:
    """The account to suggest for a row; None when it has one, is locked, or nothing speaks for any."""
    if not is_open(row):
        return None
    return next(_worth_showing(row, facts), None)


def is_open(row: Assignable) -> bool:
    """Whether a row has no account, may be given one, and nobody's choice for it is on its way or refused."""
    return row.may_change and row.account_id is None and row.wanted_id is None


def rank(row: Assignable, facts: Facts, most: int = 3) -> list[Suggestion]:
    """The likeliest accounts for a row, also those that are not likely enough to be suggested."""
    found: dict[str, Suggestion] = {}
    for suggestion, _ in _reasons(row, facts):
        found.setdefault(suggestion.account_id, suggestion)
    return list(found.values())[:most]


def _worth_showing(row: Assignable, facts: Facts) -> Iterator[Suggestion]:
    return (suggestion for suggestion, sure in _reasons(row, facts) if sure >= POSSIBLE)


def _reasons(row: Assignable, facts: Facts) -> Iterator[tuple[Suggestion, float]]:
    """Accounts that fit the row, with how sure each is, in the order in which reasons count."""
    by_words = _by_words(row, facts)
    for suggestion in (*_remembered(row, facts), *_from_history(row, facts, by_words)):
        if facts.chart.fits(suggestion.account_id, row):
            yield suggestion, 1.0
    default_id = facts.default_id if row.kind is Kind.PRODUCTS else None
    default = Suggestion(default_id or "", Strength.POSSIBLE, Reason.DEFAULT)
    likely = [one for one in by_words if one[1] >= POSSIBLE]
    yield from likely
    if facts.chart.fits(default.account_id, row):
        yield default, 1.0
    yield from (one for one in by_words if one[1] < POSSIBLE)


def _remembered(row: Assignable, facts: Facts) -> Iterator[Suggestion]:
    if account_id := facts.remembered.get(row.supplier) if row.supplier else None:
        yield Suggestion(account_id, Strength.STRONG, Reason.REMEMBERED)
    if account_id := facts.same_products.get(row.name) if row.kind is Kind.PRODUCTS else None:
        yield Suggestion(account_id, Strength.STRONG, Reason.SAME_PRODUCT)


def _past(row: Assignable, facts: Facts) -> Sequence[Past]:
    return facts.products if row.kind is Kind.PRODUCTS else facts.of_supplier.get(row.supplier, ())


def _from_history(
    row: Assignable, facts: Facts, by_words: Sequence[tuple[Suggestion, float]]
) -> list[Suggestion]:
    """What lines like this one had, and what the supplier's lines have; agreeing, the habit is told."""
    past = _past(row, facts)
    same, habit = _same_line(row, past), _habit(past, by_words)
    if same is None or habit is None:
        return [one for one in (same, habit) if one is not None]
    if same.reason is Reason.SIMILAR_WORDS and same.account_id == habit.account_id:
        return [replace(habit, strength=same.strength)]
    return [same, habit]


def _same_line(row: Assignable, past: Sequence[Past]) -> Suggestion | None:
    """What the same line had before; said in numbers when it came often enough."""
    own = key(row.name)
    same = [one for one in past if own and alike(own, key(one.name)) >= _SAME_LINE]
    for account_id, used in Counter(one.account_id for one in same).most_common(1):
        strength = Strength.STRONG if used == len(same) else Strength.POSSIBLE
        word = shortened(" ".join(said for stem, said in words(row.name) if stem in key(same[0].name)))
        if used >= FEWEST and used / len(same) >= SHARE:
            return Suggestion(account_id, strength, Reason.HABIT, used=used, of=len(same), word=word)
        if used * 2 > len(same):
            return Suggestion(account_id, strength, Reason.SIMILAR_WORDS, word=word)
    return None


def _habit(past: Sequence[Past], by_words: Sequence[tuple[Suggestion, float]]) -> Suggestion | None:
    last = [one.account_id for one in past[:LAST]]
    for account_id, used in Counter(last).most_common(1):
        if used >= FEWEST and used / len(last) >= SHARE:
            agreed = used == len(last) and _agreed(account_id, by_words)
            strength = Strength.STRONG if agreed else Strength.POSSIBLE
            return Suggestion(account_id, strength, Reason.HABIT, used=used, of=len(last))
    return None


def _agreed(account_id: str, by_words: Sequence[tuple[Suggestion, float]]) -> bool:
    """Whether no word speaks clearly for another account."""
    return not by_words or by_words[0][0].account_id == account_id or by_words[0][1] < POSSIBLE


def _by_words(row: Assignable, facts: Facts) -> list[tuple[Suggestion, float]]:
    """By similar words, helped by what else the supplier's lines had."""
    past = _past(row, facts)[:12]
    used = Counter(one.account_id for one in past)
    scored = [
        (1 - (1 - one.score) * (1 - 0.5 * used.get(one.account_id, 0) / (len(past) + 1)), one)
        for one in likenesses(row, facts)
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].account_id))
    next_best = scored[1][0] if len(scored) > 1 else 0.0
    return [
        (
            Suggestion(
                one.account_id,
                _strength(n, score, next_best),
                Reason.SIMILAR_WORDS,
                word=shortened(one.word),
            ),
            score if one.word else 0.0,
        )
        for n, (score, one) in enumerate(scored[:MOST_RANKED])
    ]


def _strength(place: int, score: float, next_best: float) -> Strength:
    clear = place == 0 and score >= STRONG and score - next_best >= AHEAD
    return Strength.STRONG if clear else Strength.POSSIBLE
