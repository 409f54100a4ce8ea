"""The strong suggestions for a page or a whole filter, looked at before they are used."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignQuery
from app.domain.suggestions import Strength, Suggestion
from app.services import assignments, suggestions
from app.services.deps import Deps
from app.store import assignables, events

MOST = 500
"""How many rows of a whole filter are looked at once: what is listed is still read by a person."""


@dataclass(frozen=True, slots=True)
class Review:
    """What would be used; nothing has happened yet."""

    rows: list[Assignable]
    """Those with a strong suggestion, in the order of the list."""
    suggested: dict[str, Suggestion]
    reasons: dict[str, str]
    accounts: dict[str, LedgerAccount]
    looked_at: int
    matching: int
    """How many rows the filter shows on all its pages."""
    whole: bool
    as_of: int


def find(
    deps: Deps, entity_id: str, query: AssignQuery, *, after: str = "", before: str = "", whole: bool = False
) -> Review:
    """The rows of one page of a list, or the first 500 of all its pages, that have a strong suggestion."""
    as_of = events.newest_id(deps.db)
    if whole:
        ids = assignables.changeable_ids(deps.db, entity_id, query, MOST)
        rows = sorted(
            assignables.find(deps.db, entity_id, query.kind, ids), key=lambda row: (row.supplier, row.name)
        )
        matching = assignables.count(deps.db, entity_id, query, 10_000)
    else:
        listing = assignments.listing(deps, entity_id, query, after, before)
        rows, matching = listing.page.rows, listing.matching
    every = suggestions.for_rows(deps, entity_id, rows)
    strong = {row_id: one for row_id, one in every.items() if one.strength is Strength.STRONG}
    shown = [row for row in rows if row.id in strong]
    return Review(
        rows=shown,
        suggested=strong,
        reasons=suggestions.sentences(strong, shown),
        accounts=assignments.named(deps, entity_id, [], *(one.account_id for one in strong.values())),
        looked_at=len(rows),
        matching=matching,
        whole=whole,
        as_of=as_of,
    )
