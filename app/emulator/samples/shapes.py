"""Sample objects in the full shape in which Monite's API of version 2024-01-31 shows them."""

from __future__ import annotations

from typing import Any

from app.emulator.samples.calendar import Calendar
from app.emulator.samples.names import new_id

Body = dict[str, Any]

ADDRESS = ("country", "city", "postal_code", "state", "line1", "line2")


def entity(business: Body, created_at: str, updated_at: str) -> Body:
    """The entity of a business."""
    return {
        "id": business["id"],
        "created_at": created_at,
        "updated_at": updated_at,
        "address": business["address"],
        "email": f"books@{business['key']}.example.com",
        "logo": None,
        "organization": {
            "business_structure": "private_corporation",
            "directors_provided": None,
            "executives_provided": None,
            "legal_entity_id": None,
            "legal_name": business["legal_name"],
            "owners_provided": None,
            "representative_provided": None,
        },
        "phone": None,
        "registration_authority": None,
        "registration_number": None,
        "status": "active",
        "tax_id": business["tax_id"],
        "type": "organization",
        "website": None,
    }


def counterpart(found: Body, language: str, created_at: str) -> Body:
    """A supplier or a customer; its address is an object of its own."""
    person = {
        "email": found.get("email"),
        "is_customer": found["is_customer"],
        "is_vendor": found["is_vendor"],
        "phone": None,
        "tags": [],
    }
    if found["type"] == "individual":
        first, _, last = found["name"].partition(" ")
        named = {"individual": {**person, "first_name": first, "last_name": last, "title": None}}
    else:
        named = {"organization": {**person, "legal_name": found["name"]}}
    return {
        "id": found["id"],
        "created_at": created_at,
        "updated_at": created_at,
        "created_automatically": False,
        "created_by_entity_user_id": None,
        "default_billing_address_id": new_id(found["id"], "address"),
        "default_shipping_address_id": None,
        "external_reference": None,
        "language": language,
        **named,
        "reminders_enabled": False,
        "tax_id": None,
        "type": found["type"],
    }


def product(entity_id: str, found: Body, measure_unit_id: str, created_at: str) -> Body:
    """A product of the catalogue, with no ledger account yet."""
    return {
        "id": found["id"],
        "created_at": created_at,
        "updated_at": created_at,
        "description": found.get("description"),
        "entity_id": entity_id,
        "entity_user_id": None,
        "external_reference": found.get("external_reference"),
        "ledger_account_id": None,
        "measure_unit_id": measure_unit_id,
        "name": found["name"],
        "price": found["price"],
        "smallest_amount": found.get("smallest_amount"),
        "type": found["type"],
    }


def payable(business: Body, bill: Body, supplier: Body, calendar: Calendar, index: int) -> Body:
    """A bill; its line items are objects of their own."""
    due = bill["total_amount"] - bill["amount_paid"]
    created_at = calendar.moment(bill["issued_at"], index)
    return {
        **_NO_PAYABLE_EXTRAS,
        "id": bill["id"],
        "created_at": created_at,
        "updated_at": created_at,
        "amount_due": due,
        "amount_paid": bill["amount_paid"],
        "amount_to_pay": due,
        "counterpart": {
            "address": {key: supplier["address"].get(key) for key in ADDRESS},
            "bank_account": None,
            "email": supplier.get("email"),
            "name": supplier["name"],
            "phone": None,
            "tax_id": None,
            "vat_id": None,
        },
        "counterpart_address_id": new_id(supplier["id"], "address"),
        "counterpart_id": supplier["id"],
        "currency": bill["currency"],
        "description": bill.get("description"),
        "document_id": bill.get("document_id"),
        "due_date": calendar.day(bill["due_date"]),
        "entity_id": business["id"],
        "issued_at": calendar.day(bill["issued_at"]),
        "paid_at": calendar.moment(bill["due_date"]) if bill["status"] == "paid" else None,
        "payable_origin": "upload",
        "source_of_payable_data": bill["source_of_payable_data"],
        "status": bill["status"],
        "subtotal": bill["subtotal"],
        "tax_amount": bill["tax_amount"],
        "total_amount": bill["total_amount"],
        "total_amount_with_credit_notes": bill["total_amount"],
    }


def line_item(bill: Body, line: Body) -> Body:
    """A line of a bill, with no ledger account yet."""
    return {
        "id": line["id"],
        "accounting_tax_rate_id": None,
        "description": line.get("description", line["name"]),
        "ledger_account_id": None,
        "name": line["name"],
        "ocr_set_quantity_to_one": line.get("ocr_set_quantity_to_one", False),
        "payable_id": bill["id"],
        "quantity": line["quantity"],
        "subtotal": line["subtotal"],
        "tax": line["tax"],
        "tax_amount": line["tax_amount"],
        "total": line["total"],
        "unit": line.get("unit"),
        "unit_price": line["unit_price"],
        "was_created_by_user_id": None,
    }


_NO_PAYABLE_EXTRAS: Body = {
    "approval_policy_id": None,
    "counterpart_bank_account_id": None,
    "counterpart_raw_data": None,
    "counterpart_vat_id_id": None,
    "created_by_role_id": None,
    "credit_notes": [],
    "currency_exchange": None,
    "discount": None,
    "file": None,
    "file_id": None,
    "marked_as_paid_by_entity_user_id": None,
    "marked_as_paid_with_comment": None,
    "ocr_request_id": None,
    "ocr_status": None,
    "other_extracted_data": None,
    "partner_metadata": {},
    "payment_terms": None,
    "project_id": None,
    "purchase_order_id": None,
    "sender": None,
    "suggested_payment_term": None,
    "tags": [],
    "tax": None,
    "was_created_by_user_id": None,
}
