"""The scenario for measuring: connected businesses of any size, with as many records as asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from app.emulator.samples import books, businesses, generated
from app.emulator.samples.calendar import Calendar
from app.emulator.samples.names import new_id
from app.emulator.store import snapshots
from app.emulator.store.snapshots import Row, Tables

STEPS = ("done", "done", "done", "error", "done", "done", "done", "done", "done", "error")
ERROR = {
    "message": "Account code '429' has been archived, or has been deleted. "
    "Each line item must reference a valid account."
}


def load(
    db: Database, calendar: Calendar, *, entities: int = 1, payables: int = 2000, records: int = 0
) -> None:
    """So many entities, each with so many bills and so many synced records of bills.

    Records beyond the number of bills belong to bills that Monite no longer has.
    """
    for number in range(entities):
        business = _business(number, payables)
        snapshots.fill(db, businesses.tables(business, calendar))
        snapshots.fill(db, books.tables(business, calendar))
        snapshots.fill(db, _connected(business, calendar))
        snapshots.fill(db, {"synced_records": _records(business, calendar, records)})


def _business(number: int, payables: int) -> dict[str, Any]:
    """A business in the manner of the large sample one, with ids of its own."""
    pattern = businesses.get("tamarack")
    key = f"bulk-{number + 1}"
    supplier = next(found for found in pattern["counterparts"] if found["is_vendor"])
    supplier = {**supplier, "id": new_id(key, "supplier")}
    business = {
        **pattern,
        "id": new_id(key),
        "key": key,
        "name": f"Bulk business {number + 1}",
        "legal_name": f"Bulk business {number + 1} Inc.",
        "counterparts": [supplier],
        "products": [{**found, "id": new_id(key, found["id"])} for found in pattern["products"]],
        "receivables": [],
    }
    bills = generated.bills(business, payables)
    business["payables"] = [
        {**bill, "counterpart_id": supplier["id"], "counterpart_name": supplier["name"]} for bill in bills
    ]
    return business


def _connected(business: dict[str, Any], calendar: Calendar) -> Tables:
    organisation = books.organisation_id(business["key"], "xero", own=True)
    hour_ago, connection = calendar.ago(0, -3000), new_id(business["key"], "connection")
    row: Row = {
        "id": connection,
        "entity_id": business["id"],
        "status": "connected",
        "platform": "xero",
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
    return {
        "connections": [row],
        "sync_rules": [{"entity_id": business["id"], "payable": "[]", "receivable": "[]"}],
        "ledger_accounts": _ledger_accounts(business, organisation, calendar),
    }


def _ledger_accounts(business: dict[str, Any], organisation: str, calendar: Calendar) -> list[Row]:
    accounts = books.tables(business, calendar)["book_accounts"]
    return [
        {
            "id": new_id(business["key"], "ledger", account["id"]),
            "entity_id": business["id"],
            "organisation_id": organisation,
            "platform_account_id": account["id"],
            "name": account["name"],
            "nominal_code": account["code"],
            **{key: account[key] for key in ("type", "subtype", "status", "is_bank_account", "currency")},
            "current_balance": 0,
            "description": account["description"],
            "created_at": calendar.ago(30),
        }
        for account in accounts
        if account["organisation_id"] == organisation
    ]


def _records(business: dict[str, Any], calendar: Calendar, count: int) -> Iterator[Row]:
    organisation = books.organisation_id(business["key"], "xero", own=True)
    bills = business["payables"]
    for number in range(count):
        bill_id = bills[number]["id"] if number < len(bills) else new_id(business["key"], "gone", number)
        status = STEPS[number % len(STEPS)]
        moment = calendar.ago(25, number)
        yield {
            "id": new_id(business["key"], "record", number),
            "entity_id": business["id"],
            "organisation_id": organisation,
            "object_type": "bill",
            "object_id": bill_id,
            "sync_status": status,
            "errors": json.dumps(ERROR if status == "error" else {}),
            "platform": "xero",
            "platform_object_id": new_id(bill_id, "platform") if status == "done" else None,
            "platform_updated_at": moment if status == "done" else None,
            "provider": "codat",
            "provider_object_id": new_id(bill_id, "platform") if status == "done" else None,
            "provider_updated_at": moment if status == "done" else None,
            "object_updated_at": moment,
            "last_pulled_at": moment,
            "created_at": moment,
            "updated_at": moment,
        }
