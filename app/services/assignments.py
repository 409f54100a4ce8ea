"""Giving ledger accounts to products and bill lines: one row, or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.account_search import FoundAccounts, search
from app.domain.accounts import LedgerAccount, usual_types
from app.domain.assignables import Assignable, AssignPage, AssignProgress, AssignQuery, Kind, Refusal
from app.domain.batches import Batch, BatchProgress
from app.domain.errors import InputError, NotThereError
from app.domain.events import ASSIGNED, ASSIGNED_MANY, Event
from app.domain.outbox import Intent
from app.services import batches, outbox
from app.services.deliveries import lines, products
from app.services.deps import Deps
from app.store import account_choices, assignables, events, ledger_accounts, revisions
from app.store.database import write

BATCH = "assign"
EVENT = ASSIGNED
COUNTED, EVERY = 2_000, 10_000_000
"""How far the rows that a search finds are counted, and all others."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the assignment screen."""

    page: AssignPage
    matching: int
    """How many rows the filter shows on all pages."""
    is_least: bool
    """Whether there may be more: a search that finds thousands is not counted to its end."""
    progress: dict[Kind, AssignProgress]
    accounts: dict[str, LedgerAccount]
    """The accounts that the rows name, by id."""
    suppliers: list[str]
    of_supplier: dict[str, int]
    """How many rows of the filter each supplier on this page has."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one choice: the row as it stands, and with a conflict who chose something else."""

    row: Assignable
    conflict: bool = False
    by: Event | None = None


def listing(
    deps: Deps, entity_id: str, query: AssignQuery, after: str = "", before: str = "", *, exact: bool = False
) -> Listing:
    """The rows that a filter shows, and everything that stands around them.

    A search that finds thousands is counted to its end only when an exact number is asked for.
    """
    page = assignables.page(deps.db, entity_id, query, after, before)
    at_most = COUNTED if query.search and not exact else EVERY
    matching = _matching(deps.db, entity_id, query, page, at_most, first=not (after or before))
    bills = query.kind is Kind.BILLS
    return Listing(
        page=page,
        matching=matching,
        is_least=matching >= at_most,
        progress={kind: assignables.progress(deps.db, entity_id, kind) for kind in Kind},
        accounts=named(deps, entity_id, page.rows),
        suppliers=assignables.suppliers(deps.db, entity_id) if bills else [],
        of_supplier=_of_suppliers(deps.db, entity_id, query, page) if bills else {},
    )


def progress(deps: Deps, entity_id: str, kind: Kind) -> AssignProgress:
    """How many rows have an account."""
    return assignables.progress(deps.db, entity_id, kind)


def get(deps: Deps, entity_id: str, kind: Kind, object_id: str) -> Assignable:
    """One row; raises NotThereError."""
    row = assignables.get(deps.db, entity_id, kind, object_id)
    if row is None:
        raise NotThereError(_("There is no such row here."))
    return row


def named(deps: Deps, entity_id: str, rows: Sequence[Assignable], *more: str) -> dict[str, LedgerAccount]:
    """The accounts that these rows name, and those of the ids given besides, by id."""
    ids = {row.account_id for row in rows} | {row.wanted_id for row in rows} | set(more)
    return account_choices.named(deps.db, entity_id, ids)


def find_accounts(
    deps: Deps, entity_id: str, kind: Kind, text: str = "", *, every_type: bool = False
) -> FoundAccounts:
    """The accounts that match, 50 at most, and how many more there are."""
    types = None if every_type else usual_types(kind.value)
    return search(ledger_accounts.find_offered(deps.db, entity_id), text, types)


def offered_accounts(deps: Deps, entity_id: str) -> list[LedgerAccount]:
    """Every account that may be chosen."""
    return ledger_accounts.find_offered(deps.db, entity_id)


def assign(
    deps: Deps, entity_id: str, kind: Kind, object_id: str, *, account_id: str, seen: str | None = None
) -> Outcome:
    """Give one row its account, with one short try to have it confirmed.

    `seen` is the account that the person saw in the field ("" for none); when somebody chose another
    meanwhile, nothing is changed and the outcome says so. Raises InputError when the account cannot be
    chosen or the row cannot be changed any more.
    """
    _check_account(deps.db, entity_id, account_id)
    with write(deps.db):
        row = get(deps, entity_id, kind, object_id)
        current = row.current_account_id or ""
        if seen is not None and current not in (seen, account_id):
            return Outcome(row, conflict=True, by=_last_choice(deps.db, entity_id, object_id))
        if not row.may_change:
            raise InputError("account_id", _("This can't be changed here any more."))
        if row.account_id == account_id and row.wanted_id is None:
            return Outcome(row)
        ids = _choose(deps, entity_id, [row], account_id)
    outbox.deliver_now(deps, ids)
    return Outcome(get(deps, entity_id, kind, object_id))


def assign_many(
    deps: Deps,
    entity_id: str,
    kind: Kind,
    chosen: Sequence[str] | AssignQuery,
    *,
    account_id: str,
    form_key: str,
) -> Batch:
    """Give the ticked rows, or all that a filter shows, one account; the worker sends them.

    Rows that cannot be changed any more, and those that have the account already, are left out. The
    same form sent twice is one batch.
    """
    _check_account(deps.db, entity_id, account_id)
    db = deps.db
    with write(db):
        rows = [row for row in _chosen(db, entity_id, kind, chosen) if row.shown_account_id != account_id]
        details = {"kind": kind.value, "account_id": account_id, "asked": len(rows)}
        batch, is_new = batches.create(
            db,
            entity_id,
            kind=BATCH,
            form_key=form_key,
            total=len(rows),
            details=details,
            actor=deps.actor,
            now=deps.clock(),
        )
        if is_new and rows:
            _choose(deps, entity_id, rows, account_id, batch.id)
    deps.wake()
    return batch


def bulk_result(deps: Deps, entity_id: str, batch_id: str) -> tuple[Batch, BatchProgress, list[Refusal]]:
    """How far a bulk assignment is, and what could not be saved."""
    batch = batches.get(deps.db, entity_id, batch_id)
    if batch.kind != BATCH:
        raise NotThereError(_("There is no such batch here."))
    kind = Kind(batch.details["kind"])
    return (
        batch,
        batches.progress(deps.db, batch_id),
        assignables.refusals(deps.db, entity_id, kind, batch_id),
    )


def forget(deps: Deps, entity_id: str, kind: Kind, object_id: str) -> Assignable:
    """Drop a choice that was refused."""
    with write(deps.db):
        assignables.forget(deps.db, kind, object_id)
        revisions.bump(deps.db, entity_id)
    return get(deps, entity_id, kind, object_id)


def _choose(
    deps: Deps,
    entity_id: str,
    rows: Sequence[Assignable],
    account_id: str,
    batch_id: str | None = None,
) -> list[int]:
    """Note the choice, queue it and tell of it; all in the caller's transaction."""
    db, now, kind = deps.db, deps.clock(), rows[0].kind
    object_type = "product" if kind is Kind.PRODUCTS else "line_item"
    assignables.choose(db, kind, [row.id for row in rows], account_id)
    for row in rows:
        events.add(
            db,
            entity_id,
            now,
            EVENT,
            deps.actor,
            object_type=object_type,
            object_id=row.id,
            was=row.current_account_id,
            became=account_id,
            note=row.name or row.description,
            batch_id=batch_id,
        )
    if batch_id is not None:
        events.add(
            db,
            entity_id,
            now,
            ASSIGNED_MANY,
            deps.actor,
            object_type=object_type,
            became=account_id,
            note=str(len(rows)),
        )
    revisions.bump(db, entity_id)
    intents = [_intent(kind, row, account_id) for row in rows]
    return outbox.put(db, entity_id, deps.actor, intents, now, batch_id=batch_id)


def _intent(kind: Kind, row: Assignable, account_id: str) -> Intent:
    products_kind = kind is Kind.PRODUCTS
    return Intent(
        action=products.ACTION if products_kind else lines.ACTION,
        object_type="product" if products_kind else "line_item",
        object_id=row.id,
        parent_id=row.payable_id,
        body={"ledger_account_id": account_id},
        key=f"account:{row.id}",
    )


def _check_account(db: Database, entity_id: str, account_id: str) -> None:
    account = account_choices.named(db, entity_id, [account_id]).get(account_id)
    if account is None:
        raise InputError("account_id", _("Choose an account from the list."))
    if not account.offered:
        raise InputError("account_id", _("%(account)s can't be chosen.", account=account.label))


def _chosen(
    db: Database, entity_id: str, kind: Kind, chosen: Sequence[str] | AssignQuery
) -> list[Assignable]:
    if isinstance(chosen, AssignQuery):
        return assignables.all_changeable(db, entity_id, chosen)
    return assignables.changeable(db, entity_id, kind, chosen)


def _matching(
    db: Database, entity_id: str, query: AssignQuery, page: AssignPage, at_most: int, *, first: bool
) -> int:
    if not query.narrow:
        return assignables.progress(db, entity_id, query.kind).count(query.state)
    if not first:
        return assignables.count(db, entity_id, query, at_most)
    # What the first page went through to find its rows need not be gone through again.
    here = len(page.rows)
    return here + (assignables.count(db, entity_id, query, at_most - here, page.next) if page.next else 0)


def _of_suppliers(db: Database, entity_id: str, query: AssignQuery, page: AssignPage) -> dict[str, int]:
    names = {row.supplier for row in page.rows}
    return {
        name: assignables.count(db, entity_id, replace(query, supplier=name), at_most=1000) for name in names
    }


def _last_choice(db: Database, entity_id: str, object_id: str) -> Event | None:
    return next(iter(events.find(db, entity_id, kinds=[EVENT], object_id=object_id, limit=1)), None)
