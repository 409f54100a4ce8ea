"""Which contact or item in the books is meant by a counterpart or a product; a tie matches nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


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


def match_contact(counterpart: Party, contacts: Sequence[Party]) -> Match | Tie | None:
    """The contact left alone by name, then country, city and address; None when no name fits.

    Comparison is exact. When the narrowing leaves nobody or still several, it is a tie.
    """
    hits = tuple(contacts)
    named: tuple[Party, ...] = ()
    for field, value in FIELDS:
        hits = tuple(contact for contact in hits if value(contact) == value(counterpart))
        if len(hits) == 1:
            return Match(hits[0], field)
        if field == "name":
            named = hits
        if not hits:
            break
    return Tie(named) if named else None


@dataclass(frozen=True, slots=True)
class Named:
    """A product or an item, as far as matching looks at it."""

    id: str
    name: str


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


def _by_name(things: Sequence[Named]) -> dict[str, list[Named]]:
    groups: dict[str, list[Named]] = {}
    for thing in things:
        groups.setdefault(thing.name, []).append(thing)
    return groups
