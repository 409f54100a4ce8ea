"""Names the accounting system's tax rate for a line of a bill, or lets the number decide again."""

from __future__ import annotations

from app.domain.documents import LineItem
from app.domain.errors import GangwayError
from app.domain.events import TAX_REFUSED, TAX_SET
from app.domain.outbox import OutboxRow
from app.services.deliveries import refusals
from app.services.deps import Deps
from app.store import events, payable_lines

ACTION = "set_tax"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> LineItem:
    """The line as Monite then has it."""
    return deps.monite.set_line_tax(
        row.entity_id, row.parent_id or "", row.object_id, tax_rate_id=row.body["tax_rate_id"]
    )


def done(deps: Deps, row: OutboxRow, answer: LineItem) -> None:
    """The mirror takes over what Monite answered; history tells of it when that is what was asked for."""
    payable_lines.set_tax(deps.db, row.object_id, answer.accounting_tax_rate_id)
    if answer.accounting_tax_rate_id != row.body["tax_rate_id"]:
        return
    events.add(
        deps.db,
        row.entity_id,
        deps.clock(),
        TAX_SET,
        deps.actor,
        object_type="line_item",
        object_id=row.object_id,
        was=row.body.get("was"),
        became=row.body["tax_rate_id"],
        note=row.body.get("note"),
    )


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """Nothing has changed; the row itself keeps the choice and Monite's words."""
    refusals.tell(deps, row, TAX_REFUSED, wanted=row.body["tax_rate_id"], why=str(error))
