"""A sample business's receivables: invoices and quotes, as rows with their full bodies."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from app.emulator.samples.calendar import Calendar
from app.emulator.samples.names import new_id
from app.emulator.samples.shapes import ADDRESS
from app.emulator.store.snapshots import Row

Body = dict[str, Any]


def rows(business: Body, calendar: Calendar) -> list[Row]:
    """The receivables of the business."""
    customers = {found["id"]: found for found in business["counterparts"]}
    return [
        _row(business["id"], _invoice(business, found, customers[found["counterpart_id"]], calendar, index))
        for index, found in enumerate(business["receivables"])
    ]


def _row(entity_id: str, body: Body) -> Row:
    copied = (
        "id", "type", "status", "document_id", "counterpart_id", "counterpart_name", "currency",
        "total_amount", "issue_date", "due_date",
    )  # fmt: skip
    return {
        "entity_id": entity_id,
        **{key: body[key] for key in copied},
        "body": json.dumps(body, ensure_ascii=False),
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }


def _invoice(business: Body, found: Body, customer: Body, calendar: Calendar, index: int) -> Body:
    created_at = calendar.moment(found["issue_date"], index)
    due = found["total_amount"] - found["amount_paid"]
    discount = found.get("discount")
    return {
        **_NO_EXTRAS,
        "id": found["id"],
        "created_at": created_at,
        "updated_at": created_at,
        "amount_due": due,
        "amount_paid": found["amount_paid"],
        "amount_to_pay": due,
        **_parties(business, customer),
        "currency": found["currency"],
        "discount": {**discount, "value": found["discount_value"]} if discount else None,
        "discounted_subtotal": found["subtotal"] - found["discount_value"],
        "document_id": found.get("document_id"),
        "due_date": calendar.day(found["due_date"]) if found.get("due_date") else None,
        "expiry_date": calendar.day(found["expiry_date"]) if found.get("expiry_date") else None,
        "file_language": business["language"],
        "issue_date": calendar.moment(found["issue_date"]),
        "line_items": [_line(business["country"], line) for line in found["lines"]],
        "original_file_language": business["language"],
        "paid_at": calendar.moment(found["due_date"]) if found["status"] == "paid" else None,
        "status": found["status"],
        "subtotal": found["subtotal"],
        "subtotal_after_vat": found["total_amount"],
        "total_amount": found["total_amount"],
        "total_amount_with_credit_notes": found["total_amount"],
        "total_vat_amount": found["total_vat_amount"],
        "total_vat_amounts": _vat_amounts(found["lines"]),
        "type": found["type"],
    }


def _parties(business: Body, customer: Body) -> Body:
    address = {key: customer["address"].get(key) for key in ADDRESS}
    return {
        "counterpart_billing_address": {"id": new_id(customer["id"], "address"), **address},
        "counterpart_id": customer["id"],
        "counterpart_name": customer["name"],
        "counterpart_type": customer["type"],
        "entity": {
            "email": f"books@{business['key']}.example.com",
            "logo": None,
            "name": business["legal_name"],
            "phone": None,
            "registration_authority": None,
            "registration_number": None,
            "tax_id": business["tax_id"],
            "type": "organization",
            "vat_id": business["tax_id"],
            "website": None,
        },
        "entity_address": business["address"],
    }


def _line(country: str, line: Body) -> Body:
    """A line names its catalogue product; what the product says is read when it is shown."""
    return {
        "discount": line.get("discount"),
        "product": {
            "id": line["product_id"],
            "accounting_tax_rate_id": None,
            "is_inline": False,
            "vat_rate": {
                "id": new_id(country, "vat", line["tax"]),
                "components": None,
                "country": country,
                "is_custom": False,
                "name": f"VAT {line['tax'] / 100:g}%",
                "value": line["tax"],
            },
        },
        "quantity": line["quantity"],
        "total_after_vat": line["subtotal"] + line["tax_amount"],
        "total_before_vat": line["subtotal"],
    }


def _vat_amounts(lines: list[Body]) -> list[Body]:
    amounts: dict[int, int] = defaultdict(int)
    taxable: dict[int, int] = defaultdict(int)
    for line in lines:
        amounts[line["tax"]] += line["tax_amount"]
        taxable[line["tax"]] += line["subtotal"]
    return [
        {
            "id": None,
            "amount": amounts[rate],
            "components": None,
            "name": f"VAT {rate / 100:g}%",
            "taxable_amount": taxable[rate],
            "value": rate,
        }
        for rate in amounts
    ]


_NO_EXTRAS: Body = {
    **dict.fromkeys(
        (
            "attachments", "based_on", "based_on_document_id", "comment", "commercial_condition_description",
            "counterpart_business_type", "counterpart_contact", "counterpart_einvoicing_credentials",
            "counterpart_external_reference", "counterpart_shipping_address", "counterpart_tax_id",
            "counterpart_vat_id", "deduction_amount", "deduction_memo", "document_rendering",
            "einvoice_error_comment", "einvoice_file_url", "entity_bank_account", "entity_user_id",
            "entity_vat_id", "file_url", "footer", "fulfillment_date", "memo", "network_credentials",
            "original_file_url", "overdue_reminder_id", "payment_page_url", "payment_reminder_id",
            "payment_terms", "project_id", "purchase_order", "recurrence_id", "total_withholding_tax",
            "trade_name", "vat_exempt", "vat_exemption_rationale", "withholding_tax_rate",
        )
    ),
    "is_einvoice": False,
    "partner_metadata": {},
    "related_documents": {"credit_note_ids": [], "proforma_invoice_id": None},
    "tags": [],
    "vat_inclusive_discount_mode": "exclusive",
    "vat_mode": "exclusive",
}  # fmt: skip
