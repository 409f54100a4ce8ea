"""Matching goes by name, so a name that is used twice on our side is worth knowing before connecting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from app.domain.fixes import About, Destination, where_edited
from app.services import refresh
from app.services.deps import Deps
from app.store import name_checks, products, receivables
from app.store.name_checks import Bearer, SharedName

NEEDED = ("products", "counterparts")
SHOWN = 200
_OBJECTS = {"products": "product", "suppliers": "vendor", "customers": "customer"}


@dataclass(frozen=True, slots=True)
class Named:
    """One of several of the same name, and where it is given another."""

    bearer: Bearer
    place: Destination


@dataclass(frozen=True, slots=True)
class Review:
    """Every shared name with those that carry it; `cut` when there are more than are listed."""

    names: Sequence[tuple[str, Sequence[Named]]]
    """The kind, and all of one name."""
    cut: bool

    @property
    def has_contacts(self) -> bool:
        """Whether suppliers or customers are among them, for whom more than the name may decide."""
        return any(kind != "products" for kind, _ in self.names)

    @property
    def linked(self) -> bool:
        """Whether it is known where any of them is renamed."""
        return any(one.place.path for _, alike in self.names for one in alike)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products of an entity that sends invoices."""

    products: int


def shared(deps: Deps, entity_id: str) -> list[SharedName] | None:
    """Names that stand twice on our side; None while our own lists have not been read."""
    if not _are_read(deps, entity_id, NEEDED):
        return None
    return name_checks.find(deps.db, entity_id)


def review(deps: Deps, entity_id: str) -> Review | None:
    """Which records carry shared names, and where to rename them; None while our lists have not been read."""
    if not _are_read(deps, entity_id, NEEDED):
        return None
    refresh.freshen(deps, entity_id, NEEDED)
    found = name_checks.bearers(deps.db, entity_id, SHOWN + 1)
    named = [Named(one, _place(deps, entity_id, one)) for one in found[:SHOWN]]
    groups = groupby(named, key=lambda one: (one.bearer.kind, one.bearer.name.strip().casefold()))
    return Review([(kind, list(alike)) for (kind, _), alike in groups], cut=len(found) > SHOWN)


def catalogue(deps: Deps, entity_id: str) -> Catalogue | None:
    """The products of an entity that invoices; None for one that doesn't, or while that isn't known."""
    if not _are_read(deps, entity_id, ("products", "receivables")):
        return None
    if not receivables.has_invoices(deps.db, entity_id):
        return None
    return Catalogue(products.count(deps.db, entity_id))


def _are_read(deps: Deps, entity_id: str, needed: Sequence[str]) -> bool:
    """Whether these lists are known; if not, they are asked for."""
    known = refresh.overview(deps.db, entity_id)
    if all(known[name].as_of is not None for name in needed):
        return True
    refresh.freshen(deps, entity_id, needed)
    return False


def _place(deps: Deps, entity_id: str, one: Bearer) -> Destination:
    about = About(entity_id, _OBJECTS[one.kind], one.id)
    return where_edited(about, deps.settings.partner_addresses)
