"""Payables, known to accountants as bills; their lines are in `line_items`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.rules.codes import CURRENCIES
from app.emulator.rules.statuses import PAYABLE_STATUSES
from app.emulator.store import creators, objects, pages
from app.emulator.store.filters import (
    Filter,
    among,
    boolean,
    choice,
    choices,
    compile_filters,
    days,
    holds,
    identified,
    identifier,
    moments,
    numbers,
)
from app.emulator.store.objects import Row, body_of

TABLE = "payables"
CLOSED = ("paid", "canceled", "rejected")
"""In these statuses neither a payable nor its lines can be changed."""

LISTING = pages.Listing(
    "payables", TABLE, {"id": "id", "created_at": "created_at", "issued_at": "coalesce(issued_at, '')"}
)
_TAGGED = "EXISTS (SELECT 1 FROM json_each(body, '$.tags') WHERE json_extract(value, '$.id') IN"
_ASKED = " (SELECT value FROM json_each({})))"
FILTERS = {
    "status": choice("status", PAYABLE_STATUSES),
    "status__in": choices("status", PAYABLE_STATUSES),
    "id__in": among("id"),
    **moments("created_at", "created_at"),
    **numbers("total_amount", "total_amount"),
    **numbers("amount", "total_amount"),
    "currency": choice("currency", CURRENCIES),
    "counterpart_id": identifier("counterpart_id"),
    **holds("counterpart_name", "counterpart_name", exact=True),
    "search_text": Filter(
        "instr(casefold(coalesce(document_id, '') || char(10) || coalesce(counterpart_name, '')),"
        " casefold({})) > 0",
        str,
        "str",
    ),
    **days("due_date", "due_date"),
    **days("issued_at", "issued_at"),
    **holds("document_id", "document_id", exact=True),
    "was_created_by_user_id": identifier("json_extract(body, '$.was_created_by_user_id')"),
    "source_of_payable_data": choice(
        "coalesce(json_extract(body, '$.source_of_payable_data'), 'user_specified')",
        ("ocr", "user_specified", "einvoicing"),
    ),
    "ocr_status": choice(
        "json_extract(body, '$.ocr_status')", ("processing", "error", "success", "canceled")
    ),
    "line_item_id": identified("id = (SELECT payable_id FROM payable_line_items WHERE id = {})"),
    "purchase_order_id": identifier("json_extract(body, '$.purchase_order_id')"),
    "project_id": identifier("json_extract(body, '$.project_id')"),
    "project_id__in": among("json_extract(body, '$.project_id')"),
    "tag_ids": identified(_TAGGED + _ASKED, many=True),
    "tag_ids__not_in": identified("NOT " + _TAGGED + _ASKED, many=True),
    "has_tags": boolean("json_array_length(coalesce(json_extract(body, '$.tags'), '[]')) > 0"),
    "origin": choice(
        "coalesce(json_extract(body, '$.payable_origin'), 'upload')", ("upload", "email", "einvoicing")
    ),
    "has_file": boolean("json_extract(body, '$.file_id') IS NOT NULL"),
}
# fmt: off
FIELDS = (
    "id", "created_at", "updated_at", "amount_due", "amount_paid", "amount_to_pay",
    "approval_policy_id", "counterpart", "counterpart_address_id", "counterpart_bank_account_id",
    "counterpart_id", "counterpart_raw_data", "counterpart_vat_id_id", "created_by_role_id",
    "credit_notes", "currency", "currency_exchange", "description", "discount", "document_id",
    "due_date", "entity_id", "file", "file_id", "issued_at", "marked_as_paid_by_entity_user_id",
    "marked_as_paid_with_comment", "ocr_request_id", "ocr_status", "other_extracted_data", "paid_at",
    "partner_metadata", "payable_origin", "payment_terms", "project_id", "purchase_order_id", "sender",
    "source_of_payable_data", "status", "subtotal", "suggested_payment_term", "tags", "tax",
    "tax_amount", "total_amount", "total_amount_with_credit_notes", "was_created_by_user_id",
)
# fmt: on
TEMPLATE: Row = dict.fromkeys(FIELDS) | {
    "amount_paid": 0,
    "credit_notes": [],
    "partner_metadata": {},
    "payable_origin": "upload",
    "source_of_payable_data": "user_specified",
    "tags": [],
}


def find(
    db: Database, entity_id: str, args: Mapping[str, list[str]], *, creator: str | None = None
) -> pages.Page:
    """One page of the entity's payables, in Monite's shape."""
    query = pages.read_query(LISTING, args, entity_id)
    where, values = creators.only(TABLE, creator, *compile_filters(FILTERS, query.filters))
    return pages.fetch(db, LISTING, query, entity_id, where=where, values=values).shaped(_shaped)


def get(db: Database, entity_id: str, payable_id: str) -> Row:
    """One payable; raises NotFoundError when the entity has none with this id."""
    return _shaped(objects.get(db, TABLE, entity_id, payable_id))


def create(db: Database, entity_id: str, given: Row) -> Row:
    """Add a draft and return it."""
    body = _due({**TEMPLATE, **given, "status": "draft"})
    return _shaped(
        objects.insert(db, TABLE, {"id": str(uuid4()), "entity_id": entity_id, **_columns(db, body)})
    )


def update(db: Database, entity_id: str, payable_id: str, changes: Row) -> Row:
    """Change a payable and return it; with no changes its time of change moves all the same."""
    row = objects.get(db, TABLE, entity_id, payable_id)
    before = _shaped(row)
    body = {**before, **changes}
    if body["counterpart_id"] != before["counterpart_id"] and "counterpart_address_id" not in changes:
        body["counterpart_address_id"] = None
    if "total_amount" in changes or "amount_paid" in changes:
        body = _due(body)
    return _shaped(objects.update(db, TABLE, row, _columns(db, body)))


def _due(body: Row) -> Row:
    """The payable with what is left to pay of its total."""
    total = body["total_amount"]
    due = None if total is None else total - (body["amount_paid"] or 0)
    return {**body, "total_amount_with_credit_notes": total, "amount_due": due, "amount_to_pay": due}


def _shaped(row: Row) -> Row:
    columns = ("entity_id", "status", "document_id", "counterpart_id", "currency", "total_amount")
    return body_of(row, TEMPLATE, *columns, "issued_at", "due_date")


def _columns(db: Database, body: Row) -> Row:
    rows = db.query("SELECT name FROM counterparts WHERE id = ?", [body["counterpart_id"]])
    party = next(rows, None)
    named = body["counterpart"] or {}
    plain = ("status", "document_id", "counterpart_id", "currency", "total_amount", "issued_at", "due_date")
    return {
        **{name: body[name] for name in plain},
        "counterpart_name": party["name"] if party else named.get("name"),
        "body": json.dumps(body),
    }
