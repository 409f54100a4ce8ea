"""Entities: the partner's customers, with the settings that each has for itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import NotFoundError
from app.emulator.rules.defaults import filled
from app.emulator.store import objects, pages
from app.emulator.store.filters import among, choice, compile_filters, moments, text
from app.emulator.store.objects import Row, body_of

TABLE = "entities"
LISTING = pages.Listing(
    "entities", TABLE, {"created_at": "created_at", "updated_at": "updated_at"}, scope_column=""
)
TYPES = ("individual", "organization")
STATUSES = ("active", "inactive", "deleted")
STATUS = "coalesce(json_extract(body, '$.status'), 'active')"
FILTERS = {
    "type": choice("coalesce(json_extract(body, '$.type'), 'organization')", TYPES),
    **moments("created_at", "created_at"),
    "id__in": among("id"),
    "id__not_in": among("id", negated=True),
    "email": text("json_extract(body, '$.email')"),
    "email__in": among("json_extract(body, '$.email')", read=str),
    "email__not_in": among("json_extract(body, '$.email')", negated=True, read=str),
    "status": choice(STATUS, STATUSES),
}
TEMPLATE: Row = {
    "id": None,
    "created_at": None,
    "updated_at": None,
    "address": None,
    "email": None,
    "logo": None,
    "phone": None,
    "registration_authority": None,
    "registration_number": None,
    "status": "active",
    "tax_id": None,
    "type": "organization",
    "website": None,
}

ADDRESS: Row = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
PARTS: dict[str, Row] = {
    "organization": dict.fromkeys(
        (
            "business_structure", "directors_provided", "executives_provided", "legal_entity_id",
            "legal_name", "owners_provided", "representative_provided",
        )
    ),
    "individual": dict.fromkeys(
        ("date_of_birth", "first_name", "id_number", "last_name", "ssn_last_4", "title")
    ),
}  # fmt: skip
NEEDED = {
    "address": ("city", "line1", "postal_code"),
    "organization": ("legal_name",),
    "individual": ("first_name", "last_name"),
}
NO_DEFAULTS: Row = {
    "ledger_account_ids": {"payments": None, "products": None},
    "tax_ids": {"deductions": None},
}
SETTINGS: Row = {
    "accounting": NO_DEFAULTS,
    "allow_purchase_order_autolinking": True,
    "currency": None,
    "document_ids": {
        "document_type_prefix": {
            "credit_note": "CN",
            "delivery_note": "DN",
            "invoice": "INV",
            "purchase_order": "PO",
            "quote": "Q",
        },
        "include_date": False,
        "min_digits": 5,
        "prefix": None,
        "separator": "-",
    },
    "document_rendering": {"display_entity_bank_account": True, "display_line_items": True},
    "generate_paid_invoice_pdf": False,
    "language": "en",
    "mail": None,
    "payables_ocr_auto_tagging": None,
    "payables_skip_approval_flow": False,
    "payment_priority": "working_capital",
    "quote_signature_required": False,
    "receivable_edit_flow": "compliant",
    "reminder": {"enabled": True},
    "vat_inclusive_discount_mode": "exclusive",
    "vat_mode": "exclusive",
}
"""What Monite starts an entity with; its currency is the one that it was created with."""


def get(db: Database, entity_id: str) -> Row:
    """The entity in Monite's shape; raises NotFoundError when there is none."""
    row = next(db.query("SELECT * FROM entities WHERE id = ?", [entity_id]), None)
    if row is None:
        raise NotFoundError
    return _shaped(row)


def create(db: Database, given: Row, *, currency: str) -> Row:
    """Add an active entity that deals in this currency, and return it in Monite's shape."""
    kind, entity_id = given["type"], str(uuid4())
    body = {**TEMPLATE, **given, "address": {**ADDRESS, **given["address"]}}
    body[kind] = {**PARTS[kind], **given[kind]}
    row = {
        "id": entity_id,
        "key": entity_id,
        "name": name_of(body),
        "country": given["address"]["country"],
        "currency": currency,
        "body": json.dumps(body),
    }
    return _shaped(objects.insert(db, TABLE, row))


def update(db: Database, entity_id: str, changes: Row) -> Row:
    """Change an entity and return it; null takes away only what an entity can be without."""
    row = next(db.query("SELECT * FROM entities WHERE id = ?", [entity_id]), None)
    if row is None:
        raise NotFoundError
    body = _shaped(row)
    before = name_of(body)
    for name, value in changes.items():
        if name in ("address", *TYPES):
            needed = NEEDED[name]
            kept = {part: one for part, one in (value or {}).items() if one is not None or part not in needed}
            body[name] = {**body[name], **kept}
        else:
            body[name] = value
    renamed = {"name": name_of(body)} if name_of(body) != before else {}
    return _shaped(objects.update(db, TABLE, row, {"body": json.dumps(body), **renamed}))


def name_of(body: Row) -> str:
    """What the entity is called: its legal name, or a person's first and last one."""
    if body["type"] == "individual":
        return f"{body['individual']['first_name']} {body['individual']['last_name']}"
    return str(body["organization"]["legal_name"])


def exists(db: Database, entity_id: str) -> bool:
    """Whether the partner has this entity."""
    return next(db.query("SELECT 1 FROM entities WHERE id = ?", [entity_id]), None) is not None


def names(db: Database) -> list[dict[str, Any]]:
    """Every entity by id and name, the oldest first."""
    return list(db.query("SELECT id, name FROM entities ORDER BY created_at, id"))


def find(db: Database, args: Mapping[str, list[str]]) -> pages.Page:
    """One page of the partner's entities, in Monite's shape."""
    query = pages.read_query(LISTING, args, "")
    where, values = compile_filters(FILTERS, query.filters)
    found = pages.fetch(db, LISTING, query, "", where=where, values=values)
    return found.shaped(_shaped)


def settings(db: Database, entity_id: str) -> Row:
    """The entity's own settings: what was set over what Monite starts with; raises NotFoundError."""
    row = next(db.query("SELECT currency, settings FROM entities WHERE id = ?", [entity_id]), None)
    if row is None:
        raise NotFoundError
    currency = {"default": row["currency"], "exchange_rates": None}
    return {**SETTINGS, "currency": currency, **json.loads(row["settings"])}


def defaults(db: Database, entity_id: str) -> Row:
    """The entity's default accounts and tax rate, by Monite's ids; raises NotFoundError.

    `ledger_account_ids` has `products` and `payments`, `tax_ids` has `deductions`; null is none.
    """
    found: Row = settings(db, entity_id)["accounting"]
    return found


def save_settings(db: Database, entity_id: str, changes: Row) -> Row:
    """Put the given top-level settings in the place of what was set; returns all of them.

    What an object leaves out is as Monite starts with it, except in `accounting`: there it stays as
    it is, so that one default can be set without losing the others.
    """
    present = settings(db, entity_id)
    row = next(db.query("SELECT settings FROM entities WHERE id = ?", [entity_id]))
    stored: Row = json.loads(row["settings"])
    for name, value in changes.items():
        if name == "accounting":
            stored[name] = _accounting(present[name], value)
        else:
            stored[name] = filled(SETTINGS.get(name), value)
    db.table("entities").update(entity_id, {"settings": json.dumps(stored)})
    return settings(db, entity_id)


def _shaped(row: Row) -> Row:
    return body_of(row, TEMPLATE)


def _accounting(present: Row, given: Row | None) -> Row:
    if given is None:
        return NO_DEFAULTS
    parts = {name: NO_DEFAULTS[name] if part is None else part for name, part in given.items()}
    found: Row = filled(present, parts)
    return found
