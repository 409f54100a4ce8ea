"""Payments of invoices on their way to the books, as version 2024-05-25 sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.codat import PUSHED_AS
from app.emulator.store import clock, meta, payments, synced_records
from app.emulator.store.synced_records import NewRecord
from app.emulator.sync.books import Ledger, RefusedError, write_payment
from app.emulator.sync.contacts import Desk

Row = dict[str, Any]

OBJECT_TYPE = "payment_record"


def make_records(db: Database, connection: Row, invoice_ids: Sequence[str] | None = None) -> list[str]:
    """A pending record for each payment (of these invoices) that the books lack; returns their ids."""
    if not are_sent(db):
        return []
    entity_id, organisation_id = connection["entity_id"], connection["organisation_id"]
    at = clock.stamp(clock.now(db))
    payments.record_new(db, entity_id, organisation_id, invoice_ids, at=at)
    found = payments.find_to_push(db, entity_id, organisation_id, invoice_ids)
    new = [NewRecord(OBJECT_TYPE, row["id"], "pending", row["updated_at"]) for row in found]
    return synced_records.insert(db, connection, new, at=at)


def are_sent(db: Database) -> bool:
    """Whether the version that syncs go by has payments at all."""
    return OBJECT_TYPE in meta.background_version(db).record_types


def push_payment(
    db: Database,
    desk: Desk,
    ledger: Ledger,
    record: Row,
    *,
    account_id: str | None,
    known_accounts: Mapping[str, str],
) -> tuple[str, str]:
    """Send the payment to the books; returns its id there and when the payment changed.

    `account_id` is the entity's account for payments, by Monite's id. Raises RefusedError.
    """
    payment = payments.find(db, record["object_id"])
    if payment is None or not are_sent(db):
        raise RefusedError(["The object no longer exists"])
    if account_id is None:
        raise RefusedError(["accounting.ledger_account_ids.payments is not set for the entity"])
    if account_id not in known_accounts:
        raise RefusedError(["Ledger account does not exist: payments"])
    invoice = synced_records.find_one(
        db, record["entity_id"], record["organisation_id"], "receivable", payment["receivable_id"]
    )
    if invoice is None or not invoice["platform_object_id"]:
        raise RefusedError(["The invoice of this payment is not in the accounting system"])
    entry = {
        "id": payment["id"],
        "account_id": known_accounts[account_id],
        "date": payment["paid_at"][:10],
        "currency": payment["currency"],
        "amount": payment["amount"],
    }
    document_id = invoice["platform_object_id"]

    def enter() -> str:
        desk.setbacks.refuse("payment")
        return write_payment(db, ledger, document_id, entry)

    written = desk.operations.carry(record, PUSHED_AS[OBJECT_TYPE], enter, requested=desk.at)
    return written, payment["updated_at"]
