"""Whether an account is to be used for a supplier from now on: when to ask, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, Kind
from app.domain.batches import Batch
from app.domain.errors import InputError
from app.services import assignments, choices
from app.services.deps import Deps
from app.store import assignment_changes, events, remembered_choices, revisions
from app.store.database import write

REMEMBERED, NOT_REMEMBERED = "choice_remembered", "choice_not_remembered"


@dataclass(frozen=True, slots=True)
class Question:
    """Use this account for this supplier from now on?"""

    supplier: str
    account: LedgerAccount


def after_row(deps: Deps, entity_id: str, row: Assignable) -> Question | None:
    """What to ask once this row was given its account; None when there is nothing to ask.

    It is asked when the last two lines of a supplier got the same account, and not again once it was
    answered for that account, whichever way.
    """
    account_id = row.current_account_id
    if row.kind is not Kind.BILLS or not row.supplier or not account_id:
        return None
    if assignment_changes.last_for_supplier(deps.db, entity_id, row.supplier) != [account_id] * 2:
        return None
    return _unless_answered(deps, entity_id, row.supplier, account_id)


def after_batch(deps: Deps, entity_id: str, batch: Batch) -> Question | None:
    """What to ask once a supplier's lines, two at least, were given one account at once."""
    supplier, account_id = batch.details.get("supplier"), batch.details.get("account_id")
    if not supplier or not account_id or batch.total < 2:
        return None
    return _unless_answered(deps, entity_id, supplier, account_id)


def answer(deps: Deps, entity_id: str, supplier: str, account_id: str, *, yes: bool) -> None:
    """Keep the answer. Raises InputError when the account cannot be chosen, or no supplier is named."""
    if not supplier:
        raise InputError("supplier", _("Name the supplier."))
    choices.check_accounts(deps.db, entity_id, [account_id])
    now = deps.clock()
    with write(deps.db):
        remembered_choices.answer(
            deps.db, entity_id, supplier, account_id, yes=yes, actor=deps.actor, now=now
        )
        kind = REMEMBERED if yes else NOT_REMEMBERED
        events.add(deps.db, entity_id, now, kind, deps.actor, became=account_id, note=supplier)
        revisions.bump(deps.db, entity_id)


def _unless_answered(deps: Deps, entity_id: str, supplier: str, account_id: str) -> Question | None:
    known = remembered_choices.find(deps.db, entity_id, [supplier]).get(supplier)
    if known is not None and known.account_id == account_id:
        return None
    account = assignments.named(deps, entity_id, [], account_id).get(account_id)
    return Question(supplier, account) if account is not None and account.offered else None
