"""Entities: the partner's customers. Monite creates them elsewhere; here they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from app.emulator.errors import NotFoundError
from app.emulator.rules.defaults import filled
from app.emulator.store import pages
from app.emulator.store.filters import among, choice, compile_filters, moments, text
from app.emulator.store.objects import Row, body_of

LISTING = pages.Listing(
    "entities", "entities", {"created_at": "created_at", "updated_at": "updated_at"}, scope_column=""
)
STATUSES = ("active", "inactive", "deleted")
STATUS = "coalesce(json_extract(body, '$.status'), 'active')"
FILTERS = {
    "type": choice("coalesce(json_extract(body, '$.type'), 'organization')", ("individual", "organization")),
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
    "organization": None,
    "phone": None,
    "registration_authority": None,
    "registration_number": None,
    "status": "active",
    "tax_id": None,
    "type": "organization",
    "website": None,
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
    return body_of(row, TEMPLATE)


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
    return found.shaped(lambda row: body_of(row, TEMPLATE))


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


def _accounting(present: Row, given: Row | None) -> Row:
    if given is None:
        return NO_DEFAULTS
    parts = {name: NO_DEFAULTS[name] if part is None else part for name, part in given.items()}
    found: Row = filled(present, parts)
    return found
