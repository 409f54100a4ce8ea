"""What bodies of bills, lines, counterparts and invoices may hold, and what comes of it."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from app.emulator.rules.amounts import LARGEST
from app.emulator.store.database import write
from tests.emulator_clients import Answer, Face

Body = dict[str, Any]
NOBODY = "00000000-0000-4000-8000-000000000000"
BERLIN = {"city": "Berlin", "country": "DE", "line1": "Flughafenstr. 52", "postal_code": "10115"}
ACME = {"legal_name": "Acme Inc.", "is_vendor": True, "is_customer": True, "address": BERLIN}
RATE = {"id": str(uuid4()), "country": "DE", "is_custom": False, "name": "VAT 19%", "value": 1900}


def add_counterpart(monite: Face) -> Body:
    made = monite.send("POST", "/counterparts", {"type": "organization", "organization": ACME})
    assert made.status_code == 201, made.text
    found: Body = made.json
    return found


def add_product(monite: Face, value: int = 1000) -> str:
    body = {"name": "Logo", "price": {"currency": "EUR", "value": value}}
    return str(monite.send("POST", "/products", body).json["id"])


def add_draft(monite: Face, *lines: Body, kind: str = "invoice") -> str:
    """A draft; they are made outside of what the emulator serves."""
    invoice_id, at = str(uuid4()), "2026-01-01T00:00:00.000000+00:00"
    body = {"line_items": lines, "entity_address": BERLIN}
    with write(monite.db) as db:
        row = {"id": invoice_id, "entity_id": monite.entity_id, "type": kind, "status": "draft"}
        times = {"created_at": at, "updated_at": at}
        db.table("receivables").insert({**row, **times, "currency": "EUR", "body": json.dumps(body)})
    return invoice_id


def place(answer: Answer) -> list[Any]:
    assert answer.status_code == 422, answer.text
    found: list[Any] = answer.json["detail"][0]["loc"]
    return found


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"description": "x" * 256}, ["description"]),
        ({"currency": "euro"}, ["currency"]),
        ({"sender": "nobody"}, ["sender"]),
        ({"due_date": "soon"}, ["due_date"]),
        ({"total_amount": 1.5}, ["total_amount"]),
        ({"total_amount": LARGEST + 1}, ["total_amount"]),
        ({"partner_metadata": []}, ["partner_metadata"]),
        ({"payment_terms": {"name": "30 days"}}, ["payment_terms", "term_final"]),
        ({"suggested_payment_term": {"date": "2026-01-01", "discount": 10_001}},
         ["suggested_payment_term", "discount"]),
        ({"tag_ids": ["rent"]}, ["tag_ids", 0]),
        ({"base64_encoded_file": "%%%"}, ["base64_encoded_file"]),
        ({"file_name": "x" * 513}, ["file_name"]),
        ({"status": "paid"}, ["status"]),
        ({"amount_paid": 5}, ["amount_paid"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_payable_is_refused(monite: Face, body: Body, at: list[Any]) -> None:
    assert place(monite.send("POST", "/payables", body)) == ["body", *at]


def test_a_payable_keeps_what_is_known_of_its_file(monite: Face) -> None:
    content = base64.b64encode(b"%PDF-1.7").decode()

    made = monite.send("POST", "/payables", {"base64_encoded_file": content, "file_name": "bill.pdf"}).json

    assert (made["file"]["name"], made["file"]["size"]) == ("bill.pdf", 8)
    assert (made["file"]["id"], made["file"]["mimetype"]) == (made["file_id"], "application/pdf")
    assert [row["id"] for row in monite.get("/payables?has_file=true")["data"]] == [made["id"]]


def test_what_is_left_to_pay_follows_what_was_paid(monite: Face) -> None:
    made = monite.send("POST", "/payables", {"total_amount": 1000}).json

    paid = monite.send("PATCH", f"/payables/{made['id']}", {"amount_paid": 400}).json
    raised = monite.send("PATCH", f"/payables/{made['id']}", {"total_amount": 1100}).json

    assert (made["amount_due"], paid["amount_due"], raised["amount_due"]) == (1000, 600, 700)


@pytest.mark.parametrize(
    "body",
    [
        {"counterpart_id": NOBODY},
        {"tag_ids": [NOBODY]},
        {"counterpart_address_id": NOBODY},
    ],
)
def test_a_payable_names_only_what_is_there(monite: Face, body: Body) -> None:
    made = monite.add_payable()

    for response in (
        monite.send("POST", "/payables", body),
        monite.send("PATCH", f"/payables/{made['id']}", body),
    ):
        assert (response.status_code, list(response.json)) == (400, ["error"])


def test_a_payables_address_is_its_counterparts(monite: Face) -> None:
    acme, other = add_counterpart(monite), add_counterpart(monite)
    body = {"counterpart_id": acme["id"], "counterpart_address_id": acme["default_billing_address_id"]}

    made = monite.send("POST", "/payables", body).json
    moved = monite.send("PATCH", f"/payables/{made['id']}", {"counterpart_id": other["id"]}).json

    assert made["counterpart_address_id"] == acme["default_billing_address_id"]
    assert moved["counterpart_address_id"] is None
    wrong = {"counterpart_address_id": acme["default_billing_address_id"]}
    assert monite.send("PATCH", f"/payables/{made['id']}", wrong).status_code == 400


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ({"tax": 10_001}, "tax"),
        ({"quantity": -1}, "quantity"),
        ({"unit_price": 0.5}, "unit_price"),
        ({"subtotal": 5}, "subtotal"),
        ({"ledger_account_id": "rent"}, "ledger_account_id"),
    ],
)
def test_what_does_not_fit_a_line_is_refused(monite: Face, line: Body, at: str) -> None:
    made = monite.add_payable(status="new")

    assert place(monite.send("POST", f"/payables/{made['id']}/line_items", line)) == ["body", at]


def test_a_credited_line_has_a_negative_price(monite: Face) -> None:
    path = f"/payables/{monite.add_payable(status='new')['id']}/line_items"

    made = monite.send("POST", path, {"unit_price": -500, "quantity": 2, "tax": 1900}).json

    assert (made["subtotal"], made["tax_amount"], made["total"]) == (-1000, -190, -1190)


def test_replaced_lines_may_bring_their_sums_and_the_body_may_hold_more(monite: Face) -> None:
    path = f"/payables/{monite.add_payable(status='new')['id']}/line_items"
    line = {"name": "Paper", "quantity": 3, "unit_price": 333, "subtotal": 1000, "total": 1190}

    response = monite.send("PUT", path, {"data": [line], "note": "as printed"})

    assert [(one["subtotal"], one["total"]) for one in response.json["data"]] == [(1000, 1190)]
    wrong = monite.send("PUT", path, {"data": [{**line, "note": "x"}]})
    assert place(wrong) == ["body", "data", 0, "note"]
    assert [one["name"] for one in monite.get(path)["data"]] == ["Paper"]


def test_a_line_of_another_entity_is_out_of_reach(monite: Face) -> None:
    bill = monite.add_payable(status="new")
    line = monite.send("POST", f"/payables/{bill['id']}/line_items", {"name": "Paper"}).json
    path = f"/payables/{bill['id']}/line_items/{line['id']}"
    monite.headers["X-Monite-Entity-Id"] = monite.add_entity("Other AG")

    for method in ("GET", "PATCH", "DELETE"):
        assert monite.send(method, path, {}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"language": "tlh"}, ["language"]),
        ({"external_reference": ""}, ["external_reference"]),
        ({"tax_id": "x" * 31}, ["tax_id"]),
        ({"organization": {**ACME, "email": "nobody"}}, ["organization", "email"]),
        ({"organization": {**ACME, "address": {**BERLIN, "country": "XX"}}},
         ["organization", "address", "country"]),
        ({"organization": {**ACME, "is_vendor": None}}, ["organization", "is_vendor"]),
        ({"vat_id": "DE1"}, ["vat_id"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_counterpart_is_refused(monite: Face, changes: Body, at: list[str]) -> None:
    body = {"type": "organization", "organization": ACME, **changes}

    assert place(monite.send("POST", "/counterparts", body)) == ["body", *at]


def test_the_data_of_a_new_organization_may_hold_more(monite: Face) -> None:
    body = {"type": "organization", "organization": {**ACME, "founded": 1999}}

    made = monite.send("POST", "/counterparts", body)

    assert made.status_code == 201
    assert "founded" not in made.json["organization"]


def test_a_change_of_a_counterpart_names_its_kind(monite: Face) -> None:
    path = f"/counterparts/{add_counterpart(monite)['id']}"

    assert place(monite.send("PATCH", path, {"tax_id": "DE1"})) == ["body", "organization"]
    changed = monite.send("PATCH", path, {"tax_id": "DE1", "organization": {}}).json
    assert (changed["tax_id"], changed["organization"]["legal_name"]) == ("DE1", "Acme Inc.")


def test_a_default_address_is_one_of_the_counterparts_own(monite: Face) -> None:
    acme, other = add_counterpart(monite), add_counterpart(monite)
    foreign = {"default_shipping_address_id": other["default_billing_address_id"], "organization": {}}
    own = {"default_shipping_address_id": acme["default_billing_address_id"], "organization": {}}

    assert monite.send("PATCH", f"/counterparts/{acme['id']}", foreign).status_code == 400
    assert monite.send("PATCH", f"/counterparts/{acme['id']}", own).status_code == 200


def test_a_product_keeps_its_price(monite: Face) -> None:
    response = monite.send("PATCH", f"/products/{add_product(monite)}", {"price": None})

    assert place(response) == ["body", "price"]


def test_half_a_unit_can_be_the_smallest_amount(monite: Face) -> None:
    made = monite.send("POST", "/products", {"name": "Cloth", "smallest_amount": 0.5})

    assert (made.status_code, made.json["smallest_amount"]) == (201, 0.5)


def test_an_invoice_outlives_the_product_that_it_sold(monite: Face) -> None:
    product = add_product(monite)
    invoice = add_draft(monite, {"product": {"id": product, "vat_rate": RATE}, "quantity": 1})
    before = monite.get(f"/receivables/{invoice}")["line_items"]

    assert monite.send("DELETE", f"/products/{product}").status_code == 204

    assert before[0]["product"]["name"] == "Logo"
    assert monite.get(f"/receivables/{invoice}")["line_items"] == before


def test_a_rate_of_another_invoice_can_stand_on_a_draft(monite: Face) -> None:
    product = add_product(monite)
    add_draft(monite, {"product": {"id": product, "vat_rate": RATE}, "quantity": 1})
    path = f"/receivables/{add_draft(monite)}/line_items"
    line = {"product_id": product, "quantity": 2, "vat_rate_id": RATE["id"]}

    assert monite.send("PUT", path, {"data": [line]}).json["data"][0]["total_after_vat"] == 2380
    unknown = monite.send("PUT", path, {"data": [{**line, "vat_rate_id": NOBODY}]})
    assert (unknown.status_code, list(unknown.json)) == (400, ["error"])


def test_a_rate_given_as_a_number_tells_its_country(monite: Face) -> None:
    line = {"product_id": add_product(monite), "quantity": 1, "tax_rate_value": 700, "tax_rate_name": "Sales"}

    response = monite.send("PUT", f"/receivables/{add_draft(monite)}/line_items", {"data": [line]})

    rate = response.json["data"][0]["product"]["vat_rate"]
    assert (rate["country"], rate["value"], rate["name"]) == ("DE", 700, "Sales")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"quantity": 2147483648}, 422),
        ({"tax_rate_name": ""}, 422),
        ({"discount": {"amount": -1, "type": "amount"}}, 422),
        ({"discount": {"amount": 10_001, "type": "percentage"}}, 400),
        ({"discount": {"amount": 1001, "type": "amount"}}, 400),
        ({"product_id": NOBODY}, 400),
        ({"accounting_tax_rate_id": NOBODY}, 400),
    ],
)
def test_a_line_that_cannot_stand_leaves_the_draft_as_it_was(
    monite: Face, changes: Body, status: int
) -> None:
    invoice = add_draft(monite)
    line = {"product_id": add_product(monite), "quantity": 1, "tax_rate_value": 1900, **changes}

    response = monite.send("PUT", f"/receivables/{invoice}/line_items", {"data": [line]})

    assert response.status_code == status, response.text
    assert monite.get(f"/receivables/{invoice}")["line_items"] == []


def test_a_sum_beyond_all_amounts_is_refused(monite: Face) -> None:
    line = {"product_id": add_product(monite, LARGEST), "quantity": 2147483647, "tax_rate_value": 1900}

    response = monite.send("PUT", f"/receivables/{add_draft(monite)}/line_items", {"data": [line]})

    assert response.status_code == 422


def test_a_quote_has_no_amount_due_and_an_invoice_no_expiry(monite: Face) -> None:
    invoice = monite.get(f"/receivables/{add_draft(monite)}")
    quote = monite.get(f"/receivables/{add_draft(monite, kind='quote')}")

    assert "expiry_date" in quote
    assert "amount_due" not in quote
    assert "amount_due" in invoice
    assert "expiry_date" not in invoice
