"""What a push needs before anything is written: everything read once, and documents made ready."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from app.emulator.rules import readiness, refusals
from app.emulator.rules.documents import (
    BookLine,
    Document,
    Kind,
    spread_discount,
    with_deduction,
    with_default_account,
)
from app.emulator.store import (
    clock,
    documents,
    entities,
    faults,
    ledger_accounts,
    meta,
    sync_rules,
    synced_records,
    tax_rates,
)
from app.emulator.sync import codat
from app.emulator.sync.books import Draft, Ledger, RefusedError, open_ledger
from app.emulator.sync.contacts import Desk, contact_for
from app.emulator.sync.setbacks import Setbacks

Row = dict[str, Any]

ROLE_OF: Mapping[Kind, str] = {"bill": "vendor", "invoice": "customer"}


@dataclass(frozen=True, slots=True)
class Press:
    """What all pushes of a batch need, read once."""

    connection: Row
    ledger: Ledger
    desk: Desk
    rules: Mapping[str, Sequence[str]]
    accounts: Mapping[str, str]
    rates: Mapping[str, str]
    items: Mapping[str, str]
    defaults: Row
    deduction_title: str
    discounts_allowed: bool
    operations: codat.Pushes
    mishaps: bool
    """Whether the provider is to be stuck, or to time out."""
    at: str


def open_press(db: Database, connection: Row, record_ids: Sequence[str], loaded: Iterable[Document]) -> Press:
    """What is needed to push these records of a connection, whose documents are loaded."""
    entity_id, organisation_id = connection["entity_id"], connection["organisation_id"]
    ledger, at = open_ledger(db, organisation_id), clock.stamp(clock.now(db))
    operations = codat.Pushes(db, connection, record_ids)
    sold = {line.product_id for document in loaded for line in document.lines if line.product_id}
    return Press(
        connection=connection,
        ledger=ledger,
        desk=Desk(connection, ledger.organisation, Setbacks(db, entity_id), operations, at),
        rules=sync_rules.in_force(db, entity_id),
        accounts=ledger_accounts.platform_ids(db, entity_id, organisation_id),
        rates=tax_rates.platform_ids(db, entity_id, organisation_id),
        items=synced_records.find_links(db, entity_id, organisation_id, "product", sold),
        defaults=entities.defaults(db, entity_id),
        deduction_title=(meta.partner_settings(db)["receivable"] or {}).get("deduction_title") or "Deduction",
        discounts_allowed=meta.switches(db)["push_discounted_invoices"],
        operations=operations,
        mishaps=faults.any_armed(db, ("push_stuck", "push_timed_out")),
        at=at,
    )


def load(db: Database, records: Iterable[Row]) -> dict[str, Document]:
    """The payables and invoices that the records are about, by their ids."""
    ids: dict[str, list[str]] = {"bill": [], "receivable": []}
    for record in records:
        if record["object_type"] in ids:
            ids[record["object_type"]].append(record["object_id"])
    return {
        **documents.load_bills(db, ids["bill"]),
        **documents.load_invoices(db, ids["receivable"]),
    }


def draft(db: Database, press: Press, document: Document) -> Draft:
    """The document as the books take it, its contact among theirs; raises RefusedError without one."""
    whole = checked(press, document)
    contact_id = contact_for(db, press.desk, document.counterpart_id or "", ROLE_OF[document.kind])
    spread = spread_discount(whole)
    return Draft(spread, _book_lines(press, spread), contact_id)


def checked(press: Press, document: Document) -> Document:
    """The document with what the settings add; raises RefusedError where Monite itself does not send it."""
    whole = _whole(press, document)
    lacking = readiness.lacks(
        whole,
        known_accounts=press.accounts.keys(),
        known_rates=press.rates,
        book_rates=press.ledger.rates.values(),
        discounts_allowed=press.discounts_allowed,
    )
    if lacking:
        raise RefusedError(lacking)
    if document.counterpart_id is None:
        raise RefusedError([refusals.platform(press.ledger.organisation).nobody(document.kind)])
    return whole


def _whole(press: Press, document: Document) -> Document:
    """An invoice with what the entity's settings add: the account of its products, the deduction's rate."""
    if document.kind == "bill":
        return document
    products = press.defaults["ledger_account_ids"]["products"]
    filled = with_default_account(document, products)
    rate = press.defaults["tax_ids"]["deductions"]
    if rate is None:
        return filled
    first = next((line.ledger_account_id for line in filled.lines), None)
    return with_deduction(
        spread_discount(filled) if press.discounts_allowed else filled,
        title=press.deduction_title,
        ledger_account_id=products or first,
        tax_rate_id=rate,
    )


def _book_lines(press: Press, document: Document) -> list[BookLine]:
    """The lines with the books' own ids; that each has them was checked before."""
    return [
        BookLine(
            line,
            press.accounts[line.ledger_account_id or ""],
            readiness.rate_id(document, line, press.rates, press.ledger.rates.values()) or "",
            press.items.get(line.product_id or ""),
        )
        for line in document.lines
    ]
