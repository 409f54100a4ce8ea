"""Giving ledger accounts to products and bill lines: lists, and one row at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.account_search import FoundAccounts, search
from app.domain.accounts import LedgerAccount, usual_types
from app.domain.assignables import Assignable, AssignPage, AssignProgress, AssignQuery, Choice, Kind
from app.domain.errors import InputError, NotThereError
from app.domain.events import ASSIGN_DROPPED, Event
from app.domain.suggestions import Suggestion
from app.services import choices, outbox, suggestions
from app.services.deps import Deps
from app.store import (
    account_choices,
    account_saves,
    assignables,
    assignment_changes,
    events,
    ledger_accounts,
    revisions,
)
from app.store.database import write

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
    suggested: dict[str, Suggestion]
    """What is suggested for rows of this page that have no account, by row id."""
    as_of: int
    """The newest event that the page knows of; what others change later is told of."""


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
    as_of = events.newest_id(deps.db)
    page = assignables.page(deps.db, entity_id, query, after, before)
    suggested = suggestions.for_rows(deps, entity_id, page.rows)
    at_most = COUNTED if query.search and not exact else EVERY
    matching = _matching(deps.db, entity_id, query, page, at_most, first=not (after or before))
    bills = query.kind is Kind.BILLS
    return Listing(
        page=page,
        matching=matching,
        is_least=matching >= at_most,
        progress={kind: assignables.progress(deps.db, entity_id, kind) for kind in Kind},
        accounts=named(deps, entity_id, page.rows, *(one.account_id for one in suggested.values())),
        suppliers=assignables.suppliers(deps.db, entity_id) if bills else [],
        of_supplier=_of_suppliers(deps.db, entity_id, query, page) if bills else {},
        suggested=suggested,
        as_of=as_of,
    )


def matching(deps: Deps, entity_id: str, query: AssignQuery) -> int:
    """How many rows a filter shows on all its pages."""
    return assignables.count(deps.db, entity_id, query, EVERY)


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
    deps: Deps,
    entity_id: str,
    kind: Kind,
    object_id: str,
    *,
    account_id: str,
    seen: str | None = None,
    suggested: bool = False,
) -> Outcome:
    """Give one row its account, with one short try to have it confirmed.

    `seen` is the account that the person saw in the field ("" for none); when somebody chose another
    meanwhile, nothing is changed and the outcome says so. `suggested` says that they used a suggestion,
    whose reason is kept. Raises InputError when the account cannot be chosen or the row cannot be
    changed any more.
    """
    choices.check_accounts(deps.db, entity_id, [account_id])
    details = _suggestion(deps, entity_id, kind, object_id, account_id) if suggested else {}
    return _assign(deps, entity_id, kind, object_id, account_id, seen=seen, details=details)


def undo(deps: Deps, entity_id: str, kind: Kind, object_id: str, event_id: int) -> Outcome:
    """Put a row's account back to what it was before a change, which may be none.

    When it was changed again since then, nothing is changed and the outcome says so. Raises InputError
    when it cannot be changed any more, NotThereError when there was no such change.
    """
    event = assignment_changes.get(deps.db, entity_id, event_id)
    if event is None or event.object_id != object_id:
        raise NotThereError(_("There is no such change here."))
    choices.check_accounts(deps.db, entity_id, [event.was])
    details = {"undoes": event.id}
    return _assign(deps, entity_id, kind, object_id, event.was, seen=event.became or "", details=details)


def _assign(
    deps: Deps,
    entity_id: str,
    kind: Kind,
    object_id: str,
    account_id: str | None,
    *,
    seen: str | None,
    details: Mapping[str, Any],
) -> Outcome:
    with write(deps.db):
        row = get(deps, entity_id, kind, object_id)
        if seen is not None and (row.current_account_id or "") not in (seen, account_id or ""):
            return Outcome(row, conflict=True, by=last_change(deps, entity_id, row))
        if not row.may_change:
            raise InputError("account_id", why_locked(row))
        if row.account_id == account_id and row.wanted_id is None:
            return Outcome(row)
        ids = choices.make(deps, entity_id, kind, [Choice(row, account_id, details)])
    outbox.deliver_now(deps, ids)
    return Outcome(get(deps, entity_id, kind, object_id))


def last_change(deps: Deps, entity_id: str, row: Assignable) -> Event | None:
    """The newest change of this row's account by a person, if it still stands so."""
    event = _own_change(deps.db, entity_id, row.id)
    return event if event is not None and event.became == row.current_account_id else None


def why_locked(row: Assignable) -> str:
    """Why a row's account can't be changed here."""
    if row.sent:
        return _("It was sent already, so its account is changed in the accounting system.")
    return _("This can't be changed here any more.")


def forget(deps: Deps, entity_id: str, kind: Kind, object_id: str) -> Assignable:
    """Drop a choice that was refused; raises NotThereError for a row of another business."""
    with write(deps.db):
        row = get(deps, entity_id, kind, object_id)
        if account_saves.forget(deps.db, kind, object_id):
            events.add(
                deps.db,
                entity_id,
                deps.clock(),
                ASSIGN_DROPPED,
                deps.actor,
                object_type=choices.object_type(kind),
                object_id=object_id,
                was=row.wanted_id or None,
                became=row.account_id,
                note=row.name or row.description,
            )
            revisions.bump(deps.db, entity_id)
    return get(deps, entity_id, kind, object_id)


def _suggestion(deps: Deps, entity_id: str, kind: Kind, object_id: str, account_id: str) -> dict[str, Any]:
    """What the trail keeps of a suggestion that a person used; nothing when it is not one by now."""
    row = get(deps, entity_id, kind, object_id)
    found = suggestions.for_rows(deps, entity_id, [row]).get(row.id)
    return {"suggestion": asdict(found)} if found and found.account_id == account_id else {}


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
    return assignables.count_by_supplier(db, entity_id, query, {row.supplier for row in page.rows})


def _own_change(db: Database, entity_id: str, object_id: str) -> Event | None:
    return assignment_changes.newest(db, entity_id, [object_id]).get(object_id)
