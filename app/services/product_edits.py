"""Prices and units of products, which an import can only guess."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from app.domain.documents import MeasureUnit, Product
from app.domain.errors import InputError, NotThereError
from app.domain.outbox import Intent, OutboxRow, OutboxState
from app.domain.record_lists import Page
from app.services import outbox, refresh
from app.services.deliveries.product_edits import ACTION
from app.services.deps import Deps
from app.store import measure_units, products, revisions
from app.store import outbox as outbox_rows
from app.store.database import write

READ_WITH = ("products", "measure_units")
LONGEST_UNIT = 100


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """A product with its unit, the units to choose from, and what became of the last edit."""

    product: Product
    units: tuple[MeasureUnit, ...]
    asked: OutboxRow | None = None

    @property
    def unit(self) -> MeasureUnit | None:
        return next((unit for unit in self.units if unit.id == self.product.measure_unit_id), None)

    @property
    def stamp(self) -> str:
        """What Monite has, for noticing that somebody changed it while a form was open."""
        return f"{self.product.price}/{self.product.currency}/{self.product.measure_unit_id}"

    @property
    def saving(self) -> bool:
        return self.asked is not None and self.asked.open

    @property
    def refused(self) -> bool:
        return self.asked is not None and self.asked.state is OutboxState.REFUSED

    @property
    def unsettled(self) -> bool:
        return self.saving or self.refused

    @property
    def price(self) -> int | None:
        """What the field shows: an edit that isn't settled, else what Monite has."""
        return self.asked.body["price"] if self.asked and self.unsettled else self.product.price

    @property
    def currency(self) -> str | None:
        return self.asked.body["currency"] if self.asked and self.unsettled else self.product.currency

    @property
    def new_unit(self) -> str:
        """The unit that is to be made, while that isn't settled."""
        return (self.asked.body.get("new_unit") or "") if self.asked and self.unsettled else ""

    @property
    def unit_id(self) -> str | None:
        if self.asked and self.unsettled:
            return self.asked.body["measure_unit_id"] or self.product.measure_unit_id
        return self.product.measure_unit_id


def get(deps: Deps, entity_id: str, product_id: str) -> ProductDetails:
    """The product as it stands in the store; raises NotThereError."""
    product = products.get(deps.db, entity_id, product_id)
    if product is None:
        raise NotThereError(_("There is no such product here."))
    units = measure_units.find(deps.db, entity_id)
    asked = outbox_rows.newest(deps.db, ACTION, [product_id]).get(product_id)
    return ProductDetails(product, tuple(units), asked)


def to_check(deps: Deps, entity_id: str, after: str = "") -> Page[tuple[Product, MeasureUnit | None]]:
    """Products without a price or with a unit that says nothing, by name."""
    units = {unit.id: unit for unit in measure_units.find(deps.db, entity_id)}
    stand_ins = [unit.id for unit in units.values() if unit.stands_in]
    page = products.to_check(deps.db, entity_id, stand_ins, after)
    return Page(
        tuple((product, units.get(product.measure_unit_id or "")) for product in page.lines),
        older=page.older,
    )


def count_to_check(deps: Deps, entity_id: str) -> int:
    """How many of them there are."""
    units = measure_units.find(deps.db, entity_id)
    return products.count_to_check(deps.db, entity_id, [unit.id for unit in units if unit.stands_in])


def freshen(deps: Deps, entity_id: str) -> None:
    """A person looks at it: have read again what is older than a minute."""
    refresh.freshen(deps, entity_id, READ_WITH)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a product is to cost and to be counted in; no unit leaves it as it is."""

    price: int
    currency: str
    unit_id: str = ""
    new_unit: str = ""
    """The name of a unit that goes before the one that was chosen, and is made when there is none."""
    seen: str = ""
    """The stamp of the product when the form was drawn; '' asks for no comparison."""
    was: str = ""
    """For history, in words."""
    becomes: str = ""


def edit(deps: Deps, entity_id: str, product_id: str, wanted: Edit) -> ProductDetails:
    """Give the product its price and unit, with one short try to have it confirmed. Raises InputError."""
    with write(deps.db):
        found = get(deps, entity_id, product_id)
        if wanted.seen not in ("", found.stamp):
            raise InputError(
                "price", _("Somebody changed this product meanwhile. Check it, then save again.")
            )
        if wanted.unit_id and all(unit.id != wanted.unit_id for unit in found.units):
            raise InputError("unit", _("Choose one of the units that are listed."))
        if len(wanted.new_unit) > LONGEST_UNIT:
            raise InputError("new-unit", _("A unit has at most %(n)s characters.") % {"n": LONGEST_UNIT})
        if _changes_nothing(found, wanted):
            return found
        body = {
            "price": wanted.price,
            "currency": wanted.currency,
            "measure_unit_id": wanted.unit_id or None,
            "new_unit": wanted.new_unit or None,
            "was": wanted.was,
            "became": wanted.becomes,
        }
        ids = outbox.put(
            deps.db, entity_id, deps.actor, [Intent(ACTION, "product", product_id, body=body)], deps.clock()
        )
        revisions.bump(deps.db, entity_id)
    outbox.deliver_now(deps, ids)
    return get(deps, entity_id, product_id)


def _changes_nothing(found: ProductDetails, wanted: Edit) -> bool:
    product = found.product
    asked = (wanted.price, wanted.currency, wanted.unit_id or product.measure_unit_id, wanted.new_unit)
    return not found.unsettled and asked == (product.price, product.currency, product.measure_unit_id, "")
