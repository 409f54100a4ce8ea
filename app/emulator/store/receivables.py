"""Receivables: invoices, quotes and credit notes, with their lines inside."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlite_utils import Database

from app.emulator.errors import ConflictError
from app.emulator.rules.versions import Version
from app.emulator.store import creators, objects, pages, receivable_lines
from app.emulator.store.filters import (
    among,
    choice,
    choices,
    compile_filters,
    holds,
    identified,
    identifier,
)
from app.emulator.store.filters import moments as moment_filters
from app.emulator.store.filters import numbers as number_filters
from app.emulator.store.objects import Row, body_of

TABLE = "receivables"
TYPES = ("quote", "invoice", "credit_note")
_SUBTOTAL = "json_extract(body, '$.discounted_subtotal')"
_PROJECT = "json_extract(body, '$.project_id')"
# A day stands for its first moment, so that days and times compare.
_ISSUED = "CASE length(issue_date) WHEN 10 THEN issue_date || 'T00:00:00.000000+00:00' ELSE issue_date END"
_DUE = "due_date || 'T00:00:00.000000+00:00'"
LISTING = pages.Listing(
    "receivables",
    TABLE,
    {
        "counterpart_name": "coalesce(counterpart_name, '')",
        "counterpart_id": "coalesce(counterpart_id, '')",
        "amount": "coalesce(total_amount, 0)",
        "total_amount": "coalesce(total_amount, 0)",
        "discounted_subtotal": f"coalesce({_SUBTOTAL}, 0)",
        "status": "status",
        "due_date": "coalesce(due_date, '')",
        "issue_date": "coalesce(issue_date, '')",
        "document_id": "coalesce(document_id, '')",
        "created_at": "created_at",
        "project_id": f"coalesce({_PROJECT}, '')",
    },
    max_limit=250,
    limit_in_token=False,
)
_SOLD = (
    "EXISTS (SELECT 1 FROM json_each(body, '$.line_items')"
    " WHERE json_extract(value, '$.product.id') IN (SELECT value FROM json_each({})))"
)
_TAGGED = (
    "EXISTS (SELECT 1 FROM json_each(body, '$.tags')"
    " WHERE json_extract(value, '$.id') IN (SELECT value FROM json_each({})))"
)
FILTERS = {
    "type": choice("type", TYPES),
    "id__in": among("id"),
    "entity_user_id": identifier("json_extract(body, '$.entity_user_id')"),
    "entity_user_id__in": among("json_extract(body, '$.entity_user_id')"),
    "tag_ids": identified(_TAGGED, many=True),
    "tag_ids__in": identified(_TAGGED, many=True),
    "product_ids": identified(_SOLD, many=True),
    "product_ids__in": identified(_SOLD, many=True),
    "project_id": identifier(_PROJECT),
    "project_id__in": among(_PROJECT),
    **holds("document_id", "document_id", exact=True),
    **moment_filters("issue_date", f"({_ISSUED})"),
    **moment_filters("created_at", "created_at"),
    "counterpart_id": identifier("counterpart_id"),
    **holds("counterpart_name", "counterpart_name", exact=True),
    **number_filters("total_amount", "total_amount"),
    **number_filters("discounted_subtotal", _SUBTOTAL),
    "based_on": identifier("json_extract(body, '$.based_on')"),
    **moment_filters("due_date", f"({_DUE})"),
}
# fmt: off
FIELDS = (
    "id", "created_at", "updated_at", "amount_due", "amount_paid", "amount_to_pay", "attachments", "based_on",
    "based_on_document_id", "comment", "commercial_condition_description", "counterpart_billing_address",
    "counterpart_business_type", "counterpart_contact", "counterpart_einvoicing_credentials",
    "counterpart_external_reference", "counterpart_id", "counterpart_name", "counterpart_shipping_address",
    "counterpart_tax_id", "counterpart_type", "counterpart_vat_id", "currency", "deduction_amount",
    "deduction_memo", "discount", "discounted_subtotal", "document_id", "document_rendering", "due_date",
    "entity", "entity_address", "entity_bank_account", "entity_user_id", "entity_vat_id", "file_language",
    "file_url", "footer", "fulfillment_date", "issue_date", "line_items", "memo", "network_credentials",
    "original_file_language", "original_file_url", "overdue_reminder_id", "paid_at", "partner_metadata",
    "payment_page_url", "payment_reminder_id", "payment_terms", "project_id", "purchase_order",
    "recurrence_id", "related_documents", "status", "subtotal", "subtotal_after_vat", "tags", "total_amount",
    "total_amount_with_credit_notes", "total_vat_amount", "total_vat_amounts", "total_withholding_tax",
    "trade_name", "type", "vat_exempt", "vat_exemption_rationale", "vat_inclusive_discount_mode", "vat_mode",
    "withholding_tax_rate", "expiry_date", "quote_accept_page_url", "signature_required",
)
_OF_QUOTES = frozenset({"expiry_date", "quote_accept_page_url", "signature_required"})
_OF_MONEY_DUE = frozenset({
    "amount_due", "amount_paid", "amount_to_pay", "fulfillment_date", "overdue_reminder_id", "paid_at",
    "payment_page_url", "payment_reminder_id", "payment_terms", "recurrence_id", "related_documents",
    "total_amount_with_credit_notes",
})
_OF_INVOICES = _OF_MONEY_DUE | {
    "counterpart_einvoicing_credentials", "einvoice_error_comment", "is_einvoice", "network_credentials",
    "purchase_order",
}
# fmt: on
LACKING = {
    "invoice": _OF_QUOTES,
    "quote": _OF_INVOICES,
    "credit_note": _OF_QUOTES | _OF_MONEY_DUE | {"comment"},
}
"""The fields that a receivable of the type does not have."""
TEMPLATE: Row = dict.fromkeys(FIELDS) | {
    "amount_paid": 0,
    "counterpart_type": "organization",
    "file_language": "en",
    "line_items": [],
    "original_file_language": "en",
    "partner_metadata": {},
    "related_documents": {"credit_note_ids": [], "proforma_invoice_id": None},
    "signature_required": False,
    "tags": [],
    "total_vat_amounts": [],
    "vat_mode": "exclusive",
}


def find(
    db: Database,
    entity_id: str,
    args: Mapping[str, list[str]],
    version: Version,
    *,
    creator: str | None = None,
) -> pages.Page:
    """One page of the entity's receivables, in Monite's shape."""
    query = pages.read_query(LISTING, args, entity_id)
    statuses = [status for status in version.receivable_statuses if status != "deleted"]
    by_status = {"status": choice("status", statuses), "status__in": choices("status", statuses)}
    found = compile_filters({**FILTERS, **by_status}, query.filters)
    where, values = creators.only(TABLE, creator, *found)
    page = pages.fetch(db, LISTING, query, entity_id, where=where, values=values)
    bodies = [_body(row) for row in page.rows]
    receivable_lines.resolve(db, entity_id, bodies)
    return pages.Page(bodies, page.next_token, page.prev_token)


def get(db: Database, entity_id: str, receivable_id: str) -> Row:
    """One receivable; raises NotFoundError when the entity has none with this id."""
    body = _body(objects.get(db, TABLE, entity_id, receivable_id))
    receivable_lines.resolve(db, entity_id, [body])
    return body


def replace_lines(db: Database, entity_id: str, receivable_id: str, lines: list[Row]) -> list[Row]:
    """Put these lines in the place of a draft's; returns them as they now read.

    Raises ConflictError when it is no draft, BadRequestError for a product or a rate that is not there,
    InvalidError for sums that are larger than an amount can be.
    """
    row = objects.get(db, TABLE, entity_id, receivable_id)
    if row["status"] != "draft":
        raise ConflictError("Receivable couldn't be updated due to current state")
    body = _body(row)
    body["line_items"] = [receivable_lines.build(db, entity_id, body, line) for line in lines]
    body |= receivable_lines.totals(body)
    changes = {"total_amount": body["total_amount"], "body": json.dumps(body)}
    objects.update(db, TABLE, row, changes)
    found: list[Row] = get(db, entity_id, receivable_id)["line_items"]
    return found


def _body(row: Row) -> Row:
    columns = ("type", "status", "document_id", "counterpart_id", "counterpart_name", "currency")
    return body_of(row, TEMPLATE, *columns, "total_amount", "issue_date", "due_date")


def keep_product(db: Database, entity_id: str, product_id: str) -> None:
    """Write the product into every line that names it, so that they outlive its deletion."""
    rows = db.query(
        f"SELECT * FROM receivables WHERE entity_id = :entity_id AND {_SOLD.replace('{}', ':products')}",
        {"entity_id": entity_id, "products": json.dumps([product_id])},
    )
    for row in list(rows):
        body = json.loads(row["body"])
        receivable_lines.resolve(db, entity_id, [body], only=product_id)
        db.table(TABLE).update(row["id"], {"body": json.dumps(body)})
