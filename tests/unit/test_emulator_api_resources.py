"""Resources: what is created, changed and refused."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from app.emulator.store import clock
from app.emulator.store.database import write
from tests.emulator_clients import Face

RENT = {"name": "Rent", "quantity": 2, "unit_price": 2550, "tax": 1900}


def test_a_connection_waits_at_its_address_and_is_the_only_one(monite: Face) -> None:
    made = monite.send("POST", "/accounting_connections", {"platform": "xero"})
    again = monite.send("POST", "/accounting_connections", {"platform": "quickbooks_online"})

    assert made.status_code == 201
    assert made.json["status"] == "pending_auth"
    assert made.json["business_info"] is None
    assert made.json["connection_url"].startswith("http://127.0.0.1:5001/companies/")
    assert made.json["connection_url"].endswith("/start")
    assert again.status_code == 409


@pytest.mark.parametrize("body", [{}, {"platform": "sage"}, {"platform": None}, None])
def test_a_connection_needs_a_platform_that_monite_knows(monite: Face, body: Any) -> None:
    assert monite.send("POST", "/accounting_connections", body).status_code == 422


def test_without_a_provider_key_nothing_can_be_connected(monite: Face) -> None:
    monite.send("PATCH", "/settings", {"accounting": None})

    assert monite.send("POST", "/accounting_connections", {"platform": "xero"}).status_code == 400


def test_the_business_is_told_once_connected_and_not_after_it_is_lost(monite: Face) -> None:
    connection = monite.connect()
    monite.control("POST", f"/connections/{connection['id']}/revoke")

    lost = monite.get(f"/accounting_connections/{connection['id']}")

    assert connection["business_info"]["name"] == "Acme GmbH"
    assert connection["business_info"]["base_currency"] == "EUR"
    assert (lost["status"], lost["business_info"]) == ("deauthorized", None)
    assert lost["errors"][0]["message"]


def test_disconnecting_twice_is_the_same_as_once(monite: Face) -> None:
    connection = monite.connect()
    path = f"/accounting_connections/{connection['id']}/disconnect"

    first, second = monite.send("POST", path), monite.send("POST", path)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json
    assert first.json["connection_url"] == connection["connection_url"]


def test_a_sync_is_promised_while_connected_and_refused_otherwise(monite: Face) -> None:
    connection = monite.connect()
    path = f"/accounting_connections/{connection['id']}"

    promised = monite.send("POST", f"{path}/sync")
    monite.send("POST", f"{path}/disconnect")

    assert (promised.status_code, promised.json) == (202, {"message": "Started connection data sync."})
    assert monite.send("POST", f"{path}/sync").status_code == 409


def test_disconnected_connections_can_be_hidden_by_a_switch(monite: Face) -> None:
    connection = monite.connect()
    monite.send("POST", f"/accounting_connections/{connection['id']}/disconnect")
    shown = len(monite.get("/accounting_connections")["data"])
    monite.control("PATCH", "/switches", {"hide_disconnected_connections": True})

    assert (shown, monite.get("/accounting_connections")["data"]) == (1, [])


def test_rules_start_with_monites_own_and_change_list_by_list(monite: Face) -> None:
    before = monite.get("/accounting_sync_rules")["push_statuses"]
    changed = monite.send(
        "PATCH", "/accounting_sync_rules", {"push_statuses": {"payable": ["paid", "paid"]}}
    ).json["push_statuses"]

    assert before["payable"] == ["waiting_to_be_paid", "paid", "partially_paid"]
    assert changed == {"payable": ["paid"], "receivable": before["receivable"]}


@pytest.mark.parametrize(
    "body", [{"push_statuses": {"payable": ["lost"]}}, {"push": 1}, {"push_statuses": []}]
)
def test_rules_with_an_unknown_word_are_refused(monite: Face, body: dict[str, Any]) -> None:
    assert monite.send("PATCH", "/accounting_sync_rules", body).status_code == 422


def test_a_key_with_the_word_basic_before_it_is_refused(monite: Face) -> None:
    body = {"accounting": {"provider": "codat", "token": "Basic abc"}}

    assert monite.send("PATCH", "/settings", body).status_code == 400


def test_settings_merge_by_top_level_key_and_show_in_the_entitys(monite: Face) -> None:
    monite.send("PATCH", "/settings", {"website": "https://acme.example"})

    settings = monite.get("/settings")
    of_entity = monite.get(f"/entities/{monite.entity_id}/settings")

    assert settings["website"] == "https://acme.example"
    assert settings["accounting"] == {"provider": "codat", "token": "a2V5"}
    assert of_entity["accounting"] == settings["accounting"]
    assert of_entity["currency"]["default"] == "EUR"


def test_a_product_is_given_an_account_and_loses_it_again(monite: Face) -> None:
    monite.connect()
    made = monite.send("POST", "/products", {"name": "Logo", "price": {"currency": "EUR", "value": 5}})
    path = f"/products/{made.json['id']}"

    given = monite.send("PATCH", path, {"ledger_account_id": monite.account("Sales")})
    taken = monite.send("PATCH", path, {"ledger_account_id": None})

    assert made.status_code == 201
    assert given.json["ledger_account_id"] == monite.account("Sales")
    assert taken.json["ledger_account_id"] is None
    assert taken.json["price"] == {"currency": "EUR", "value": 5}


def test_an_account_that_is_not_there_cannot_be_given(monite: Face) -> None:
    product = monite.send("POST", "/products", {"name": "Logo"}).json

    response = monite.send("PATCH", f"/products/{product['id']}", {"ledger_account_id": str(uuid4())})

    assert (response.status_code, list(response.json)) == (400, ["error"])


def test_a_deleted_product_is_gone(monite: Face) -> None:
    product = monite.send("POST", "/products", {"name": "Logo"}).json

    assert monite.send("DELETE", f"/products/{product['id']}").status_code == 204
    assert monite.send("GET", f"/products/{product['id']}").status_code == 404


def test_units_are_made_changed_and_deleted(monite: Face) -> None:
    unit = monite.send("POST", "/measure_units", {"name": "kg"}).json
    changed = monite.send("PATCH", f"/measure_units/{unit['id']}", {"description": "Kilogram"}).json

    assert (changed["name"], changed["description"]) == ("kg", "Kilogram")
    assert monite.get("/measure_units")["data"] == [changed]
    assert monite.send("DELETE", f"/measure_units/{unit['id']}").status_code == 204


def test_a_payable_is_created_as_a_draft_with_200(monite: Face) -> None:
    response = monite.send("POST", "/payables", {"currency": "EUR", "document_id": "DE2287"})

    assert response.status_code == 200
    assert response.json["status"] == "draft"
    assert monite.get(f"/payables/{response.json['id']}") == response.json


def test_a_lines_sums_follow_its_price_and_the_payables_follow_the_lines(monite: Face) -> None:
    payable = monite.add_payable(status="new")
    path = f"/payables/{payable['id']}"

    line = monite.send("POST", f"{path}/line_items", RENT)
    changed = monite.send("PATCH", f"{path}/line_items/{line.json['id']}", {"quantity": 0.5}).json

    assert line.status_code == 201
    assert (line.json["subtotal"], line.json["tax_amount"], line.json["total"]) == (5100, 969, 6069)
    assert (changed["subtotal"], changed["tax_amount"], changed["total"]) == (1275, 242, 1517)
    assert monite.get(path)["total_amount"] == 1517


def test_giving_a_line_an_account_leaves_the_amounts_and_marks_the_payable_as_changed(monite: Face) -> None:
    monite.connect()
    payable = monite.add_payable(total_amount=777)
    path = f"/payables/{payable['id']}"
    monite.send("PUT", f"{path}/line_items", {"data": [{"name": "Rent", "total": 777, "subtotal": 777}]})
    before = monite.get(path)
    (line,) = monite.get(f"{path}/line_items")["data"]

    monite.send("PATCH", f"{path}/line_items/{line['id']}", {"ledger_account_id": monite.account()})

    after = monite.get(path)
    assert monite.get(f"{path}/line_items/{line['id']}") == {**line, "ledger_account_id": monite.account()}
    assert after["total_amount"] == before["total_amount"] == 777
    assert after["updated_at"] > before["updated_at"]


def test_put_replaces_all_lines(monite: Face) -> None:
    payable = monite.add_payable(status="new")
    path = f"/payables/{payable['id']}/line_items"
    monite.send("POST", path, RENT)

    replaced = monite.send("PUT", path, {"data": [{**RENT, "name": "Heat"}, {**RENT, "name": "Light"}]}).json

    assert [line["name"] for line in replaced["data"]] == ["Heat", "Light"]
    assert monite.get(path)["data"] == replaced["data"]


@pytest.mark.parametrize("status", ["paid", "canceled", "rejected"])
def test_a_closed_payable_takes_no_change(monite: Face, status: str) -> None:
    payable = monite.add_payable(status=status)

    response = monite.send("POST", f"/payables/{payable['id']}/line_items", RENT)

    assert response.status_code == 409
    assert response.json["error"]["message"] == "Payable couldn't be updated due to current state"


def test_a_line_of_another_payable_is_not_there(monite: Face) -> None:
    first, second = monite.add_payable(status="new"), monite.add_payable(status="new")
    line = monite.send("POST", f"/payables/{first['id']}/line_items", RENT).json

    assert monite.send("GET", f"/payables/{second['id']}/line_items/{line['id']}").status_code == 404


def test_a_counterpart_has_its_first_address_and_takes_more(monite: Face) -> None:
    address = {"city": "Berlin", "country": "DE", "line1": "Flughafenstr. 52", "postal_code": "10115"}
    party = {"address": address, "is_customer": False, "is_vendor": True, "legal_name": "Acme"}
    made = monite.send("POST", "/counterparts", {"type": "organization", "organization": party})
    path = f"/counterparts/{made.json['id']}"
    monite.send("POST", f"{path}/addresses", {**address, "city": "Bonn"})

    changed = monite.send("PATCH", path, {"organization": {"legal_name": "Acme AG"}}).json

    assert made.status_code == 201
    assert [row["city"] for row in monite.get(f"{path}/addresses")["data"]] == ["Berlin", "Bonn"]
    assert changed["organization"]["is_vendor"] is True
    assert [row["id"] for row in monite.get("/counterparts?counterpart_name=Acme AG")["data"]] == [
        changed["id"]
    ]
    assert len(monite.get("/counterparts?address.city=Bonn")["data"]) == 1
    assert monite.send("DELETE", path).status_code == 204


def test_an_invoice_shows_the_product_as_it_is_now_and_an_inline_one_as_it_was(monite: Face) -> None:
    monite.connect()
    price = {"currency": "EUR", "value": 1000}
    product = monite.send("POST", "/products", {"name": "Logo", "price": price}).json
    invoice = add_invoice(monite, product["id"])

    monite.send("PATCH", f"/products/{product['id']}", {"ledger_account_id": monite.account("Sales")})

    catalogue, inline = monite.get(f"/receivables/{invoice}")["line_items"]
    assert catalogue["product"]["ledger_account_id"] == monite.account("Sales")
    assert (catalogue["product"]["name"], catalogue["product"]["is_inline"]) == ("Logo", False)
    assert catalogue["product"]["price_after_vat"] == {"currency": "EUR", "value": 1190}
    assert (inline["product"]["name"], inline["product"]["ledger_account_id"]) == ("Setup", None)


def test_the_lines_of_a_draft_invoice_can_be_replaced(monite: Face) -> None:
    product = monite.send(
        "POST", "/products", {"name": "Logo", "price": {"currency": "EUR", "value": 1000}}
    ).json
    invoice = add_invoice(monite, product["id"], status="draft")
    line = {"product_id": product["id"], "quantity": 3, "tax_rate_value": 1900, "tax_rate_name": "VAT"}

    response = monite.send("PUT", f"/receivables/{invoice}/line_items", {"data": [line]})

    assert response.status_code == 200, response.text
    assert [row["total_after_vat"] for row in response.json["data"]] == [3570]
    assert monite.get(f"/receivables/{invoice}")["total_amount"] == 3570


def test_the_lines_of_an_issued_invoice_cannot_be_replaced(monite: Face) -> None:
    product = monite.send("POST", "/products", {"name": "Logo"}).json
    invoice = add_invoice(monite, product["id"])
    line = {"product_id": product["id"], "quantity": 3, "tax_rate_value": 1900}

    assert monite.send("PUT", f"/receivables/{invoice}/line_items", {"data": [line]}).status_code == 409


def add_invoice(monite: Face, product_id: str, status: str = "issued") -> str:
    """An invoice with a catalogue line and an inline one; invoices are issued outside this API."""
    rate = {"id": str(uuid4()), "value": 1900}
    inline = {"id": str(uuid4()), "is_inline": True, "name": "Setup", "ledger_account_id": None}
    lines = [
        {"product": {"id": product_id, "vat_rate": rate}, "quantity": 1, "discount": None},
        {"product": inline, "quantity": 1, "discount": None},
    ]
    invoice_id = str(uuid4())
    with write(monite.db) as db:
        at = clock.stamp(clock.now(db))
        row = {"id": invoice_id, "entity_id": monite.entity_id, "type": "invoice", "status": status}
        times = {"created_at": at, "updated_at": at}
        db.table("receivables").insert(
            {**row, **times, "currency": "EUR", "body": json.dumps({"line_items": lines})}
        )
    return invoice_id


PERSON = {"is_customer": True, "is_vendor": False, "first_name": "Adnan", "last_name": "Singh"}
BERLIN = {"city": "Berlin", "country": "DE", "line1": "Flughafenstr. 52", "postal_code": "10115"}


def test_a_person_is_found_by_the_whole_name(monite: Face) -> None:
    body = {"type": "individual", "individual": {**PERSON, "address": BERLIN, "email": "a@example.com"}}
    made = monite.send("POST", "/counterparts", body).json

    assert monite.get("/counterparts?counterpart_name__iexact=adnan SINGH")["data"] == [made]
    assert monite.get("/counterparts?is_vendor=true")["data"] == []
    assert monite.get("/counterparts?email__contains=@example")["data"] == [made]


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"type": "individual"}, ["body", "individual"]),
        (
            {"type": "individual", "organization": {**PERSON, "address": BERLIN}},
            ["body", "organization", "legal_name"],
        ),
        ({"type": "individual", "individual": PERSON}, ["body", "individual", "address"]),
    ],
)
def test_a_counterpart_of_one_type_needs_what_the_type_needs(
    monite: Face, body: dict[str, Any], loc: list[str]
) -> None:
    response = monite.send("POST", "/counterparts", body)

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == loc


def test_a_counterpart_cannot_lose_its_name_nor_become_another_type(monite: Face) -> None:
    body = {"type": "individual", "individual": {**PERSON, "address": BERLIN}}
    path = f"/counterparts/{monite.send('POST', '/counterparts', body).json['id']}"

    nameless = monite.send("PATCH", path, {"individual": {"first_name": None}})
    turned = monite.send("PATCH", path, {"organization": {"legal_name": "Singh Ltd"}})

    assert (nameless.status_code, turned.status_code) == (422, 422)
    assert monite.get(path)["individual"]["first_name"] == "Adnan"


def test_a_payable_takes_its_counterparts_name(monite: Face) -> None:
    body = {"type": "individual", "individual": {**PERSON, "address": BERLIN}}
    counterpart = monite.send("POST", "/counterparts", body).json
    payable = monite.add_payable(status="new")
    path = f"/payables/{payable['id']}"

    changed = monite.send("PATCH", path, {"counterpart_id": counterpart["id"], "due_date": "2026-07-08"})
    unknown = monite.send("PATCH", path, {"counterpart_id": str(uuid4())})

    assert (changed.status_code, changed.json["due_date"]) == (200, "2026-07-08")
    assert unknown.status_code == 400
    found = monite.get("/payables?counterpart_name__icontains=SINGH")["data"]
    assert [row["id"] for row in found] == [payable["id"]]


def test_a_bill_is_pushed_again_once_its_line_has_an_account(monite: Face) -> None:
    monite.connect()
    body = {"type": "individual", "individual": {**PERSON, "address": BERLIN, "is_vendor": True}}
    vendor = monite.send("POST", "/counterparts", body).json
    bill = {"counterpart_id": vendor["id"], "document_id": "RE-7", "issued_at": "2026-06-01"}
    payable = monite.add_payable(**bill)
    path = f"/payables/{payable['id']}/line_items"
    line = monite.send("POST", path, RENT).json
    monite.send("PATCH", "/accounting_sync_rules", {"push_statuses": {"payable": ["waiting_to_be_paid"]}})
    monite.control("POST", "/clock", {"advance_seconds": 3700})
    (failed,) = monite.get("/accounting_synced_records?object_type=bill")["data"]

    monite.send("PATCH", f"{path}/{line['id']}", {"ledger_account_id": monite.account()})
    pushed = monite.send("POST", f"/accounting_synced_records/{failed['id']}/push")

    assert (failed["sync_status"], pushed.json["sync_status"]) == ("error", "pending")
    assert monite.get(f"/accounting_synced_records/{failed['id']}")["sync_status"] == "done"
    (written,) = monite.control("GET", f"/books/{monite.entity_id}").json["bills"]
    assert (written["number"], written["total"], written["status"]) == ("RE-7", 6069, "open")
    assert [row["account_code"] for row in written["lines"]] == ["400"]


def test_an_inline_product_can_stand_on_a_draft(monite: Face) -> None:
    invoice = add_invoice(monite, str(uuid4()), status="draft")
    product = {"name": "Setup fee", "price": {"currency": "EUR", "value": 1500}, "type": "service"}
    discount = {"type": "percentage", "amount": 1000}
    line = {"product": product, "quantity": 2, "tax_rate_value": 0, "discount": discount}

    response = monite.send("PUT", f"/receivables/{invoice}/line_items", {"data": [line]})

    assert response.json["data"][0]["product"]["is_inline"] is True
    assert response.json["data"][0]["total_before_vat"] == 2700


@pytest.mark.parametrize("line", [{"quantity": 1}, {"quantity": -1, "product_id": str(uuid4())}])
def test_a_line_of_nothing_is_refused(monite: Face, line: dict[str, Any]) -> None:
    invoice = add_invoice(monite, str(uuid4()), status="draft")

    assert monite.send("PUT", f"/receivables/{invoice}/line_items", {"data": [line]}).status_code == 422


def test_a_rate_or_an_account_is_shown_alone_and_only_to_its_entity(monite: Face) -> None:
    monite.connect()
    (rate,) = monite.get("/accounting_tax_rates")["data"]
    other = monite.add_entity("Other GmbH")

    assert monite.get(f"/accounting_tax_rates/{rate['id']}") == rate
    assert monite.get(f"/ledger_accounts/{monite.account()}")["is_bank_account"] is False
    hidden = monite.send("GET", f"/ledger_accounts/{monite.account()}", X_Monite_Entity_Id=other)
    assert hidden.status_code == 404
