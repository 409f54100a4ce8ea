"""What can be broken on purpose: arming a fault, with what it does at once, and undoing it.

Faults that show in an answer take effect in `api/breakdowns.py`; those of the pull and of the sign-in
pages are looked up there. The ones that happen in the accounting system change its books (`causes`), and
are taken back when they are disarmed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.rules.codat import DATA_TYPES
from app.emulator.rules.faults import KINDS
from app.emulator.rules.objections import OBJECTIONS
from app.emulator.store import connections, entities, faults
from app.emulator.store.database import write
from app.emulator.sync import causes
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
    `message` and `field` for conflict and unprocessable, `limit` for rate_limited, `status` for
    token_expired, `error` for refusal, and what `causes` says.
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
        times = 1 if count is None and kind in ONCE else count
        return faults.add(db, kind, entity_id=entity_id, count=times, options=details)


def disarm(db: Database, kind: str | None = None, entity_id: str | None = None) -> None:
    """Mend what is broken: everything, one kind, or one entity; the books are as they were before."""
    with write(db):
        for fault in reversed(faults.find_all(db)):
            if kind in (None, fault["kind"]) and entity_id in (None, fault["entity_id"]):
                undo = causes.UNDONE.get(fault["kind"])
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


def _name_resource(_db: Database, _entity_id: str | None, options: Options) -> Options:
    return {"resource": "ledger_accounts", **options}


def _limit_rate(_db: Database, _entity_id: str | None, options: Options) -> Options:
    limit = options.get("limit", 1)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise BadRequestError("The limit is a whole number of requests a second, at least 1.")
    return options


def _name_data_type(_db: Database, _entity_id: str | None, options: Options) -> Options:
    data_type = options.get("data_type", "items")
    if data_type not in DATA_TYPES:
        raise BadRequestError(f"There is no data type {data_type!r}; there are {', '.join(DATA_TYPES)}.")
    return {**options, "data_type": data_type}


def _name_objection(_db: Database, _entity_id: str | None, options: Options) -> Options:
    if options.get("error") not in OBJECTIONS:
        raise BadRequestError("This fault needs options.error; GET /_emulator/faults lists the errors.")
    return options


EFFECTS: dict[str, Callable[[Database, str | None, Options], Options]] = {
    **causes.MADE,
    "rate_limited": _limit_rate,
    "resource_failing": _name_resource,
    "pull_failing": _name_data_type,
    "refusal": _name_objection,
}
ONCE = ("refusal",)
"""Faults that happen once unless a count says otherwise; the others last until they are cleared."""
