"""Pulling: what the accounting system holds comes to Monite, and is matched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.codat import DATA_TYPES
from app.emulator.rules.matching import Directory, Match, Named, match_products
from app.emulator.store import (
    books,
    clock,
    connections,
    events,
    faults,
    ledger_accounts,
    parties,
    synced_records,
    tax_rates,
)
from app.emulator.store.synced_records import NewRecord
from app.emulator.sync import codat, push, schedules
from app.emulator.sync.contacts import candidates
from app.emulator.sync.products import named, same_name

Row = dict[str, Any]

NOT_PULLED = "The {} could not be pulled from the accounting system."


DATA_OF: Mapping[str, tuple[str, ...]] = {
    "ledger_accounts": ("company", "chartOfAccounts"),
    "tax_rates": ("taxRates",),
    "counterparts": ("suppliers", "customers"),
    "products": ("items", "bills", "invoices"),
}
"""What the provider reads in each step, by its own names."""
ROLES: Mapping[str, tuple[str, str]] = {
    "suppliers": ("vendor", "is_vendor"),
    "customers": ("customer", "is_customer"),
}


def run_step(db: Database, connection: Row, step: str, *, moment: datetime) -> None:
    """One step of the first pull; after the last one, what the rules allow is pushed."""
    lacking = [*_told(connection), *_pull(db, connection, step, first=True)]
    _tell(db, connection, lacking)
    if step == schedules.PULL_STEPS[-1]:
        schedules.keep_going(db, connection["id"], last=moment)
        _end(db, connection, first=True, whole=not lacking, moment=moment)


def run_sync(db: Database, connection: Row, step: str, *, moment: datetime) -> None:
    """The hourly or a forced sync: accounts and rates anew, names of what is new, then the push.

    Where the first pull lacked something, this one is the first pull once more.
    """
    if step == "hourly":
        schedules.plan_hourly_sync(db, connection["id"], last=moment)
    first = not connection["first_pull_done"]
    if first and schedules.is_pulling(db, connection["id"]):
        return  # the first pull is still under way, and pushes when it is done
    lacking = [
        message for part in schedules.PULL_STEPS for message in _pull(db, connection, part, first=first)
    ]
    _tell(db, connection, lacking)
    _end(db, connection, first=first, whole=not lacking, moment=moment)


def _pull(db: Database, connection: Row, step: str, *, first: bool) -> list[str]:
    """Pull what belongs to a step; returns what there is to say about data that cannot be had."""
    failing = [data_type for data_type in DATA_OF[step] if _fails(db, connection, data_type)]
    good = [data_type for data_type in DATA_OF[step] if data_type not in failing]
    if "chartOfAccounts" in good:
        _pull_ledger_accounts(db, connection)
    if "taxRates" in good:
        _pull_tax_rates(db, connection)
    if step == "counterparts":
        pull_counterparts(db, connection, [ROLES[data_type] for data_type in good])
    if "items" in good:
        pull_products(db, connection, first=first)
    for data_type in good:
        codat.dataset_read(db, connection, data_type)
    messages = {data_type: NOT_PULLED.format(DATA_TYPES[data_type]) for data_type in failing}
    for data_type, message in messages.items():
        codat.dataset_read(db, connection, data_type, "FetchError", message)
    return list(messages.values())


def _end(db: Database, connection: Row, *, first: bool, whole: bool, moment: datetime) -> None:
    """A pull that lacks something is not done; but once there was a whole one, pushing goes on."""
    codat.reading_ended(db, connection, first=first and whole)
    if whole:
        connections.set_pulled(db, connection["id"], at=_now(db))
    if whole or not first:
        push.plan_due(db, connection, moment=moment)


def _fails(db: Database, connection: Row, data_type: str) -> bool:
    for fault in faults.find_all(db):
        if (
            fault["kind"] == "pull_failing"
            and fault["entity_id"] in (None, connection["entity_id"])
            and fault["options"]["data_type"] == data_type
        ):
            faults.use(db, fault["id"])
            return True
    return False


def _told(connection: Row) -> list[str]:
    """What the connection says about itself already."""
    return [error["message"] for error in json.loads(connection["errors"] or "[]")]


def _tell(db: Database, connection: Row, messages: list[str]) -> None:
    if messages != _told(connection):
        connections.set_errors(db, connection["id"], messages, at=_now(db))


def pull_counterparts(
    db: Database, connection: Row, roles: Iterable[tuple[str, str]] = tuple(ROLES.values())
) -> None:
    """Match counterparts that no contact is linked to; nothing is created, and no match is no action."""
    contacts = books.contacts(db, connection["organisation_id"])
    counterparts = parties.find_counterparts(db, connection["entity_id"])
    for object_type, flag in roles:
        known = _known(db, connection, object_type)
        directory = Directory(candidates(contacts, connection["platform"], object_type))
        found = [
            (row, directory.match(parties.party(row)))
            for row in counterparts
            if row[flag] and row["id"] not in known
        ]
        records = [
            NewRecord(object_type, row["id"], "done", row["updated_at"], match.party.id)
            for row, match in found
            if isinstance(match, Match)
        ]
        synced_records.insert(db, connection, records, at=_now(db))


def pull_products(db: Database, connection: Row, *, first: bool) -> None:
    """Link products and items of one name and tell ties.

    What only the books have is created at Monite on the first connection, and not later.
    """
    known = synced_records.find_of(db, connection["entity_id"], connection["organisation_id"], "product")
    ours = {row["object_id"] for row in known}
    theirs = {row["platform_object_id"] for row in known if row["platform_object_id"]}
    products = {row["id"]: row for row in parties.find_products(db, connection["entity_id"])}
    items = {row["id"]: row for row in books.items(db, connection["organisation_id"])}
    matches = match_products(named(list(products.values())), named(list(items.values())))
    new_items = [items[one.id] for one in matches.new_items if first and one.id not in theirs]
    records = [
        *_linked(products, [pair for pair in matches.pairs if pair[0].id not in ours]),
        *_created(db, connection, new_items),
        *_tied(products, [tied for tied in matches.tied_products if tied.id not in ours]),
        *_tied_items([tied for tied in matches.tied_items if first and tied.id not in theirs]),
    ]
    synced_records.insert(db, connection, records, at=_now(db))


def _linked(products: Mapping[str, Row], pairs: Iterable[tuple[Named, Named]]) -> list[NewRecord]:
    return [
        NewRecord("product", product.id, "done", products[product.id]["updated_at"], item.id)
        for product, item in pairs
    ]


def _created(db: Database, connection: Row, items: list[Row]) -> list[NewRecord]:
    if not items:
        return []
    at = _now(db)
    organisation = books.organisation_facts(db, connection["organisation_id"])
    accounts = ledger_accounts.platform_ids(db, connection["entity_id"], organisation.id)
    made = parties.insert_products(
        db,
        connection["entity_id"],
        organisation,
        items,
        account_ids={platform_id: account_id for account_id, platform_id in accounts.items()},
        at=at,
    )
    events.emit_all(db, connection["entity_id"], "product", "created", made.values())
    return [NewRecord("product", product_id, "done", at, item_id) for item_id, product_id in made.items()]


def _tied(products: Mapping[str, Row], tied: Iterable[Named]) -> list[NewRecord]:
    return [
        NewRecord("product", one.id, "error", products[one.id]["updated_at"], error=same_name(one.name))
        for one in tied
    ]


def _tied_items(tied: Iterable[Named]) -> list[NewRecord]:
    return [NewRecord("product", None, "error", None, one.id, same_name(one.name)) for one in tied]


def _known(db: Database, connection: Row, object_type: str) -> set[str]:
    records = synced_records.find_of(db, connection["entity_id"], connection["organisation_id"], object_type)
    return {record["object_id"] for record in records}


def _pull_ledger_accounts(db: Database, connection: Row) -> None:
    ledger_accounts.pull(db, connection["entity_id"], connection["organisation_id"], at=_now(db))


def _pull_tax_rates(db: Database, connection: Row) -> None:
    tax_rates.pull(db, connection["entity_id"], connection["organisation_id"], at=_now(db))


def _now(db: Database) -> str:
    return clock.stamp(clock.now(db))
