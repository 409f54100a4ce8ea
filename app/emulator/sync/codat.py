"""Codat between Monite and the books: what becomes of connections, reads and pushes on its side.

Everything here is called inside the caller's transaction, and does nothing for connections of other
providers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.rules import codat_shapes as shapes
from app.emulator.rules.codat import DATA_TYPES
from app.emulator.store import clock, codat_companies, codat_datasets, codat_pushes, connections
from app.emulator.sync import codat_hooks as hooks
from app.emulator.sync.books import RefusedError

Row = dict[str, Any]

ACCESS_LOST = "The integration de-authorized access to the connection."
UNLINKED = "The connection was unlinked."
TIMED_OUT = "status TimedOut"
"""What Monite says of a push that timed out; the provider gives no reason."""
# HTTP's words for how a push ended, as Codat puts them into the operation.
SUCCESS, ACCEPTED, REFUSED, LOST, TIMEOUT = 200, 202, 400, 401, 408


def connection_changed(db: Database, connection_id: str, before: str | None) -> None:
    """A connection is new (`before` is None) or has another of Monite's statuses than before."""
    connection = connections.find(db, connection_id)
    if connection is None or not _is_ours(connection) or connection["status"] == before:
        return
    if connection["status"] == "connected":
        codat_companies.resolve_errors(db, connection_id, at=_now(db))
    elif before == "connected":
        _access_ended(db, connection)
    hooks.connection_changed(db, connection, before)


def linking_failed(
    db: Database,
    connection_id: str,
    *,
    status_code: str = "403",
    status_text: str = "User cancelled linking",
    message: str = "User cancelled",
) -> None:
    """Somebody tried to link a connection, and it stays as it was."""
    connection = connections.find(db, connection_id)
    if connection is not None and _is_ours(connection):
        _add_error(db, connection_id, status_code, status_text, message)
        hooks.connection_event_sent(db, connection, "connection.failed")


def datasets_queued(db: Database, connection: Row, data_types: Iterable[str] = DATA_TYPES) -> None:
    """A read of these data types is on its way."""
    if _is_ours(connection):
        codat_datasets.queue(db, connection["id"], data_types, at=_now(db))


def dataset_read(
    db: Database, connection: Row, data_type: str, status: str = "Complete", error: str | None = None
) -> None:
    """A data type was read, or ended in one of Codat's errors."""
    if not _is_ours(connection):
        return
    content = None
    if status == "Complete":
        content = codat_datasets.fingerprint(db, connection["organisation_id"], data_type)
    dataset = codat_datasets.end(
        db,
        connection["id"],
        data_type,
        status,
        error=error,
        fingerprint=content,
        at=_now(db),
    )
    hooks.dataset_read(db, connection, dataset)


def reading_ended(db: Database, connection: Row, *, first: bool) -> None:
    """A run over all data types is over; `connection` is as it was before. `first`: all are there now."""
    if not _is_ours(connection):
        return
    latest = (codat_datasets.latest_of(db, connection["id"], data_type) for data_type in DATA_TYPES)
    since = connection["last_pull"] if connection["last_pull"] > connection["created_at"] else None
    events = ["read.completed", *(["read.completed.initial"] if first else [])]
    hooks.reading_ended(
        db, connection, [row for row in latest if row is not None], since=since, events=events
    )


class Pushes:
    """The push operations of a batch of records, kept at its end in one go."""

    def __init__(self, db: Database, connection: Row, record_ids: Sequence[str]) -> None:
        self._db, self._connection, self._ours = db, connection, _is_ours(connection)
        pending = codat_pushes.find_pending(db, connection["id"], record_ids) if self._ours else []
        self._pending: Mapping[str, Row] = {row["record_id"]: row for row in pending}
        self._ended: list[Row] = []
        self._waiting: list[Row] = []

    def end(
        self,
        record: Row,
        data_type: str,
        *,
        requested: str,
        platform_object_id: str | None = None,
        messages: Sequence[str] = (),
        timed_out: bool = False,
    ) -> None:
        """A push is over: of the operation that waits for the record, else of one begun when requested."""
        if self._ours:
            operation = self._operation(record, data_type, requested)
            at = _now(self._db)
            self._ended.append(_ended(operation, platform_object_id, messages, timed_out, at=at))

    def carry(self, record: Row, data_type: str, send: Callable[[], str], *, requested: str) -> str:
        """What `send` has written to the books, the push being over with it; raises its RefusedError."""
        try:
            written = send()
        except RefusedError as refused:
            self.end(record, data_type, requested=requested, messages=refused.messages)
            raise
        self.end(record, data_type, requested=requested, platform_object_id=written)
        return written

    def wait(self, record: Row, data_type: str, *, requested: str) -> None:
        """A push is on its way, and stays so for now."""
        if self._ours:
            self._waiting.append(self._operation(record, data_type, requested))

    def take_back(self, record: Row) -> None:
        """Monite sends the record after all not."""
        operation = self._pending.get(record["id"])
        if operation is not None:
            codat_pushes.remove(self._db, operation["key"])

    def save(self) -> None:
        """Keep everything, and tell those who listen."""
        codat_pushes.save(self._db, [*self._waiting, *self._ended])
        if self._ended:
            hooks.pushes_ended(self._db, self._connection, self._ended)

    def _operation(self, record: Row, data_type: str, requested: str) -> Row:
        change = "Update" if record["platform_object_id"] else "Create"
        made = _new_push(self._connection, record["id"], data_type, change, at=requested)
        return self._pending.get(record["id"], made)


def _is_ours(connection: Row) -> bool:
    return bool(connection["provider"] == "codat")


def _access_ended(db: Database, connection: Row) -> None:
    """Nothing that was under way can go on."""
    withdrawn = connection["status"] == "deauthorized"
    message, at = ACCESS_LOST if withdrawn else UNLINKED, _now(db)
    if withdrawn:
        _add_error(db, connection["id"], "401", ACCESS_LOST, ACCESS_LOST)
    codat_datasets.end_open(
        db, connection["id"], "AuthError" if withdrawn else "Cancelled", error=message, at=at
    )
    failed = {"status": "Failed", "status_code": LOST, "error_message": message, "completed": at}
    ended = [{**row, **failed} for row in codat_pushes.find_pending(db, connection["id"])]
    codat_pushes.save(db, ended)
    hooks.pushes_ended(db, connection, ended)


def _add_error(db: Database, connection_id: str, status_code: str, status_text: str, message: str) -> None:
    codat_companies.add_error(
        db, connection_id, status_code=status_code, status_text=status_text, message=message, at=_now(db)
    )


def _new_push(connection: Row, record_id: str, data_type: str, change: str, *, at: str) -> Row:
    return {
        "key": str(uuid4()),
        "connection_id": connection["id"],
        "record_id": record_id,
        "data_type": data_type,
        "type": change,
        "status": "Pending",
        "status_code": ACCEPTED,
        "platform_object_id": None,
        "error_message": None,
        "validation": "[]",
        "requested": at,
        "completed": None,
    }


def _ended(
    operation: Row, platform_object_id: str | None, messages: Sequence[str], timed_out: bool, *, at: str
) -> Row:
    if timed_out:
        outcome: Row = {"status": "TimedOut", "status_code": TIMEOUT}
    elif platform_object_id is not None:
        outcome = {"status": "Success", "status_code": SUCCESS, "platform_object_id": platform_object_id}
    else:
        data_type = operation["data_type"]
        outcome = {
            "status": "Failed",
            "status_code": REFUSED,
            "error_message": shapes.downstream_message(operation["key"], data_type),
            "validation": json.dumps(shapes.validation(data_type, messages), ensure_ascii=False),
        }
    return {**operation, **outcome, "completed": at}


def _now(db: Database) -> str:
    return clock.stamp(clock.now(db))
