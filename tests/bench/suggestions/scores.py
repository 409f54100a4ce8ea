"""How often suggestions are right: for a business never seen before, and while its history grows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.domain.bookkeeping.charts import Chart
from app.domain.bookkeeping.facts import Facts, Past, learn, words_of
from app.domain.bookkeeping.rankings import rank, suggest
from app.domain.bookkeeping.vocabularies import languages
from app.domain.suggestions import Strength, Suggestion
from tests.bench.suggestions.cases import Business, Case


@dataclass(slots=True)
class Score:
    """Counts over rows; every row counts, also those for which nothing is suggested."""

    rows: int = 0
    first: int = 0
    among_three: int = 0
    shown: int = 0
    shown_right: int = 0
    strong: int = 0
    strong_right: int = 0
    misses: list[tuple[Case, list[Suggestion], Suggestion | None]] = field(default_factory=list)

    def count(self, case: Case, ranked: list[Suggestion], shown: Suggestion | None) -> None:
        """One more row with what was said about it."""
        places = [one.account_id in case.right for one in ranked[:3]]
        self.rows += 1
        self.first += places[:1] == [True]
        self.among_three += any(places)
        if not any(places) or (shown is not None and shown.account_id not in case.right):
            self.misses.append((case, ranked, shown))
        if shown is not None:
            right = shown.account_id in case.right
            self.shown += 1
            self.shown_right += right
            self.strong += shown.strength is Strength.STRONG
            self.strong_right += right and shown.strength is Strength.STRONG

    def add(self, other: Score) -> None:
        """The counts of another score besides."""
        for name in ("rows", "first", "among_three", "shown", "shown_right", "strong", "strong_right"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.misses += other.misses

    @property
    def top_1(self) -> float:
        return self.first / self.rows if self.rows else 0.0

    @property
    def top_3(self) -> float:
        return self.among_three / self.rows if self.rows else 0.0

    @property
    def coverage(self) -> float:
        """The share of rows for which anything is shown."""
        return self.shown / self.rows if self.rows else 0.0

    @property
    def precision(self) -> float:
        """Of all that is shown, the share that is right."""
        return self.shown_right / self.shown if self.shown else 1.0

    @property
    def strong_precision(self) -> float:
        return self.strong_right / self.strong if self.strong else 1.0

    @property
    def strong_share(self) -> float:
        """The share of rows for which the suggestion is called strong."""
        return self.strong / self.rows if self.rows else 0.0


def cold(business: Business) -> Score:
    """Each line and product by itself, with nothing assigned yet."""
    facts, score = first_facts(business), Score()
    for case in (*business.lines, *business.products):
        _judge(case, facts, score)
    return score


def growing(business: Business) -> Score:
    """Line by line over some weeks: after each, the bookkeeper's own account is known."""
    facts, score = first_facts(business), Score()
    past: dict[str, list[Past]] = defaultdict(list)
    elsewhere: list[Past] = []
    for case in business.weeks():
        of_supplier = {case.row.supplier: past[case.row.supplier][:30]}
        now = replace(facts, of_supplier=of_supplier, learned=learn(elsewhere))
        _judge(case, now, score)
        chosen = Past(case.row.name, case.right[0])
        past[case.row.supplier].insert(0, chosen)
        elsewhere.insert(0, chosen)
    return score


def first_facts(business: Business) -> Facts:
    """What is known of a business before anybody has chosen anything."""
    beside: dict[str, list[str]] = defaultdict(list)
    for case in business.lines:
        beside[case.row.supplier].append(case.row.name)
    return Facts(
        chart=Chart(business.accounts),
        beside=beside,
        product_words=words_of(case.row.name for case in business.products),
        spoken=languages(case.row.name for case in (*business.lines, *business.products)),
    )


def together(scores: Iterable[Score]) -> Score:
    """All rows of several businesses as one."""
    total = Score()
    for score in scores:
        total.add(score)
    return total


def wrong(score: Score) -> Iterator[str]:
    """The rows that were missed, one a line, for those who look for what to better."""
    for case, ranked, shown in score.misses:
        said = _named(ranked)
        mark = (
            "strong" if shown is not None and shown.strength is Strength.STRONG else "shown" if shown else "-"
        )
        yield f"{mark:8} {case.row.supplier} | {case.row.name} | right {','.join(case.right)} | {said}"


def _named(ranked: Sequence[Suggestion]) -> str:
    return ", ".join(f"{one.account_id} ({one.reason} {one.word})" for one in ranked[:3])


def _judge(case: Case, facts: Facts, score: Score) -> None:
    score.count(case, rank(case.row, facts), suggest(case.row, facts))
