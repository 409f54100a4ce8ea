"""Putting another account in the place of one that can't be used: what that changes, doing it, the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.domain.account_problems import Trouble, UsedAccount
from app.domain.account_search import FoundAccounts, search
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, Kind
from app.domain.batches import Batch
from app.domain.errors import InputError, NotThereError
from app.domain.remembered_choices import Remembered
from app.services import account_problems, bulk_assignments, default_accounts
from app.services.deps import Deps
from app.services.remember_questions import REMEMBERED
from app.store import (
    account_choices,
    account_usage,
    assignables,
    batches,
    entity_defaults,
    events,
    ledger_accounts,
    remembered_choices,
    revisions,
)
from app.store.database import write

SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be replaced: an account in rows of these kinds, or only in those that have the trouble."""

    account_id: str
    kinds: tuple[Kind, ...] = tuple(Kind)
    trouble: Trouble | None = None
    more: bool = True
    """Whether remembered choices follow, and the defaults are offered."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one kind: how many change, and the first of them."""

    kind: Kind
    changing: int
    sample: list[Assignable]


@dataclass(frozen=True, slots=True)
class Review:
    """What replacing an account changes, and what it leaves alone."""

    scope: Scope
    account: LedgerAccount | None
    parts: list[Part]
    sent: int
    """Lines that are in the accounting system, and keep the account."""
    locked: int
    """Lines of bills that can't be edited any more, and keep it as well."""
    staying: list[Assignable]
    suppliers: list[Remembered]
    defaults: list[str]
    """products, payments: what it is the default for."""

    @property
    def rows(self) -> int:
        return sum(part.changing for part in self.parts)

    @property
    def changing(self) -> dict[Kind, int]:
        return {part.kind: part.changing for part in self.parts}

    @property
    def anything(self) -> bool:
        return bool(self.rows or self.suppliers or self.defaults)


@dataclass(frozen=True, slots=True)
class Result:
    """How far a replacement is: one batch for each kind of rows."""

    now: LedgerAccount | None
    parts: list[bulk_assignments.Result]
    stopped: dict[str, int]
    """How many of the bills that changed need attention, by problem: they go with Retry."""

    @property
    def total(self) -> int:
        return sum(part.batch.total for part in self.parts)

    @property
    def done(self) -> int:
        return sum(part.progress.done for part in self.parts)

    @property
    def settled(self) -> int:
        return sum(part.progress.settled for part in self.parts)

    @property
    def left(self) -> int:
        """How many rows somebody else changed meanwhile."""
        return sum(part.batch.details.get("left", 0) for part in self.parts)

    @property
    def finished(self) -> bool:
        return all(part.progress.finished for part in self.parts)


def review(deps: Deps, entity_id: str, scope: Scope) -> Review:
    """What would change; raises NotThereError when neither we nor any row know the account."""
    db = deps.db
    used = _used(deps, entity_id, scope.account_id)
    parts = [_part(deps, entity_id, kind, used, scope.trouble) for kind in scope.kinds]
    bills = Kind.BILLS in scope.kinds and scope.trouble is None
    sent, locked = account_usage.staying(db, entity_id, scope.account_id) if bills else (0, 0)
    ids = account_usage.staying_ids(db, entity_id, scope.account_id, SAMPLE) if bills else []
    suppliers = remembered_choices.of_account(db, entity_id, scope.account_id) if scope.more else []
    found = Review(
        scope=scope,
        account=used.account,
        parts=parts,
        sent=sent,
        locked=locked,
        staying=[row for one in ids if (row := assignables.get(db, entity_id, Kind.BILLS, one))],
        suppliers=suppliers,
        defaults=_default_for(deps, entity_id, scope.account_id) if scope.more else [],
    )
    if used.account is None and not found.anything:
        raise NotThereError(_("There is no such account here."))
    return found


def choices(deps: Deps, entity_id: str, scope: Scope, text: str) -> FoundAccounts:
    """The accounts that may take its place: those of its own type first, unless the text says otherwise."""
    old = account_choices.named(deps.db, entity_id, [scope.account_id]).get(scope.account_id)
    offered = [one for one in ledger_accounts.find_offered(deps.db, entity_id) if one.id != scope.account_id]
    if old is not None and not text:
        offered.sort(key=lambda one: one.type != old.type)
    return search(offered, text, None)


def apply(
    deps: Deps,
    entity_id: str,
    scope: Scope,
    new_id: str,
    *,
    form_key: str,
    defaults: Sequence[str] = (),
) -> list[Batch]:
    """Put the new account in place: rows through the outbox, remembered choices at once.

    The same form sent twice is done once. Raises InputError when the new account can't be chosen.
    """
    if new_id == scope.account_id:
        raise InputError("account_id", _("Choose another account than the one that is to be replaced."))
    new = ledger_accounts.get(deps.db, entity_id, new_id)
    if new is None or not new.offered:
        raise InputError("account_id", _("Choose an account from the list."))
    started = [
        _start(deps, entity_id, scope, kind, new_id=new_id, form_key=f"{form_key}:{kind}")
        for kind in scope.kinds
    ]
    if scope.more:
        _remember(deps, entity_id, scope.account_id, new_id)
        held = set(_default_for(deps, entity_id, scope.account_id))
        for field in held & set(defaults):
            default_accounts.save(deps, entity_id, field, new_id)
    return [batch for batch in started if batch is not None and (batch.total or batch.details.get("left"))]


def apply_many(deps: Deps, entity_id: str, moves: Mapping[str, str], *, form_key: str) -> list[Batch]:
    """Put other accounts in place of several at once, which can be taken back as one for each kind of rows.

    Remembered choices and defaults follow. The same form sent twice is done once. Raises InputError when a
    new account can't be chosen.
    """
    _check_all(deps, entity_id, moves)
    started = []
    for kind in Kind:
        olds = {
            row: old
            for old in moves
            for row in account_problems.open_rows(deps.db, entity_id, kind, _used(deps, entity_id, old), None)
        }
        key = f"{form_key}:{kind}"
        if not olds:
            started.append(batches.find_by_form(deps.db, key))
            continue
        started.append(
            bulk_assignments.start(
                deps,
                entity_id,
                kind,
                {row: moves[old] for row, old in olds.items()},
                form_key=key,
                expected=dict(olds),
                details={"replaces": list(moves)},
            )
        )
    for old, new in moves.items():
        for field in _default_for(deps, entity_id, old):
            default_accounts.save(deps, entity_id, field, new)
        _remember(deps, entity_id, old, new)
    return [batch for batch in started if batch is not None and (batch.total or batch.details.get("left"))]


def _check_all(deps: Deps, entity_id: str, moves: Mapping[str, str]) -> None:
    """Each new account can be chosen; a bank account may only take the place of one, for payments."""
    for old, new in moves.items():
        before, now = (ledger_accounts.get(deps.db, entity_id, one) for one in (old, new))
        banks = before is not None and now is not None and before.is_bank_account and now.is_bank_account
        if now is None or not (now.offered or (banks and now.active)):
            raise InputError("account_id", _("Choose an account from the list."))


def result(deps: Deps, entity_id: str, new_id: str, batch_ids: Sequence[str]) -> Result:
    """How far these batches are; raises NotThereError for what is no batch of this kind here."""
    parts = [bulk_assignments.result(deps, entity_id, batch_id) for batch_id in batch_ids]
    now = account_choices.named(deps.db, entity_id, [new_id]).get(new_id)
    return Result(now, parts, account_usage.stopped_records(deps.db, entity_id, batch_ids))


def stopped(deps: Deps, entity_id: str, batch: Batch) -> dict[str, int]:
    """How many of the bills that a replacement changed were stopped for an account, by problem."""
    if not batch.details.get("replaces"):
        return {}
    return account_usage.stopped_records(deps.db, entity_id, [batch.id])


def _remember(deps: Deps, entity_id: str, old_id: str, new_id: str) -> None:
    """The suppliers for whom the old account is remembered get the new one."""
    now = deps.clock()
    with write(deps.db) as db:
        followed = remembered_choices.of_account(db, entity_id, old_id)
        remembered_choices.replace(db, entity_id, old_id, new_id, actor=deps.actor, now=now)
        for choice in followed:
            events.add(
                db, entity_id, now, REMEMBERED, deps.actor, was=old_id, became=new_id, note=choice.supplier
            )
        if followed:
            revisions.bump(db, entity_id)


def _start(
    deps: Deps, entity_id: str, scope: Scope, kind: Kind, *, new_id: str, form_key: str
) -> Batch | None:
    """The batch for the rows of one kind, also when this form started it before; None without rows."""
    used = _used(deps, entity_id, scope.account_id)
    rows = account_problems.open_rows(deps.db, entity_id, kind, used, scope.trouble)
    if not rows:
        return batches.find_by_form(deps.db, form_key)
    return bulk_assignments.start(
        deps,
        entity_id,
        kind,
        dict.fromkeys(rows, new_id),
        form_key=form_key,
        expected=dict.fromkeys(rows, scope.account_id),
        details={"account_id": new_id, "replaces": scope.account_id},
    )


def _used(deps: Deps, entity_id: str, account_id: str) -> UsedAccount:
    return UsedAccount(account_id, ledger_accounts.get(deps.db, entity_id, account_id))


def _part(deps: Deps, entity_id: str, kind: Kind, used: UsedAccount, trouble: Trouble | None) -> Part:
    ids = account_problems.open_rows(deps.db, entity_id, kind, used, trouble)
    rows = [row for one in ids[:SAMPLE] if (row := assignables.get(deps.db, entity_id, kind, one))]
    return Part(kind, len(ids), rows)


def _default_for(deps: Deps, entity_id: str, account_id: str) -> list[str]:
    found = entity_defaults.find(deps.db, entity_id)
    named = {
        "products": found.products_account_id if found else None,
        "payments": found.payments_account_id if found else None,
    }
    return [field for field, held in named.items() if held == account_id]
