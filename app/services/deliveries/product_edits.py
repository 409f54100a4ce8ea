"""Gives a product its price and its unit."""

from __future__ import annotations

from app.domain.documents import Product
from app.domain.errors import GangwayError
from app.domain.events import PRODUCT_EDITED
from app.domain.outbox import OutboxRow
from app.services.deps import Deps
from app.store import events, products

ACTION = "edit_product"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> Product:
    """The product as Monite then has it."""
    return deps.monite.edit_product(
        row.entity_id,
        row.object_id,
        price=row.body["price"],
        currency=row.body["currency"],
        measure_unit_id=row.body["measure_unit_id"],
    )


def done(deps: Deps, row: OutboxRow, answer: Product) -> None:
    """The mirror takes over what Monite answered, and history tells of it."""
    now = deps.clock()
    products.save(deps.db, row.entity_id, [(answer, None)], now)
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
        note=answer.name,
    )


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """Nothing has changed; the row itself keeps what was asked for and Monite's words."""
