"""Writing down what a person chose: row, outbox and trail together, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.assignables import Choice, Kind
from app.domain.errors import InputError
from app.domain.outbox import Intent
from app.services import outbox
from app.services.deliveries import lines, products
from app.services.deps import Deps
from app.store import account_choices, account_saves, events, revisions
from app.store import outbox as outbox_rows


def object_type(kind: Kind) -> str:
    """What the outbox and the trail call a row of this kind."""
    return "product" if kind is Kind.PRODUCTS else "line_item"


def make(deps: Deps, entity_id: str, kind: Kind, choices: Sequence[Choice]) -> list[int]:
    """Note these choices and queue them; the ids of the queued."""
    _note(deps, entity_id, kind, choices, None)
    intents = [_intent(choice) for choice in choices]
    return outbox.put(deps.db, entity_id, deps.actor, intents, deps.clock())


def make_in_batch(deps: Deps, entity_id: str, kind: Kind, choices: Sequence[Choice], batch_id: str) -> None:
    """Note and queue choices as parts of a batch, thousands at once."""
    _note(deps, entity_id, kind, choices, batch_id)
    intents = [_intent(choice) for choice in choices]
    outbox_rows.add_many(deps.db, entity_id, deps.actor, intents, deps.clock(), batch_id=batch_id)


def check_accounts(db: Database, entity_id: str, account_ids: Iterable[str | None]) -> None:
    """Raises InputError unless each of these may be chosen; to choose none is always possible."""
    wanted = {account_id for account_id in account_ids if account_id is not None}
    known = account_choices.named(db, entity_id, wanted)
    for account_id in sorted(wanted):
        account = known.get(account_id)
        if account is None:
            raise InputError("account_id", _("Choose an account from the list."))
        if not account.offered:
            raise InputError("account_id", _("%(account)s can't be chosen.", account=account.label))


def _note(deps: Deps, entity_id: str, kind: Kind, choices: Sequence[Choice], batch_id: str | None) -> None:
    account_saves.choose(deps.db, kind, choices)
    events.add_choices(deps.db, entity_id, deps.clock(), deps.actor, choices, batch_id=batch_id)
    revisions.bump(deps.db, entity_id)


def _intent(choice: Choice) -> Intent:
    row = choice.row
    return Intent(
        action=products.ACTION if row.kind is Kind.PRODUCTS else lines.ACTION,
        object_type=object_type(row.kind),
        object_id=row.id,
        parent_id=row.payable_id,
        body={"ledger_account_id": choice.account_id},
        key=account_saves.key(row.id),
    )
