"""The audit trail: who changed what for whom, why, from what to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from app.domain.audits import AuditQuery, Entry
from app.domain.events import Event
from app.domain.record_lists import Page
from app.services.deps import Deps
from app.store import account_choices, audits, tax_rates

SHOWN = 50
AT_ONCE = 500
"""Events of a file that are read in one go."""


def find(deps: Deps, query: AuditQuery, before_id: int | None = None) -> Page[Entry]:
    """One page of it, the newest first; a bulk change is one entry unless its parts are asked for."""
    found = list(audits.find(deps.db, query, before_id=before_id, limit=SHOWN + 1))
    shown = found[:SHOWN]
    older = str(shown[-1][0].id) if len(found) > SHOWN else ""
    return Page(tuple(_entries(deps, shown)), older=older)


def every(deps: Deps, query: AuditQuery) -> Iterator[Entry]:
    """All of it, parts of bulk changes included, read piece by piece."""
    before: int | None = None
    while True:
        found = list(audits.find(deps.db, query, before_id=before, limit=AT_ONCE, parts=True))
        yield from _entries(deps, found)
        if len(found) < AT_ONCE:
            return
        before = found[-1][0].id


def _entries(deps: Deps, found: Sequence[tuple[Event, str]]) -> Iterator[Entry]:
    ids: dict[str, set[str]] = defaultdict(set)
    for event, _business in found:
        ids[event.entity_id] |= {value for value in (event.was, event.became) if value}
    names = {entity_id: _names(deps, entity_id, wanted) for entity_id, wanted in ids.items()}
    return (Entry(event, business, names[event.entity_id]) for event, business in found)


def _names(deps: Deps, entity_id: str, ids: set[str]) -> dict[str, str]:
    """What people call the accounts and tax rates among these ids."""
    if not entity_id or not ids:
        return {}
    accounts = account_choices.named(deps.db, entity_id, ids)
    rates = tax_rates.named(deps.db, entity_id, ids)
    return {rate.id: rate.name or rate.id for rate in rates} | {
        account_id: account.label for account_id, account in accounts.items()
    }
