"""Sends the account that a person chose for a product."""

from __future__ import annotations

from app.domain.assignables import Kind
from app.domain.documents import Product
from app.domain.errors import GangwayError
from app.domain.outbox import OutboxRow
from app.services.deliveries.words import why_not
from app.services.deps import Deps
from app.store import assignables

ACTION = "assign_product"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> Product:
    """The product as Monite then has it."""
    return deps.monite.update_product(
        row.entity_id, row.object_id, ledger_account_id=row.body["ledger_account_id"]
    )


def done(deps: Deps, row: OutboxRow, answer: Product) -> None:
    """The mirror takes over what Monite answered."""
    assignables.confirm(
        deps.db, Kind.PRODUCTS, row.object_id, row.body["ledger_account_id"], answer.ledger_account_id
    )


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """The choice is kept, and the row says why it was not saved."""
    assignables.refuse(deps.db, Kind.PRODUCTS, row.object_id, row.body["ledger_account_id"], why_not(error))
