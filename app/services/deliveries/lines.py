"""Sends the account that a person chose for a line of a bill."""

from __future__ import annotations

from app.domain.assignables import Kind
from app.domain.documents import LineItem
from app.domain.errors import GangwayError
from app.domain.outbox import OutboxRow
from app.services.deliveries.words import why_not
from app.services.deps import Deps
from app.store import assignables

ACTION = "assign_line"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> LineItem:
    """The line as Monite then has it."""
    return deps.monite.update_line_item(
        row.entity_id,
        row.parent_id or "",
        row.object_id,
        ledger_account_id=row.body["ledger_account_id"],
    )


def done(deps: Deps, row: OutboxRow, answer: LineItem) -> None:
    """The mirror takes over what Monite answered."""
    assignables.confirm(
        deps.db, Kind.BILLS, row.object_id, row.body["ledger_account_id"], answer.ledger_account_id
    )


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """The choice is kept, and the row says why it was not saved."""
    assignables.refuse(deps.db, Kind.BILLS, row.object_id, row.body["ledger_account_id"], why_not(error))
