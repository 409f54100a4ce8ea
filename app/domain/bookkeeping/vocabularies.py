"""The kinds of costs and income that Gangway knows, and what a text says about them.

The words stand in `words.toml` beside this module. They are read once, as if they were code.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from app.domain.bookkeeping.texts import stem, stems, words

SHORTEST_PART = 4
"""Of a word inside a longer German one."""
_SURE = {1: 0.62, 2: 0.8}
"""How much a word, or several together, speak for a kind; more words speak no louder than three."""
_SUREST, _WEAK = 0.88, 0.25
_NAMED, _TRADE, _SHARED = 0.75, 0.6, 0.25
FEWEST, SPOKEN = 8, 0.25
"""How many words tell a language, and which share of them one needs."""
_WITHIN = 0.4
"""How much a word speaks that is part of a known phrase: a fuel surcharge is not fuel."""
_FOREIGN = 0.35
"""How much a word speaks that is written alike in a language which is not spoken here."""
"""How much the name of a well-known company speaks."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that speak for a kind where they occur together."""

    kind: str
    stems: frozenset[str]
    weight: float
    languages: frozenset[str] = frozenset()
    """Where the words are known; empty where language does not matter."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cost or income, and where it goes instead."""

    name: str
    income: bool
    asset: bool
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All kinds, and the phrases for them by one of their stems."""

    kinds: Mapping[str, Kind]
    accounts: Mapping[str, tuple[Phrase, ...]]
    lines: Mapping[str, tuple[Phrase, ...]]
    suppliers: Mapping[str, tuple[Phrase, ...]]
    parts: frozenset[str]
    """German stems that are looked for inside longer words."""


@dataclass(slots=True)
class Evidence:
    """What a text says: how much it speaks for each kind, and by which words."""

    kinds: dict[str, float] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    loudest: dict[str, float] = field(default_factory=dict)

    def add(self, kind: str, weight: float, word: str) -> None:
        """Let one more word speak; the loudest is the one that is named."""
        self.kinds[kind] = 1 - (1 - self.kinds.get(kind, 0.0)) * (1 - weight)
        if weight > self.loudest.get(kind, 0.0):
            self.loudest[kind], self.words[kind] = weight, word


def read_words() -> dict[str, dict[str, Any]]:
    """The file of words as it is written."""
    text = resources.files("app.domain.bookkeeping").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def vocabulary() -> Vocabulary:
    """What is known of bookkeeping."""
    written = read_words()
    return Vocabulary(
        kinds={name: _kind(name, entry) for name, entry in written.items()},
        accounts=_indexed(_of_accounts(written)),
        lines=_indexed(
            phrase for name, entry in written.items() for phrase in _phrases(name, entry, "lines", "accounts")
        ),
        suppliers=_indexed(
            phrase for name, entry in written.items() for phrase in _phrases(name, entry, "suppliers")
        ),
        parts=frozenset(_parts(written)),
    )


def in_text(text: str, spoken: frozenset[str] = frozenset(), *, income: bool = False) -> Evidence:
    """What the words of a line or a product say, where these languages are spoken."""
    return _said(text, vocabulary().lines, spoken, income=income)


def in_supplier(text: str, spoken: frozenset[str] = frozenset()) -> Evidence:
    """What the name of a company says: what it is known for, or else its trade."""
    known = _said(text, vocabulary().suppliers, spoken)
    if max(known.loudest.values(), default=0.0) >= _NAMED:
        return known
    said = Evidence()
    for part, loudness in ((known, 1.0), (_said(text, vocabulary().lines, spoken), _TRADE)):
        for kind, weight in part.kinds.items():
            said.add(kind, weight * loudness, part.words[kind])
    return said


def languages(texts: Iterable[str]) -> frozenset[str]:
    """The languages of these texts; none when too little of them is known to tell."""
    hits: Counter[str] = Counter()
    for text in texts:
        found = frozenset(stems(text))
        for word in found:
            for phrase in vocabulary().lines.get(word, ()):
                if len(phrase.languages) == 1 and phrase.stems <= found:
                    hits.update(phrase.languages)
    return frozenset(
        language for language, n in hits.items() if hits.total() >= FEWEST and n >= SPOKEN * hits.total()
    )


@lru_cache(maxsize=8192)
def unfolded(word: str) -> tuple[str, ...]:
    """A stem and the German stems that it begins or ends with: "hallenmiet" holds "miet"."""
    found = [word]
    for n in range(3, len(word) - SHORTEST_PART + 1):
        if word[n:] in vocabulary().parts:
            found.append(word[n:])
            break
    for n in range(len(word) - 3, SHORTEST_PART - 1, -1):
        if stem(word[:n]) in vocabulary().parts:
            found.append(stem(word[:n]))
            break
    return tuple(found)


@lru_cache(maxsize=4096)
def _said(
    text: str, phrases: Mapping[str, tuple[Phrase, ...]], spoken: frozenset[str], *, income: bool = False
) -> Evidence:
    written = {part: word for found, word in words(text) for part in unfolded(found)}
    matched = [
        phrase
        for found in written
        for phrase in phrases.get(found, ())
        if phrase.stems <= written.keys() and vocabulary().kinds[phrase.kind].income is income
    ]
    longer = {phrase.stems for phrase in matched if len(phrase.stems) > 1}
    said = Evidence()
    for phrase in matched:
        weight = phrase.weight
        if spoken and phrase.languages and not phrase.languages & spoken:
            weight *= _FOREIGN
        if any(phrase.stems < other for other in longer):
            weight *= _WITHIN
        said.add(phrase.kind, weight, _as_written(phrase, written))
    return said


def _as_written(phrase: Phrase, written: Mapping[str, str]) -> str:
    return " ".join(dict.fromkeys(written[part] for part in written if part in phrase.stems))


def _kind(name: str, entry: Mapping[str, Any]) -> Kind:
    return Kind(
        name=name,
        income=entry.get("side") == "income",
        asset=bool(entry.get("asset")),
        near=tuple(entry["near"]),
    )


def _phrases(kind: str, entry: Mapping[str, Any], *fields: str) -> Iterator[Phrase]:
    weights: dict[frozenset[str], float] = {}
    known_in: defaultdict[frozenset[str], set[str]] = defaultdict(set)
    for name in fields:
        for language, listed in _by_language(entry.get(name, "")):
            for text, weak in _listed(listed):
                if together := frozenset(stems(text)):
                    weight = _weight(name, len(together), weak)
                    weights[together] = max(weights.get(together, 0.0), weight)
                    known_in[together].update([language] if language else [])
    return (
        Phrase(kind, together, weight, frozenset(known_in[together])) for together, weight in weights.items()
    )


def _by_language(lists: str | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Names of companies are the same everywhere; other words belong to a language."""
    return [("", lists)] if isinstance(lists, str) else lists.items()


def _of_accounts(written: Mapping[str, Mapping[str, Any]]) -> Iterator[Phrase]:
    """Phrases for the names of accounts: what several kinds claim says less for each of them."""
    phrases = [phrase for name, entry in written.items() for phrase in _phrases(name, entry, "accounts")]
    claimed = Counter((phrase.stems, written[phrase.kind].get("side")) for phrase in phrases)
    for phrase in phrases:
        shared = claimed[phrase.stems, written[phrase.kind].get("side")] ** -_SHARED
        yield Phrase(phrase.kind, phrase.stems, shared * (0.6 if phrase.weight == _WEAK else 1.0))


def _weight(field: str, length: int, weak: bool) -> float:
    """How much a phrase speaks; of an account's name it says all, unless it is marked as weak."""
    if weak:
        return _WEAK
    return _NAMED if field == "suppliers" else _SURE.get(length, _SUREST)


def _indexed(phrases: Iterator[Phrase]) -> Mapping[str, tuple[Phrase, ...]]:
    """Each phrase under its longest stem, which is met the least often."""
    index: defaultdict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        index[max(phrase.stems, key=lambda found: (len(found), found))].append(phrase)
    return _Index({found: tuple(listed) for found, listed in index.items()})


class _Index(dict[str, tuple[Phrase, ...]]):
    """Phrases by a stem; made once for the life of a process, and told apart by which it is."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def _parts(written: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for entry in written.values():
        for name in ("lines", "accounts"):
            for text, _ in _listed(entry[name].get("de", "")):
                if len(found := stems(text)) == 1 and len(found[0]) >= SHORTEST_PART:
                    yield found[0]


def _listed(text: str) -> Iterator[tuple[str, bool]]:
    for part in text.split(","):
        if word := part.strip():
            yield word.removesuffix("?"), word.endswith("?")
