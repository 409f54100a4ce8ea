"""Gives a product its price and its unit, which is made first when it is a new one."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.documents import MeasureUnit, Product
from app.domain.errors import GangwayError
from app.domain.events import PRODUCT_EDITED, PRODUCT_REFUSED
from app.domain.outbox import OutboxRow
from app.services.deliveries import refusals
from app.services.deps import Deps
from app.store import events, measure_units, products

ACTION = "edit_product"
repeatable = True


@dataclass(frozen=True, slots=True)
class Edited:
    """The product as Monite then has it, and the unit that was made for it."""

    product: Product
    unit: MeasureUnit | None = None


def send(deps: Deps, row: OutboxRow) -> Edited:
    """Change the product; a unit that an earlier attempt made is found again by its name."""
    name = row.body.get("new_unit")
    unit = _unit(deps, row.entity_id, name) if name else None
    product = deps.monite.edit_product(
        row.entity_id,
        row.object_id,
        price=row.body["price"],
        currency=row.body["currency"],
        measure_unit_id=unit.id if unit else row.body["measure_unit_id"],
    )
    return Edited(product, unit)


def done(deps: Deps, row: OutboxRow, answer: Edited) -> None:
    """The mirror takes over what Monite answered, and history tells of it."""
    now = deps.clock()
    if answer.unit is not None:
        measure_units.save(deps.db, row.entity_id, [(answer.unit, None)], now)
    products.save(deps.db, row.entity_id, [(answer.product, None)], now)
    events.add(
        deps.db,
        row.entity_id,
        now,
        PRODUCT_EDITED,
        deps.actor,
        object_type="product",
        object_id=row.object_id,
        was=row.body.get("was"),
        became=row.body.get("became"),
        note=answer.product.name,
    )


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """Nothing has changed; the row itself keeps what was asked for and Monite's words."""
    refusals.tell(deps, row, PRODUCT_REFUSED, wanted=row.body.get("became"), why=str(error))


def _unit(deps: Deps, entity_id: str, name: str) -> MeasureUnit:
    """The unit of this name, made when there is none."""
    there = (unit for page in deps.monite.measure_units(entity_id) for unit, _ in page)
    found = next((unit for unit in there if unit.name.casefold() == name.casefold()), None)
    return found or deps.monite.create_measure_unit(entity_id, name)
