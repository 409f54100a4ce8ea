"""Puts one status into the push lists, so that one record can go while the rest stays on hold."""

from __future__ import annotations

from app.domain.errors import GangwayError
from app.domain.first_sends import Phase, Result
from app.domain.outbox import OutboxRow
from app.services.deliveries.rules import ReadBack, wanted
from app.services.deliveries.rules import send as put_in_place
from app.services.deps import Deps
from app.store import first_sends, sync_rules

ACTION = "open_for_first"
repeatable = True


def send(deps: Deps, row: OutboxRow) -> ReadBack:
    """Change the lists where they differ. What counts is what reading them afterwards shows."""
    return put_in_place(deps, row)


def done(deps: Deps, row: OutboxRow, answer: ReadBack) -> None:
    """Go on if the lists are as asked; else put everything back on hold."""
    sync_rules.save(deps.db, row.entity_id, answer.now, deps.clock())
    if answer.now.same_as(wanted(row)):
        first_sends.move(deps.db, row.entity_id, Phase.OPENING, Phase.OPEN)
    else:
        first_sends.move(deps.db, row.entity_id, Phase.OPENING, Phase.CLOSING, Result.REFUSED)


def refused(deps: Deps, row: OutboxRow, _error: GangwayError) -> None:
    """Nothing was sent; that everything is on hold still is looked at again."""
    first_sends.move(deps.db, row.entity_id, Phase.OPENING, Phase.CLOSING, Result.REFUSED)
