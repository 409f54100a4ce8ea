"""Accounts for many rows at once, of any number: noted thousand by thousand, sent by the worker.

A batch that is cut off while it is being noted holds what was noted until then, and says so; the other
rows stand as they stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from app.domain.assignables import Assignable, AssignQuery, Choice, Kind, Refusal
from app.domain.batches import Batch, BatchProgress
from app.domain.errors import InputError, NotThereError
from app.domain.events import ASSIGNED_MANY
from app.services import batches, choices, suggestions
from app.services.deps import Deps
from app.store import account_saves, assignables, assignment_changes, events, revisions
from app.store import batches as batch_rows
from app.store.database import write

BATCH = "assign"
STOPPED = "assigning_stopped"
TOLD = 50
"""How many rows that were left alone a batch names."""
_KINDS = ("suggestions", "undoes", "replaces", "file")
"""What a batch may be besides the same account for many rows."""
STOPPED_LATELY = timedelta(days=2)
NOTED_BY_THEN = timedelta(minutes=10)
"""A batch that is still not wholly noted after this long was cut off."""


@dataclass(frozen=True, slots=True)
class Result:
    """How far a bulk assignment is, what could not be saved, and what was left alone."""

    batch: Batch
    kind: Kind
    progress: BatchProgress
    refusals: list[Refusal]
    left: list[Assignable]
    """Rows that somebody else changed meanwhile; up to 50 of them."""
    undone_by: str | None = None
    """The batch that took this one back."""


@dataclass(slots=True)
class _Tally:
    """What became of the rows that were asked for."""

    made: int = 0
    same: int = 0
    left: int = 0
    left_ids: list[str] = field(default_factory=list)
    suppliers: set[str] = field(default_factory=set)

    def leave(self, row: Assignable) -> None:
        self.left += 1
        if len(self.left_ids) < TOLD:
            self.left_ids.append(row.id)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a person asked for, and how the rows stood when they did."""

    wanted: Mapping[str, str | None]
    expected: Mapping[str, str | None] | None
    changed_by_others: frozenset[str]
    reasons: Mapping[str, Mapping[str, Any]]


def assign_many(
    deps: Deps,
    entity_id: str,
    kind: Kind,
    chosen: Sequence[str] | AssignQuery,
    *,
    account_id: str,
    form_key: str,
    as_of: int | None = None,
) -> Batch:
    """Give the ticked rows, or all that a filter shows, one account; see `start`."""
    if isinstance(chosen, AssignQuery):
        chosen = assignables.changeable_ids(deps.db, entity_id, chosen)
    wanted: dict[str, str | None] = dict.fromkeys(chosen, account_id)
    details = {"account_id": account_id}
    return start(deps, entity_id, kind, wanted, form_key=form_key, as_of=as_of, details=details)


def use_suggestions(
    deps: Deps,
    entity_id: str,
    kind: Kind,
    seen: Mapping[str, str],
    *,
    form_key: str,
    as_of: int | None = None,
) -> Batch:
    """Give each row the account that was suggested for it as a person saw it, unless it has one by now."""
    rows = [row for ids in _portions(seen) for row in assignables.find(deps.db, entity_id, kind, ids)]
    found = suggestions.for_rows(deps, entity_id, rows)
    reasons = {
        row_id: {"suggestion": asdict(found[row_id])}
        for row_id, account_id in seen.items()
        if row_id in found and found[row_id].account_id == account_id
    }
    return start(
        deps,
        entity_id,
        kind,
        dict(seen),
        form_key=form_key,
        expected=dict.fromkeys(seen, None),
        as_of=as_of,
        details={"suggestions": True},
        reasons=reasons,
    )


def undo(deps: Deps, entity_id: str, batch_id: str, form_key: str) -> Batch:
    """Put the account of each row of a batch back to what it was before, unless it was changed again."""
    batch = get(deps, entity_id, batch_id)
    if not batches.progress(deps.db, batch_id).finished:
        raise InputError("batch", _("This is still being saved. Stop it first, or wait until it is done."))
    before = assignment_changes.of_batch(deps.db, entity_id, batch_id)
    return start(
        deps,
        entity_id,
        Kind(batch.details["kind"]),
        {change.object_id: change.was for change in before},
        form_key=form_key,
        expected={change.object_id: change.became for change in before},
        details={"undoes": batch_id},
        reasons={change.object_id: {"undoes": change.id} for change in before},
    )


def start(
    deps: Deps,
    entity_id: str,
    kind: Kind,
    wanted: Mapping[str, str | None],
    *,
    form_key: str,
    expected: Mapping[str, str | None] | None = None,
    as_of: int | None = None,
    details: Mapping[str, Any] | None = None,
    reasons: Mapping[str, Mapping[str, Any]] | None = None,
) -> Batch:
    """Give each of these rows its account, None for none; the worker sends them.

    Left out are rows that cannot be changed any more or have the account already. Left alone, and told
    of, are rows whose account is not the expected one, and those that somebody else changed after
    `as_of`, the newest event that the page knew. The same form sent twice is one batch. Raises
    InputError when an account cannot be chosen.
    """
    db = deps.db
    choices.check_accounts(db, entity_id, set(wanted.values()))
    about = {**(details or {}), "kind": kind.value, "asked": len(wanted)}
    with write(db):
        batch, is_new = batches.create(
            db,
            entity_id,
            kind=BATCH,
            form_key=form_key,
            total=0,
            details=about,
            actor=deps.actor,
            now=deps.clock(),
        )
    if is_new:
        others = frozenset[str]()
        if as_of is not None:
            others = assignment_changes.by_others(db, entity_id, deps.actor.name, as_of)
        asked = _Asked(wanted, expected, others, reasons or {})
        _note_all(deps, batch, kind, asked, about)
    return batches.get(db, entity_id, batch.id)


def get(deps: Deps, entity_id: str, batch_id: str) -> Batch:
    """A bulk assignment of this entity; raises NotThereError."""
    batch = batches.get(deps.db, entity_id, batch_id)
    if batch.kind != BATCH:
        raise NotThereError(_("There is no such batch here."))
    return batch


def result(deps: Deps, entity_id: str, batch_id: str) -> Result:
    """How far a bulk assignment is, and what could not be saved."""
    batch = get(deps, entity_id, batch_id)
    kind = Kind(batch.details["kind"])
    return Result(
        batch=batch,
        kind=kind,
        progress=batches.progress(deps.db, batch_id),
        refusals=account_saves.refusals(deps.db, entity_id, kind, batch_id),
        left=assignables.find(deps.db, entity_id, kind, batch.details.get("left_ids", [])),
        undone_by=batch.details.get("undone_by"),
    )


def stop(deps: Deps, entity_id: str, batch_id: str) -> BatchProgress:
    """Send nothing more of the batch; rows that were not sent stand as they stood before it."""
    batch = get(deps, entity_id, batch_id)
    progress = batches.stop(deps, batch_id)
    settle(deps, entity_id)
    if progress.stopped and batch.stop_requested_at is None:
        with write(deps.db):
            note = f"{progress.done} / {progress.total}"
            events.add(deps.db, entity_id, deps.clock(), STOPPED, deps.actor, note=note)
    return progress


def settle(deps: Deps, entity_id: str) -> int:
    """Let go of choices whose sending was stopped; says how many there were."""
    settled = 0
    for kind in Kind:
        while True:
            with write(deps.db):
                dropped = account_saves.drop_stranded(deps.db, entity_id, kind)
                if dropped:
                    revisions.bump(deps.db, entity_id)
            settled += dropped
            if dropped < account_saves.AT_ONCE:
                break
    return settled


def settle_stopped(deps: Deps) -> int:
    """Settle every entity that stopped a bulk assignment lately, whoever looks at it.

    What was being sent when a person stopped it may end without an answer long after they left. A batch
    that was cut off while it was being noted is told of with what it holds, so that it can be taken back.
    """
    now = deps.clock()
    stopped = batch_rows.entities_that_stopped(deps.db, BATCH, now - STOPPED_LATELY)
    for batch in batch_rows.untold(deps.db, BATCH, since=now - STOPPED_LATELY, before=now - NOTED_BY_THEN):
        with write(deps.db):
            _tell(deps.acting_as(batch.actor), batch, {**batch.details, **_told(_Tally())}, batch.total)
    return sum(settle(deps, entity_id) for entity_id in stopped)


def _note_all(deps: Deps, batch: Batch, kind: Kind, asked: _Asked, about: Mapping[str, Any]) -> None:
    """One short transaction after the other, so that nobody else waits long for the store."""
    db, tally = deps.db, _Tally()
    for ids in _portions(asked.wanted):
        with write(db):
            if batches.get(db, batch.entity_id, batch.id).stop_requested_at is not None:
                break
            made = _choices(assignables.changeable(db, batch.entity_id, kind, ids), asked, tally)
            choices.make_in_batch(deps, batch.entity_id, kind, made, batch.id)
            batch_rows.grow(db, batch.id, len(made))
    with write(db):
        _tell(deps, batch, {**about, **_told(tally)}, tally.made)
    deps.wake()


def _tell(deps: Deps, batch: Batch, details: Mapping[str, Any], made: int) -> None:
    """All of a batch is noted: the trail tells of it as one, and it may come to its end."""
    db, now = deps.db, deps.clock()
    batch_rows.describe(db, batch.id, details)
    if made:
        events.add(
            db,
            batch.entity_id,
            now,
            ASSIGNED_MANY,
            deps.actor,
            object_type=choices.object_type(Kind(details["kind"])),
            became=details.get("account_id"),
            note=str(made),
            details={"batch": batch.id, **{key: details[key] for key in _KINDS if key in details}},
        )
    if "undoes" in details:
        undone = batches.get(db, batch.entity_id, details["undoes"])
        batch_rows.describe(db, undone.id, {**undone.details, "undone_by": batch.id})
    batch_rows.finish(db, batch.id, now)
    revisions.bump(db, batch.entity_id)


def _portions(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    for at in range(0, len(every), account_saves.AT_ONCE):
        yield every[at : at + account_saves.AT_ONCE]


def _choices(rows: Sequence[Assignable], asked: _Asked, tally: _Tally) -> list[Choice]:
    """The choices to make for those of the rows that still stand as the person saw them."""
    made = []
    for row in rows:
        account_id = asked.wanted[row.id]
        if row.current_account_id == account_id and not row.refused:
            tally.same += 1
        elif row.id in asked.changed_by_others or (
            asked.expected is not None and row.current_account_id != asked.expected.get(row.id)
        ):
            tally.leave(row)
        else:
            tally.made += 1
            tally.suppliers.add(row.supplier)
            made.append(Choice(row, account_id, asked.reasons.get(row.id, {})))
    return made


def _told(tally: _Tally) -> dict[str, Any]:
    supplier = next(iter(tally.suppliers)) if len(tally.suppliers) == 1 else ""
    return {"same": tally.same, "left": tally.left, "left_ids": tally.left_ids, "supplier": supplier}
