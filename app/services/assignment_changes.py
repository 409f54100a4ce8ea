"""Who changed which account lately, and what of it can still be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, Kind
from app.domain.batches import Batch, BatchProgress
from app.domain.events import ASSIGNED_MANY, Event
from app.domain.suggestions import Reason, Strength, Suggestion
from app.services import assignments, batches, bulk_assignments, choices, suggestions
from app.services.deps import Deps
from app.store import assignables, assignment_changes

PAGE = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row, or of many at once."""

    event: Event
    row: Assignable | None = None
    """The row as it stands now; None when it is gone, and for many at once."""
    is_newest: bool = False
    """Whether nobody changed the row after this."""
    reason: str = ""
    """Why the account was suggested, in words, when a suggestion was used."""
    batch: Batch | None = None
    progress: BatchProgress | None = None

    @property
    def can_undo(self) -> bool:
        """Whether it can be taken back now."""
        if self.batch is not None and self.progress is not None:
            return self.progress.finished and self.progress.done > 0 and "undone_by" not in self.batch.details
        return (
            self.row is not None
            and self.is_newest
            and self.row.may_change
            and self.row.current_account_id == self.event.became
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of changes, newest first."""

    changes: list[Change]
    accounts: dict[str, LedgerAccount]
    """The accounts that the changes name, by id."""
    older: int | None
    """The event before which the next page begins."""
    batch: Batch | None = None
    """The bulk change whose rows these are, if only those were asked for."""


def listing(
    deps: Deps, entity_id: str, kind: Kind, *, before_id: int | None = None, batch_id: str = ""
) -> Changes:
    """The newest changes of one kind of rows, or the rows of one bulk change."""
    batch = None
    if batch_id:
        batch = bulk_assignments.get(deps, entity_id, batch_id)
        found = assignment_changes.in_batch(deps.db, entity_id, batch_id, PAGE + 1, before_id)
    else:
        found = assignment_changes.page(deps.db, entity_id, choices.object_type(kind), PAGE + 1, before_id)
    shown = found[:PAGE]
    ids = [event.object_id for event in shown if event.object_id]
    rows = {row.id: row for row in assignables.find(deps.db, entity_id, kind, ids)}
    newest = assignment_changes.newest(deps.db, entity_id, ids)
    named = (account_id for event in shown for account_id in (event.was, event.became) if account_id)
    return Changes(
        changes=[_change(deps, entity_id, event, rows, newest) for event in shown],
        accounts=assignments.named(deps, entity_id, [], *named),
        older=shown[-1].id if len(found) > PAGE else None,
        batch=batch,
    )


def _change(
    deps: Deps,
    entity_id: str,
    event: Event,
    rows: Mapping[str, Assignable],
    newest: Mapping[str, Event],
) -> Change:
    if event.kind == ASSIGNED_MANY:
        batch = batches.get(deps.db, entity_id, event.details["batch"]) if "batch" in event.details else None
        progress = batches.progress(deps.db, batch.id) if batch else None
        return Change(event, batch=batch, progress=progress)
    row = rows.get(event.object_id or "")
    last = newest.get(event.object_id or "")
    return Change(
        event,
        row=row,
        is_newest=last is not None and last.id == event.id,
        reason=_reason(event.details.get("suggestion"), row.supplier if row else ""),
    )


def _reason(told: Mapping[str, Any] | None, supplier: str) -> str:
    if not told:
        return ""
    known = {**told, "strength": Strength(told["strength"]), "reason": Reason(told["reason"])}
    return suggestions.sentence(Suggestion(**known), supplier)
