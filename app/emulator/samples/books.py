"""The books behind a sample business: two organisations on each platform, its own and a wrong one.

The own one holds the contacts and items of the business's data file, the chart and the tax rates of
its country, and a few documents of its own. The wrong one belongs to the same people, so that
choosing it is an honest mistake; its chart is small and has ids of its own.
"""

from __future__ import annotations

import json
from typing import Any

from app.emulator.rules.matching import address_line
from app.emulator.samples import countries
from app.emulator.samples.calendar import Calendar
from app.emulator.samples.files import read
from app.emulator.samples.names import new_id
from app.emulator.store.snapshots import Row, Tables

Business = dict[str, Any]
Entered = tuple[str, int, str, str, str]
"""A document of the bookkeeper's: day, amount, status, contact and number."""

PLATFORMS = ("xero", "quickbooks_online")
ADDRESS_LINE = ("line1", "line2", "postal_code", "state")
SALES_CODES = {"xero": "200", "quickbooks_online": "40060"}
COST_CODES = {"xero": "429", "quickbooks_online": "60380"}

SMALL_CHART = {
    "xero": ("090", "200", "260", "310", "400", "404", "429", "469", "489", "610", "800", "820"),
    "quickbooks_online": ("1000", "4800", "5000", "6000", "6150", "6350", "6750", "6800", "6950", "2000"),
}


def organisation_id(key: str, platform: str, *, own: bool) -> str:
    """The id of a sample organisation."""
    return new_id(key, platform, "own" if own else "other")


def tables(business: Business, calendar: Calendar) -> Tables:
    """All four organisations of a business with everything in their books."""
    filled: Tables = {"organisations": [], "book_currencies": []}
    for platform in PLATFORMS:
        for own in (True, False):
            organisation = _organisation(business, platform, own=own)
            filled["organisations"].append(organisation)
            for table, rows in _content(business, organisation, calendar).items():
                filled.setdefault(table, []).extend(rows)
    return filled


def _organisation(business: Business, platform: str, *, own: bool) -> Row:
    name = business["name"] if own else business["other_organisation"]
    return {
        "id": organisation_id(business["key"], platform, own=own),
        "entity_id": business["id"],
        "platform": platform,
        "is_own": int(own),
        "name": name,
        "legal_name": business["legal_name"] if own else name,
        "email": business.get("email", f"accounts@{business['key']}.example.com"),
        "country": business["country"],
        "base_currency": business["currency"],
        "lock_date": None,
        "subscription": "active",
    }


def _content(business: Business, organisation: Row, calendar: Calendar) -> Tables:
    platform, own = organisation["platform"], bool(organisation["is_own"])
    currencies = business["currencies"] if own else [business["currency"]]
    accounts = _accounts(business, organisation, own=own)
    contacts = _contacts(business, organisation) if own else _other_contacts(business, organisation)
    filled: Tables = {
        "book_accounts": accounts,
        "book_tax_rates": tax_rates(organisation["id"], platform, business["country"]),
        "book_currencies": [
            {"organisation_id": organisation["id"], "currency": currency} for currency in currencies
        ],
        "book_contacts": contacts,
    }
    by_code = {row["code"]: row["id"] for row in accounts}
    if own:
        filled["book_items"] = _items(business, organisation["id"], by_code[SALES_CODES[platform]])
        kinds = {"bill": by_code[COST_CODES[platform]], "invoice": by_code[SALES_CODES[platform]]}
        filled |= _documents(business, organisation, contacts, kinds, calendar)
    return filled


def _chart_file(country: str, platform: str, *, own: bool) -> str:
    if platform == "xero":
        return f"chart_xero_{'uk' if country == 'GB' else 'global'}.json"
    return f"chart_quickbooks_{'default' if own else 'sample'}.json"


def _accounts(business: Business, organisation: Row, *, own: bool) -> list[Row]:
    platform = organisation["platform"]
    chart = read(_chart_file(business["country"], platform, own=own))["accounts"]
    rows = []
    for position, account in enumerate(chart):
        _, code, name, kind, subtype, is_bank, selectable, description = account
        if not own and code not in SMALL_CHART[platform]:
            continue
        rows.append(
            {
                "id": _account_key(organisation["id"], platform, account, position, own=own),
                "organisation_id": organisation["id"],
                "code": code,
                "name": name,
                "type": kind,
                "subtype": subtype,
                "status": "Active",
                "is_bank_account": int(is_bank),
                "selectable": int(selectable),
                "currency": business["currency"],
                "description": description,
            }
        )
    return rows


def _account_key(organisation: str, platform: str, account: list[Any], position: int, *, own: bool) -> str:
    """Xero gives uuids, QuickBooks short numbers; no two organisations share one by accident."""
    if platform == "xero":
        return new_id(organisation, "account", account[1])
    return str(account[0]) if own else str(300 + position)


def tax_rates(organisation: str, platform: str, country: str) -> list[Row]:
    """The tax rates of an organisation of this country."""
    return [
        {
            "id": key,
            "organisation_id": organisation,
            "name": name,
            "code": key if platform == "xero" else name,
            "rate": rate,
            "components": json.dumps(
                [{"name": part, "rate": value, "is_compound": compound} for part, value, compound in parts],
                ensure_ascii=False,
            ),
            "status": "Active",
            "on_purchases": int(on_purchases),
            "on_sales": int(on_sales),
        }
        for key, name, rate, parts, on_purchases, on_sales in countries.tax_rates(platform, country)
    ]


def _contacts(business: Business, organisation: Row) -> list[Row]:
    return [
        {
            "id": key if organisation["platform"] == "xero" else str(position),
            "organisation_id": organisation["id"],
            "name": name,
            "is_supplier": int(is_supplier),
            "is_customer": int(is_customer),
            "country": country,
            "city": city,
            "address": address_line(*(address.get(part) for part in ADDRESS_LINE)),
            "status": status.capitalize(),
        }
        for position, (key, name, is_supplier, is_customer, country, city, address, status) in enumerate(
            business["book_contacts"], 1
        )
    ]


def _other_contacts(business: Business, organisation: Row) -> list[Row]:
    return [
        {
            "id": new_id(organisation["id"], "contact", name)
            if organisation["platform"] == "xero"
            else str(900 + position),
            "organisation_id": organisation["id"],
            "name": name,
            "is_supplier": 1,
            "is_customer": 0,
            "country": business["country"],
            "city": business["address"]["city"],
            "address": f"{position} {business['address']['line1'].lstrip('0123456789 ')}",
            "status": "Active",
        }
        for position, name in enumerate(business["other_contacts"], 11)
    ]


def _items(business: Business, organisation: str, sales_account: str) -> list[Row]:
    """Items carry an account only where Monite has no product of that name to be assigned one."""
    known = {product["name"] for product in business["products"]}
    return [
        {
            "id": key,
            "organisation_id": organisation,
            "name": name,
            "code": code,
            "unit_price": unit_price,
            "account_id": None if name in known else sales_account,
            "status": "Active",
        }
        for key, name, code, unit_price, _ in business["book_items"]
    ]


def _documents(
    business: Business, organisation: Row, contacts: list[Row], accounts: dict[str, str], calendar: Calendar
) -> Tables:
    """What was in the books before anything was connected, each to an account of its kind."""
    found = [
        *(("bill", *one) for one in _entered_bills(business, contacts)),
        *(("invoice", *one) for one in _entered_invoices(contacts)),
    ]
    documents, lines = [], []
    for index, (kind, day, amount, status, contact, number) in enumerate(found, 1):
        key = new_id(organisation["id"], "document", index)
        document = {
            "id": key if organisation["platform"] == "xero" else str(index),
            "organisation_id": organisation["id"],
            "kind": kind,
            "number": number,
            "contact_id": contact,
            "date": calendar.day(day),
            "due_date": calendar.day(day),
            "currency": organisation["base_currency"],
            "total": amount,
            "status": status,
            "source": "books",
            "created_at": calendar.moment(day),
            "updated_at": calendar.moment(day),
        }
        documents.append(document)
        lines.append(_entered_line(document, accounts[kind]))
    return {"book_documents": documents, "book_lines": lines}


def _entered_bills(business: Business, contacts: list[Row]) -> list[Entered]:
    """Bills of a supplier, if there is one; another one may have been entered twice."""
    names = _active(contacts, "is_supplier")
    if not names:
        return []
    first = next(iter(names.values()))
    entered: list[Entered] = [
        ("2026-08-03", 12450, "paid", first, "PC-1041"),
        ("2026-09-14", 8800, "paid", first, "PC-1042"),
        ("2026-10-30", 23175, "open", first, "PC-1043"),
    ]
    twice = business.get("double_entry")
    if twice:
        entered.append(("2026-10-22", 100803, "open", names[twice["supplier"]], twice["number"]))
    return entered


def _entered_invoices(contacts: list[Row]) -> list[Entered]:
    """Invoices to the last customer, if there is one."""
    names = _active(contacts, "is_customer")
    if not names:
        return []
    last = list(names.values())[-1]
    return [
        ("2026-08-19", 64000, "paid", last, "BK-2086"),
        ("2026-10-05", 41250, "open", last, "BK-2087"),
    ]


def _active(contacts: list[Row], role: str) -> dict[str, str]:
    return {row["name"]: row["id"] for row in contacts if row[role] and row["status"] == "Active"}


def _entered_line(document: Row, account: str) -> Row:
    return {
        "organisation_id": document["organisation_id"],
        "document_id": document["id"],
        "position": 0,
        "description": "Entered by the bookkeeper",
        "quantity": 1.0,
        "unit_amount": document["total"],
        "discount_amount": 0,
        "amount": document["total"],
        "tax_amount": 0,
        "account_id": account,
        "tax_rate_id": None,
    }
