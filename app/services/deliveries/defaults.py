"""Sets one of an entity's default accounts, leaving the others as they are, and reads them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.entity_defaults import EntityDefaults
from app.domain.errors import GangwayError, RefusedError
from app.domain.outbox import OutboxRow
from app.domain.resources import DEFAULTS
from app.services.deps import Deps
from app.store import entity_defaults, events
from app.store import resources as resource_store

ACTION = "save_default"
CHANGED, REFUSED = "default_changed", "default_refused"
repeatable = True
_PLACES = {
    "products": ("ledger_account_ids", "products"),
    "payments": ("ledger_account_ids", "payments"),
    "deductions": ("tax_ids", "deductions"),
}
Answer = tuple[EntityDefaults, Mapping[str, Any]]


def held(found: EntityDefaults, field: str) -> str | None:
    """What Monite holds for one of the defaults."""
    return {
        "products": found.products_account_id,
        "payments": found.payments_account_id,
        "deductions": found.deductions_tax_id,
    }[field]


def send(deps: Deps, row: OutboxRow) -> Answer:
    """Send everything that is set, with the change in it. What counts is what reading it shows afterwards."""
    field, value = row.body["field"], row.body["value"]
    before, accounting = deps.monite.get_entity_defaults(row.entity_id)
    if held(before, field) == value:
        return before, accounting
    deps.monite.patch_entity_defaults(row.entity_id, _with(accounting, field, value))
    after, accounting = deps.monite.get_entity_defaults(row.entity_id)
    if held(after, field) != value:
        raise RefusedError("It was accepted, but the accounting service still reports another one.")
    return after, accounting


def done(deps: Deps, row: OutboxRow, answer: Answer) -> None:
    """Keep what Monite holds now, and say so in the history."""
    found, accounting = answer
    now = deps.clock()
    entity_defaults.save(deps.db, row.entity_id, found, accounting, now)
    events.add(
        deps.db,
        row.entity_id,
        now,
        CHANGED,
        deps.actor,
        object_type=row.body["field"],
        was=row.body["was"],
        became=row.body["value"],
        note=row.body["note"],
    )


def refused(deps: Deps, row: OutboxRow, error: GangwayError) -> None:
    """Say in the history that it stayed as it was, and why; what Monite holds is read again."""
    now = deps.clock()
    events.add(deps.db, row.entity_id, now, REFUSED, deps.actor, note=str(error))
    resource_store.want(deps.db, row.entity_id, [DEFAULTS], now)


def _with(accounting: Mapping[str, Any], field: str, value: str | None) -> dict[str, Any]:
    part, name = _PLACES[field]
    return {**accounting, part: {**(accounting.get(part) or {}), name: value}}
