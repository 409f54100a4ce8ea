"""Pushing: what Monite holds goes to the accounting system's books, each thing once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlite_utils import Database

from app.emulator.errors import ConflictError, NotFoundError
from app.emulator.rules.codat import PUSHED_AS
from app.emulator.rules.documents import Document, Kind
from app.emulator.store import (
    clock,
    connections,
    documents,
    faults,
    ledger_accounts,
    meta,
    sync_rules,
    synced_records,
)
from app.emulator.store.database import attempt, write
from app.emulator.store.synced_records import NewRecord
from app.emulator.sync import codat, payments, schedules
from app.emulator.sync.books import RefusedError, write_bill, write_invoice
from app.emulator.sync.contacts import contact_for
from app.emulator.sync.presses import Press, checked, draft, load, open_press
from app.emulator.sync.products import link_product

log = logging.getLogger(__name__)

Row = dict[str, Any]

RULE_OF: Mapping[Kind, str] = {"bill": "payable", "invoice": "receivable"}
HANDED_OVER = 100
"""How many pushes are with the provider at a time: as many as it takes two seconds to write."""


def push(db: Database, record_id: str) -> Row:
    """Try a record again: it is pending, and its push under way; returns the record.

    Raises NotFoundError, and ConflictError while it is pending or nothing is connected.
    """
    with write(db):
        record = synced_records.find(db, record_id)
        if record is None:
            raise NotFoundError("Synced record not found")
        if record["sync_status"] == "pending":
            raise ConflictError("The record is already being synchronized")
        connection = connections.find_active(db, record["entity_id"])
        if connection is None or connection["status"] != "connected":
            raise ConflictError("There is no connected accounting connection")
        if connection["organisation_id"] != record["organisation_id"]:
            raise ConflictError("The record belongs to another organisation than the connected one")
        now = clock.now(db)
        synced_records.set_pending(db, [record_id], at=clock.stamp(now))
        schedules.plan_pushes(db, connection["id"], [record_id], step="retry", start=now)
        _hand_over(db, connection, [record_id])
        return synced_records.get(db, record_id)


def plan_due(db: Database, connection: Row, *, moment: datetime) -> None:
    """Make pending, and schedule, what the rules allow and the books lack or have in an older form."""
    rules = sync_rules.in_force(db, connection["entity_id"])
    at, since = clock.stamp(clock.now(db)), _first_sync(db, connection)
    record_ids: list[str] = []
    for kind, rule in RULE_OF.items():
        due = documents.find_to_push(
            db, connection["entity_id"], connection["organisation_id"], kind, rules[rule]
        )
        due = [row for row in due if row["record_id"] or row["created_at"] >= since]
        object_type = documents.OBJECT_TYPES[kind]
        new = [
            NewRecord(object_type, row["id"], "pending", row["changed_at"])
            for row in due
            if not row["record_id"]
        ]
        again = [row["record_id"] for row in due if row["record_id"]]
        synced_records.set_pending(db, again, at=at)
        record_ids += [*again, *synced_records.insert(db, connection, new, at=at)]
    record_ids += payments.make_records(db, connection)
    schedules.plan_pushes(db, connection["id"], record_ids, step="auto", start=moment)
    _hand_over(db, connection, record_ids)


def _first_sync(db: Database, connection: Row) -> str:
    """From when on documents are pushed: always, or since the organisation was first pulled from."""
    if not meta.switches(db)["skip_documents_before_first_sync"]:
        return ""
    first = ledger_accounts.first_pulled_at(db, connection["entity_id"], connection["organisation_id"])
    return str(first or connection["linked_at"])


def _hand_over(db: Database, connection: Row, record_ids: Sequence[str]) -> None:
    """Begin the first push operations: so they can be seen pending, while the others come to their turn.

    It only shows what is to come: should it fail, the push itself tells why.
    """
    if not record_ids:
        return
    try:
        with attempt(db):
            _begin(db, connection, record_ids)
    except Exception:
        log.exception("the pushes of connection %s cannot be shown ahead", connection["id"])


def _begin(db: Database, connection: Row, record_ids: Sequence[str]) -> None:
    records = synced_records.find_many(db, record_ids[:HANDED_OVER])
    loaded = load(db, records.values())
    press = open_press(db, connection, list(records), loaded.values())
    for record in records.values():
        document = loaded.get(record["object_id"])
        if document is None or document.status not in press.rules[RULE_OF[document.kind]]:
            continue
        with suppress(RefusedError):  # what Monite does not send is told to it when its push is due
            checked(press, document)
            press.operations.wait(record, PUSHED_AS[document.kind], requested=press.at)
    press.operations.save()


def run_pushes(db: Database, connection: Row, jobs: Sequence[Row]) -> None:
    """Push the records of these jobs, in their order, inside the caller's transaction.

    What was paid of the invoices among them is pushed next.
    """
    records = synced_records.find_many(db, [job["record_id"] for job in jobs])
    pending = {key: record for key, record in records.items() if record["sync_status"] == "pending"}
    loaded = load(db, pending.values())
    press = open_press(db, connection, list(pending), loaded.values())
    for job in jobs:
        record = pending.get(job["record_id"])
        if record is None:
            continue
        document = loaded.get(record["object_id"])
        try:
            _push_one(db, press, _Order(record, job), document)
        except RefusedError as refused:
            press.operations.take_back(record)
            changed_at = document.updated_at if document else None
            synced_records.set_error(
                db, record["id"], refused.message, object_updated_at=changed_at, at=press.at
            )
    press.operations.save()
    invoices = [document.id for document in loaded.values() if document.kind == "invoice"]
    if invoices:
        paid = payments.make_records(db, connection, invoices)
        schedules.plan_pushes(db, connection["id"], paid, step="auto", start=clock.now(db))


class _Order(NamedTuple):
    """A record to be pushed, and the job that says so."""

    record: Row
    job: Row

    def requested(self, press: Press) -> str:
        """When the push was handed to the provider: so long before it ends as a push takes."""
        begun = datetime.fromisoformat(self.job["due_at"]) - schedules.PUSH
        return min(clock.stamp(begun), press.at)


def _push_one(db: Database, press: Press, order: _Order, document: Document | None) -> None:
    record, object_type = order.record, order.record["object_type"]
    if object_type == "product":
        press.desk.setbacks.refuse("product")
        link_product(db, press.connection, record, at=press.at)
    elif object_type in ("vendor", "customer"):
        press.desk.setbacks.refuse("contact")
        contact_id = contact_for(db, press.desk, record["object_id"], object_type)
        synced_records.set_done(
            db, record["id"], contact_id, object_updated_at=record["object_updated_at"], at=press.at
        )
    elif object_type == payments.OBJECT_TYPE:
        _push_payment(db, press, record)
    elif document is None:
        raise RefusedError(["The object no longer exists"])
    elif document.status not in press.rules[RULE_OF[document.kind]]:
        _leave(db, press, record, document)
    else:
        _push_document(db, press, order, document)


def _push_payment(db: Database, press: Press, record: Row) -> None:
    written, changed_at = payments.push_payment(
        db,
        press.desk,
        press.ledger,
        record,
        account_id=press.defaults["ledger_account_ids"]["payments"],
        known_accounts=press.accounts,
    )
    synced_records.set_done(db, record["id"], written, object_updated_at=changed_at, at=press.at)


def _leave(db: Database, press: Press, record: Row, document: Document) -> None:
    """The rules have changed since: what is in the books stays as it is, the rest is not sent."""
    if not record["platform_object_id"]:
        raise RefusedError([f"The status {document.status} is not among the push statuses"])
    press.operations.take_back(record)
    synced_records.set_unchanged(db, record["id"], at=press.at)


def _push_document(db: Database, press: Press, order: _Order, document: Document) -> None:
    record, data_type, requested = order.record, PUSHED_AS[document.kind], order.requested(press)
    ready = draft(db, press, document)
    setback = None if order.job["step"] == "stuck" else press.desk.setbacks.meet(document.kind)
    if setback == "later" or (order.job["step"] != "stuck" and _happens(db, press, "push_stuck")):
        press.operations.wait(record, data_type, requested=requested)
        schedules.plan_stuck_push(db, press.connection["id"], record["id"])
        return
    push_ended = partial(press.operations.end, record, data_type, requested=requested)
    settle = {"object_updated_at": document.updated_at, "at": press.at}
    send = write_bill if document.kind == "bill" else write_invoice
    try:
        press.desk.setbacks.refuse(document.kind)
        written = send(db, press.ledger, ready, record["platform_object_id"])
    except RefusedError as refused:
        push_ended(messages=refused.messages)
        synced_records.set_error(db, record["id"], refused.message, **settle)
        return
    if setback == "written" or _happens(db, press, "push_timed_out"):
        # The books have it, and nobody at Monite knows: a retry finds it there.
        push_ended(timed_out=True)
        synced_records.set_error(db, record["id"], codat.TIMED_OUT, **settle)
        return
    push_ended(platform_object_id=written)
    synced_records.set_done(db, record["id"], written, **settle)


def _happens(db: Database, press: Press, kind: str) -> bool:
    return press.mishaps and faults.take(db, kind, press.connection["entity_id"]) is not None
