"""The scenario for measuring: connected businesses of any size, with as many records as asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.codat import DATA_TYPES
from app.emulator.samples import books, businesses, generated
from app.emulator.samples.calendar import Calendar
from app.emulator.samples.names import new_id
from app.emulator.store import ledger_accounts, snapshots, tax_rates
from app.emulator.store.snapshots import Row, Tables

PLATFORM = "xero"
MOST = 1_000_000
"""Bills, and records, of all businesses together: a few minutes' work and a few gigabytes."""
MOST_ENTITIES = 10_000
FEW, MANY = 10, 2000
"""Bills of each business when nobody says how many: many for one business, few for each of several."""
AT_ONCE = 1000
"""How many bills are held in memory."""
STEPS = ("done", "done", "done", "error", "done", "done", "done", "done", "done", "error")
ERROR = json.dumps(
    {
        "message": "Account code '429' has been archived, or has been deleted. "
        "Each line item must reference a valid account."
    }
)


def load(
    db: Database, calendar: Calendar, *, entities: int = 1, payables: int | None = None, records: int = 0
) -> None:
    """So many entities, each with so many bills and so many synced records of bills.

    Records beyond the number of bills belong to bills that Monite no longer has. Raises ValueError when
    that is more than `MOST`.
    """
    if payables is None:
        payables = MANY if entities == 1 else FEW
    if entities > MOST_ENTITIES or max(payables, records) * entities > MOST:
        raise ValueError(f"at most {MOST_ENTITIES} entities, and {MOST} bills and records in all")
    for number in range(entities):
        business = _business(number)
        snapshots.fill(db, businesses.tables(business, calendar))
        snapshots.fill(db, books.tables(business, calendar))
        snapshots.fill(db, _connected(business, calendar))
        _pull(db, business, calendar)
        _fill_bills(db, business, calendar, payables)
        snapshots.fill(db, {"synced_records": _records(business, calendar, payables, records)})


def _business(number: int) -> dict[str, Any]:
    """A business in the manner of the large sample one, with ids of its own and no documents yet."""
    pattern = businesses.get("tamarack")
    key = f"bulk-{number + 1}"
    supplier = next(found for found in pattern["counterparts"] if found["is_vendor"])
    return {
        **pattern,
        "id": new_id(key),
        "key": key,
        "name": f"Bulk business {number + 1}",
        "legal_name": f"Bulk business {number + 1} Inc.",
        "counterparts": [{**supplier, "id": new_id(key, "supplier")}],
        "products": [{**found, "id": new_id(key, found["id"])} for found in pattern["products"]],
        "payables": [],
        "receivables": [],
    }


def _fill_bills(db: Database, business: dict[str, Any], calendar: Calendar, count: int) -> None:
    """The bills, a batch at a time, however many there are."""
    (supplier,) = business["counterparts"]
    patterns = {**business, "payables": businesses.get("tamarack")["payables"]}
    bills = (
        {**bill, "counterpart_id": supplier["id"], "counterpart_name": supplier["name"]}
        for bill in generated.bills(patterns, count)
    )
    for first in range(0, count, AT_ONCE):
        batch = islice(bills, AT_ONCE)
        snapshots.fill(db, businesses.payables(business, batch, calendar, first=first))


def _connected(business: dict[str, Any], calendar: Calendar) -> Tables:
    organisation = books.organisation_id(business["key"], PLATFORM, own=True)
    hour_ago = calendar.ago(0, -3000)
    row: Row = {
        "id": new_id(business["key"], "connection"),
        "entity_id": business["id"],
        "status": "connected",
        "platform": PLATFORM,
        "provider": "codat",
        "company_id": new_id(business["key"], "company"),
        "provider_connection_id": new_id(business["key"], "provider"),
        "organisation_id": organisation,
        "linked_at": calendar.ago(30),
        "last_pull": hour_ago,
        "first_pull_done": 1,
        # Measurements are not disturbed by an hourly sync: the next one is far away.
        "next_sync_at": calendar.ago(-365),
        "errors": None,
        "created_at": calendar.ago(31),
        "updated_at": hour_ago,
    }
    reads: list[Row] = [
        {
            "id": new_id(business["key"], "dataset", data_type),
            "connection_id": row["id"],
            "data_type": data_type,
            "status": "Complete",
            "requested": hour_ago,
            "completed": hour_ago,
        }
        for data_type in DATA_TYPES
    ]
    return {
        "connections": [row],
        "codat_datasets": reads,
        "sync_rules": [{"entity_id": business["id"], "payable": "[]", "receivable": "[]"}],
    }


def _pull(db: Database, business: dict[str, Any], calendar: Calendar) -> None:
    """Monite's copy of the chart and of the tax rates, as the first pull leaves them."""
    organisation = books.organisation_id(business["key"], PLATFORM, own=True)
    for resource in (ledger_accounts, tax_rates):
        resource.pull(db, business["id"], organisation, at=calendar.ago(30))


def _records(business: dict[str, Any], calendar: Calendar, bills: int, count: int) -> Iterator[Row]:
    organisation = books.organisation_id(business["key"], PLATFORM, own=True)
    for number in range(count):
        bill_id = (
            generated.bill_id(business["key"], number)
            if number < bills
            else new_id(business["key"], "gone", number)
        )
        status = STEPS[number % len(STEPS)]
        moment, platform_id = calendar.ago(25, number), new_id(bill_id, "platform")
        done = status == "done"
        yield {
            "id": new_id(business["key"], "record", number),
            "entity_id": business["id"],
            "organisation_id": organisation,
            "object_type": "bill",
            "object_id": bill_id,
            "sync_status": status,
            "errors": "{}" if done else ERROR,
            "platform": PLATFORM,
            "platform_object_id": platform_id if done else None,
            "platform_updated_at": moment if done else None,
            "provider": "codat",
            "provider_object_id": platform_id if done else None,
            "provider_updated_at": moment if done else None,
            "object_updated_at": moment,
            "last_pulled_at": moment,
            "created_at": moment,
            "updated_at": moment,
        }
