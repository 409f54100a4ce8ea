"""Which contact or item in the books is meant by a counterpart or a product; a tie matches nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Party:
    """A counterpart or a contact, as far as matching looks at it."""

    id: str
    name: str
    country: str | None = None
    city: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The one that was found, and the last field that was needed to find it."""

    party: Party
    field: str


@dataclass(frozen=True, slots=True)
class Tie:
    """Several share the name, and nothing else tells which one is meant."""

    parties: tuple[Party, ...]


FIELDS: tuple[tuple[str, Callable[[Party], str | None]], ...] = (
    ("name", lambda party: party.name),
    ("country", lambda party: party.country),
    ("city", lambda party: party.city),
    ("address", lambda party: party.address),
)


class Directory:
    """Contacts by name, and by what tells those of one name apart, for looking up many counterparts."""

    def __init__(self, contacts: Iterable[Party]) -> None:
        self._named = {name: tuple(group) for name, group in _by_name(contacts).items()}
        self._narrowed: dict[tuple[str | None, ...], list[Party]] = {}
        for group in self._named.values():
            for contact in group if len(group) > 1 else ():
                for depth in range(2, len(FIELDS) + 1):
                    self._narrowed.setdefault(_key(contact, depth), []).append(contact)

    def match(self, counterpart: Party) -> Match | Tie | None:
        """The contact left alone by name, then country, city and address; None when no name fits.

        Comparison is exact. When the narrowing leaves nobody or still several, it is a tie.
        """
        named = self._named.get(counterpart.name, ())
        if len(named) < 2:
            return Match(named[0], "name") if named else None
        for depth, (field, _) in enumerate(FIELDS[1:], 2):
            hits = self._narrowed.get(_key(counterpart, depth), [])
            if len(hits) == 1:
                return Match(hits[0], field)
            if not hits:
                break
        return Tie(named)


def match_contact(counterpart: Party, contacts: Iterable[Party]) -> Match | Tie | None:
    """What `Directory.match` says of one counterpart among these contacts."""
    return Directory(contacts).match(counterpart)


@dataclass(frozen=True, slots=True)
class Named:
    """A product or an item, as far as matching looks at it."""

    id: str
    name: str


Thing = TypeVar("Thing", Party, Named)


@dataclass(frozen=True, slots=True)
class ProductMatches:
    """What the names say: pairs to link, items to create at Monite, and ties on either side."""

    pairs: tuple[tuple[Named, Named], ...]
    new_items: tuple[Named, ...]
    tied_products: tuple[Named, ...]
    tied_items: tuple[Named, ...]


def match_products(products: Sequence[Named], items: Sequence[Named]) -> ProductMatches:
    """Pairs of product and item of one name; a name used twice on either side is never linked.

    A tied item is told only when no product of its name could tell it.
    """
    ours, theirs = _by_name(products), _by_name(items)
    pairs, new_items, tied_products, tied_items = [], [], [], []
    for name, group in theirs.items():
        named = ours.get(name, [])
        if len(group) == 1 and len(named) == 1:
            pairs.append((named[0], group[0]))
        elif named:
            tied_products += named
        elif len(group) == 1:
            new_items += group
        else:
            tied_items += group
    return ProductMatches(tuple(pairs), tuple(new_items), tuple(tied_products), tuple(tied_items))


def address_line(*parts: str | None) -> str | None:
    """Lines, postal code and state as one text, the same on both sides, so that it can be compared."""
    return ", ".join(part for part in parts if part) or None


def _key(party: Party, depth: int) -> tuple[str | None, ...]:
    return tuple(value(party) for _, value in FIELDS[:depth])


def _by_name(things: Iterable[Thing]) -> dict[str, list[Thing]]:
    groups: dict[str, list[Thing]] = {}
    for thing in things:
        groups.setdefault(thing.name, []).append(thing)
    return groups
