"""Puts the push lists in place, for saving as well as for holding, and reads them back."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import GangwayError
from app.domain.outbox import OutboxRow
from app.domain.sync_rules import NOTHING, SyncRules
from app.services.deps import Deps
from app.services.holds import HELD, NOT_HELD
from app.store import events, holds, rule_saves, sync_rules

ACTION = "save_rules"
repeatable = True


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The lists before, and as Monite has them now."""

    before: SyncRules
    now: SyncRules


def wanted(row: OutboxRow) -> SyncRules:
    """The lists that the row asks for."""
    return SyncRules(tuple(row.body["payable"]), tuple(row.body["receivable"]))


def send(deps: Deps, row: OutboxRow) -> ReadBack:
    """Change the lists where they differ. What counts is what reading them afterwards shows."""
    before = deps.monite.get_sync_rules(row.entity_id)
    if before.same_as(wanted(row)):
        return ReadBack(before, before)
    deps.monite.patch_sync_rules(row.entity_id, wanted(row))
    return ReadBack(before, deps.monite.get_sync_rules(row.entity_id))


def done(deps: Deps, row: OutboxRow, answer: ReadBack) -> None:
    """Confirm the hold or the saved rules, if Monite's own answer agrees."""
    db, now = deps.db, deps.clock()
    sync_rules.save(db, row.entity_id, answer.now, now)
    if row.body["hold"]:
        if row.body["guessed"] and not answer.before.sends_nothing:
            holds.keep(db, row.entity_id, answer.before)
        if answer.now.sends_nothing:
            _confirm_hold(deps, row)
        else:
            holds.unconfirm(db, row.entity_id)
    elif answer.now.same_as(wanted(row)):
        rule_saves.confirm(db, row.entity_id, now)
        holds.end(db, row.entity_id)


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """Nothing is held if holding was refused; rules that were refused stay unconfirmed."""
    if row.body["hold"]:
        holds.end(deps.db, row.entity_id)
        events.add(deps.db, row.entity_id, deps.clock(), NOT_HELD, deps.actor, note=str(error))


def _confirm_hold(deps: Deps, row: OutboxRow) -> None:
    """From the first time that Monite's own lists are empty, history may say that sending is on hold."""
    db, now = deps.db, deps.clock()
    held = holds.find(db, row.entity_id)
    if held is not None and held.confirmed_at is None:
        events.add(
            db,
            row.entity_id,
            now,
            HELD,
            deps.actor,
            was=held.rules.to_text(),
            became=NOTHING.to_text(),
            note=held.reason,
        )
    holds.confirm(db, row.entity_id, now)
