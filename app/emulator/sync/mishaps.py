"""What can be broken on purpose: arming a fault, with what it does at once, and undoing it.

Faults that show in an answer take effect in `api/breakdowns.py`; those of the pull and of the sign-in
pages are looked up there. The ones that happen in the accounting system change its books here, and are
taken back when they are disarmed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.rules.codat import DATA_TYPES
from app.emulator.rules.faults import KINDS
from app.emulator.store import book_pages, clock, connections, corrections, entities, faults, listings
from app.emulator.store.database import write
from app.emulator.sync.connections import revoke

Options = dict[str, Any]


def arm(
    db: Database,
    kind: str,
    *,
    entity_id: str | None = None,
    count: int | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Break something for one entity or for all; returns the fault as it was armed.

    Options: `resource` for resource_failing (the first part of the path), `data_type` for pull_failing,
    `message` and `field` for conflict and unprocessable, `date` for period_closed, `account_id` for
    account_archived.
    Raises BadRequestError for an unknown kind or missing details, NotFoundError for an unknown entity.
    """
    if kind not in KINDS:
        raise BadRequestError(f"There is no fault {kind!r}; there are {', '.join(KINDS)}.")
    with write(db):
        if entity_id is not None and not entities.exists(db, entity_id):
            raise NotFoundError("Entity not found")
        if kind == "access_withdrawn":
            return _withdraw(db, entity_id)
        effect = EFFECTS.get(kind)
        details = effect(db, entity_id, options or {}) if effect else options
        return faults.add(db, kind, entity_id=entity_id, count=count, options=details)


def disarm(db: Database, kind: str | None = None, entity_id: str | None = None) -> None:
    """Mend what is broken: everything, one kind, or one entity; the books are as they were before."""
    with write(db):
        for fault in reversed(faults.find_all(db)):
            if kind in (None, fault["kind"]) and entity_id in (None, fault["entity_id"]):
                undo = UNDO.get(fault["kind"])
                if undo is not None:
                    undo(db, fault["options"])
        faults.clear(db, kind, entity_id)


def _withdraw(db: Database, entity_id: str | None) -> dict[str, Any]:
    asked = [entity_id] if entity_id else [entity["id"] for entity in entities.names(db)]
    active = [connections.find_active(db, one) for one in asked]
    ids = [row["id"] for row in active if row is not None and row["status"] == "connected"]
    for connection_id in ids:
        revoke(db, connection_id)
    return {"kind": "access_withdrawn", "entity_id": entity_id, "connections": ids}


def _close_period(db: Database, entity_id: str | None, options: Options) -> Options:
    organisation = _organisation(db, entity_id)
    until = options.get("date") or clock.now(db).date().isoformat()
    corrections.set_lock_date(db, organisation["id"], str(until))
    return {"organisation_id": organisation["id"], "date": until, "before": organisation["lock_date"]}


def _open_period(db: Database, options: Options) -> None:
    corrections.set_lock_date(db, options["organisation_id"], options["before"])


def _archive_account(db: Database, entity_id: str | None, options: Options) -> Options:
    organisation = _organisation(db, entity_id)
    accounts = {row["id"]: row for row in corrections.find_accounts(db, organisation["id"])}
    asked: str | None = options.get("account_id") or listings.most_assigned_account(db, str(entity_id))
    in_use = (row["id"] for row in accounts.values() if row["status"] == "Active")
    account_id = asked if asked is not None else next(in_use, "")
    if account_id not in accounts:
        raise NotFoundError("Account not found")
    corrections.set_account_status(db, organisation["id"], account_id, "Archived")
    before = accounts[account_id]["status"]
    return {"organisation_id": organisation["id"], "account_id": account_id, "before": before}


def _restore_account(db: Database, options: Options) -> None:
    corrections.set_account_status(db, options["organisation_id"], options["account_id"], options["before"])


def _organisation(db: Database, entity_id: str | None) -> dict[str, Any]:
    found = book_pages.organisation_of(db, entity_id) if entity_id else None
    if found is None:
        raise BadRequestError("This fault needs the entity_id of an entity that has books.")
    return found


def _name_data_type(_db: Database, _entity_id: str | None, options: Options) -> Options:
    data_type = options.get("data_type", "items")
    if data_type not in DATA_TYPES:
        raise BadRequestError(f"There is no data type {data_type!r}; there are {', '.join(DATA_TYPES)}.")
    return {**options, "data_type": data_type}


def _name_resource(_db: Database, _entity_id: str | None, options: Options) -> Options:
    return {"resource": "ledger_accounts", **options}


EFFECTS: dict[str, Callable[[Database, str | None, Options], Options]] = {
    "period_closed": _close_period,
    "account_archived": _archive_account,
    "resource_failing": _name_resource,
    "pull_failing": _name_data_type,
}
UNDO: dict[str, Callable[[Database, Options], None]] = {
    "period_closed": _open_period,
    "account_archived": _restore_account,
}
