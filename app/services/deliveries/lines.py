"""Sends the account that a person chose for a line of a bill."""

from __future__ import annotations

from app.domain.assignables import Kind
from app.domain.documents import LineItem
from app.domain.errors import GangwayError, RefusedError
from app.domain.events import ASSIGN_REFUSED
from app.domain.outbox import OutboxRow
from app.services.deliveries import refusals
from app.services.deliveries.words import KEPT, why_not
from app.services.deps import Deps
from app.store import account_saves

ACTION = "assign_line"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> LineItem:
    """The line as Monite then has it."""
    wanted = row.body["ledger_account_id"]
    line = deps.monite.update_line_item(
        row.entity_id, row.parent_id or "", row.object_id, ledger_account_id=wanted
    )
    if wanted is None and line.ledger_account_id:
        raise RefusedError(KEPT)
    return line


def done(deps: Deps, row: OutboxRow, answer: LineItem) -> None:
    """The mirror takes over what Monite answered."""
    account_saves.confirm(
        deps.db, Kind.BILLS, row.object_id, row.body["ledger_account_id"], answer.ledger_account_id
    )


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """The choice is kept, and the row says why it was not saved."""
    sent = row.body["ledger_account_id"]
    why = why_not(error)
    account_saves.refuse(deps.db, Kind.BILLS, row.object_id, sent, why)
    refusals.tell(deps, row, ASSIGN_REFUSED, wanted=sent, why=why)
