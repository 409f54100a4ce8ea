"""What Monite holds of a sample business before anything was connected, as rows of its tables."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from app.emulator.samples import invoices, people, shapes
from app.emulator.samples.calendar import Calendar
from app.emulator.samples.files import read
from app.emulator.samples.names import new_id
from app.emulator.store.snapshots import Row, Tables

KEYS = ("fernlight", "grauvelle", "saguaro", "kettwerk", "wattlebrae", "tamarack")

Business = dict[str, Any]
"""A business as its data file has it: entity fields, counterparts, products, documents, books."""


def get(key: str) -> Business:
    """The business with this key."""
    found: Business = read(f"business_{key}.json")
    return found


def tables(business: Business, calendar: Calendar) -> Tables:
    """Everything that Monite holds of the business."""
    return {
        "entities": [_entity(business, calendar)],
        **people.tables(business, calendar),
        "measure_units": _measure_units(business, calendar),
        **_counterparts(business, calendar),
        "products": _products(business, calendar),
        **payables(business, business["payables"], calendar),
        "receivables": invoices.rows(business, calendar),
    }


def payables(
    business: Business, bills: Iterable[dict[str, Any]], calendar: Calendar, *, first: int = 0
) -> Tables:
    """The bills of the business, `first` being the place of the first one, and their line items."""
    suppliers = {found["id"]: found for found in business["counterparts"]}
    bodies = [
        (bill, shapes.payable(business, bill, suppliers[bill["counterpart_id"]], calendar, index))
        for index, bill in enumerate(bills, first)
    ]
    return {
        "payables": [_payable_row(body) for _, body in bodies],
        "payable_line_items": [
            _line_row(body, shapes.line_item(body, line), position)
            for bill, body in bodies
            for position, line in enumerate(bill["lines"])
        ],
    }


def _entity(business: Business, calendar: Calendar) -> Row:
    joined = calendar.ago(420, KEYS.index(business["key"]) if business["key"] in KEYS else 0)
    body = shapes.entity(business, joined, joined)
    return {
        "id": business["id"],
        "key": business["key"],
        "name": business["name"],
        "country": business["country"],
        "currency": business["currency"],
        **_stored(body),
    }


def _measure_units(business: Business, calendar: Calendar) -> list[Row]:
    names = dict.fromkeys(product["measure_unit"] for product in business["products"])
    return [
        {
            "id": new_id(business["key"], "unit", name),
            "entity_id": business["id"],
            "name": name,
            "description": None,
            "created_at": calendar.ago(410, index),
            "updated_at": calendar.ago(410, index),
        }
        for index, name in enumerate(names)
    ]


def _counterparts(business: Business, calendar: Calendar) -> Tables:
    rows, addresses = [], []
    for index, found in enumerate(business["counterparts"]):
        body = shapes.counterpart(found, business["language"], calendar.ago(400, index * 60))
        rows.append(
            {
                "id": found["id"],
                "entity_id": business["id"],
                "type": found["type"],
                "name": found["name"],
                "is_vendor": int(found["is_vendor"]),
                "is_customer": int(found["is_customer"]),
                **_stored(body),
            }
        )
        addresses.append(
            {
                "id": body["default_billing_address_id"],
                "counterpart_id": found["id"],
                **{key: found["address"].get(key) for key in shapes.ADDRESS},
            }
        )
    return {"counterparts": rows, "counterpart_addresses": addresses}


def _products(business: Business, calendar: Calendar) -> list[Row]:
    rows = []
    for index, found in enumerate(business["products"]):
        unit = new_id(business["key"], "unit", found["measure_unit"])
        body = shapes.product(business["id"], found, unit, calendar.ago(390, index * 60))
        rows.append(
            {
                "id": found["id"],
                "entity_id": business["id"],
                "name": found["name"],
                "type": found["type"],
                "ledger_account_id": None,
                "price": found["price"]["value"],
                "currency": found["price"]["currency"],
                "measure_unit_id": unit,
                **_stored(body),
            }
        )
    return rows


def _payable_row(body: dict[str, Any]) -> Row:
    copied = ("id", "entity_id", "status", "document_id", "counterpart_id", "currency", "total_amount")
    return {
        **{key: body[key] for key in copied},
        "counterpart_name": body["counterpart"]["name"],
        "issued_at": body["issued_at"],
        "due_date": body["due_date"],
        **_stored(body),
    }


def _line_row(payable: dict[str, Any], body: dict[str, Any], position: int) -> Row:
    return {
        "id": body["id"],
        "entity_id": payable["entity_id"],
        "payable_id": payable["id"],
        "position": position,
        "ledger_account_id": None,
        "accounting_tax_rate_id": None,
        "tax": body["tax"],
        "body": json.dumps(body, ensure_ascii=False),
        "created_at": payable["created_at"],
        "updated_at": payable["updated_at"],
    }


def _stored(body: dict[str, Any]) -> Row:
    return {
        "body": json.dumps(body, ensure_ascii=False),
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }
