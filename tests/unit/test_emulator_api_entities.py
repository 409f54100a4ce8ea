"""Entities through Monite's face: making and changing them, and what a new one finds."""

from __future__ import annotations

from typing import Any

import pytest

from app.emulator.rules.codes import COUNTRIES
from app.emulator.samples import countries
from tests.emulator_clients import Face

Body = dict[str, Any]
ADDRESS = {"city": "Berlin", "country": "DE", "line1": "Flughafenstrasse 52", "postal_code": "10115"}


def company(**changes: Any) -> Body:
    return {
        "type": "organization",
        "email": "info@acme.example",
        "address": ADDRESS,
        "organization": {"legal_name": "Acme GmbH"},
        **changes,
    }


def person(**changes: Any) -> Body:
    name = {"first_name": "Adnan", "last_name": "Singh"}
    return {
        "type": "individual",
        "email": "asingh@example.net",
        "address": ADDRESS,
        "individual": name,
        **changes,
    }


def refused(monite: Face, body: Body, *, at: list[str], **headers: str) -> None:
    response = monite.send("POST", "/entities", body, **headers)
    assert response.status_code == 422, response.text
    assert response.json["detail"][0]["loc"] == ["body", *at]


def test_an_organization_is_made_with_every_field_in_place(monite: Face) -> None:
    response = monite.send("POST", "/entities", company(tax_id="DE12345678"))

    assert response.status_code == 201
    made = response.json
    assert made["organization"] == {
        "business_structure": None,
        "directors_provided": None,
        "executives_provided": None,
        "legal_entity_id": None,
        "legal_name": "Acme GmbH",
        "owners_provided": None,
        "representative_provided": None,
    }
    assert made["address"] == {**ADDRESS, "line2": None, "state": None}
    assert (made["status"], made["tax_id"], "individual" in made) == ("active", "DE12345678", False)
    assert monite.get(f"/entities/{made['id']}") == made


def test_a_person_is_an_entity_too(monite: Face) -> None:
    made = monite.send("POST", "/entities", person()).json

    assert made["individual"]["last_name"] == "Singh"
    assert "organization" not in made
    assert [row["id"] for row in monite.get("/entities?type=individual")["data"]] == [made["id"]]


@pytest.mark.parametrize("platform", ["xero", "quickbooks_online"])
def test_a_new_entity_can_be_connected_at_once(monite: Face, platform: str) -> None:
    made = monite.send("POST", "/entities", company()).json
    monite.headers["X-Monite-Entity-Id"] = made["id"]

    connection = monite.send("POST", "/accounting_connections", {"platform": platform}).json
    monite.control("POST", f"/connections/{connection['id']}/authorise")

    shown = monite.get(f"/accounting_connections/{connection['id']}")
    assert shown["status"] == "connected"
    assert shown["business_info"]["legal_name"] == "Acme GmbH"
    assert shown["business_info"]["base_currency"] == "EUR"
    assert len(monite.get("/ledger_accounts")["data"]) > 20
    assert 1900 in {rate["total_tax_rate"] for rate in monite.get("/accounting_tax_rates")["data"]}
    assert monite.get("/measure_units")["data"][0]["name"] == "pc"


def test_two_new_entities_share_nothing(monite: Face) -> None:
    pulled = []
    for _ in range(2):
        monite.headers["X-Monite-Entity-Id"] = monite.send("POST", "/entities", company()).json["id"]
        monite.connect()
        pulled.append({account["id"] for account in monite.get("/ledger_accounts")["data"]})

    assert not pulled[0] & pulled[1]


@pytest.mark.parametrize("platform", ["xero", "quickbooks_online"])
def test_every_country_has_money_and_tax_rates(platform: str) -> None:
    for country in COUNTRIES:
        rates = countries.tax_rates(platform, country)
        assert len(countries.currency(country)) == 3
        assert len({rate[0] for rate in rates}) == len(rates) >= 1
        assert any(on_purchases for *_, on_purchases, _ in rates)
        assert any(on_sales for *_, on_sales in rates)


def test_a_country_without_a_chart_of_its_own_has_its_own_rates() -> None:
    assert {rate[2] for rate in countries.tax_rates("xero", "NL")} == {2100, 900, 0}


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"email": "nobody"}, ["email"]),
        ({"email": None}, ["email"]),
        ({"type": "company"}, ["type"]),
        ({"organization": None}, ["organization"]),
        ({"individual": {"first_name": "A", "last_name": "B"}}, ["individual"]),
        ({"organization": {"legal_name": "x" * 256}}, ["organization", "legal_name"]),
        ({"address": {**ADDRESS, "country": "XX"}}, ["address", "country"]),
        ({"address": {**ADDRESS, "city": "x" * 101}}, ["address", "city"]),
        ({"address": {**ADDRESS, "line1": "x" * 201}}, ["address", "line1"]),
        ({"address": {**ADDRESS, "postal_code": "12345678901"}}, ["address", "postal_code"]),
        ({"address": {**ADDRESS, "street": "x"}}, ["address", "street"]),
        ({"address": {**ADDRESS, "country": "US"}}, ["address", "state"]),
        ({"address": {**ADDRESS, "country": "US", "state": "California"}}, ["address", "state"]),
        ({"phone": "1" * 101}, ["phone"]),
        ({"tax_id": "x" * 31}, ["tax_id"]),
        ({"website": "acme"}, ["website"]),
        ({"registration_number": "x" * 101}, ["registration_number"]),
        ({"currency": "EUR"}, ["currency"]),
    ],
)
def test_what_does_not_fit_an_entity_is_refused_where_it_stands(
    monite: Face, changes: Body, at: list[str]
) -> None:
    refused(monite, company(**changes), at=at)


@pytest.mark.parametrize(
    ("changes", "at"),
    [({"title": "x" * 11}, "title"), ({"ssn_last_4": "123"}, "ssn_last_4"), ({"age": 4}, "age")],
)
def test_what_does_not_fit_a_person_is_refused(monite: Face, changes: Body, at: str) -> None:
    body = person(individual={"first_name": "A", "last_name": "B", **changes})
    refused(monite, body, at=["individual", at])


def test_a_state_of_two_letters_is_needed_in_the_united_states(monite: Face) -> None:
    address = {**ADDRESS, "country": "US", "state": "CA"}

    assert monite.send("POST", "/entities", company(address=address)).status_code == 201


def test_a_change_keeps_what_it_does_not_name(monite: Face) -> None:
    made = monite.send("POST", "/entities", company(phone="+4930123456")).json

    response = monite.send(
        "PATCH",
        f"/entities/{made['id']}",
        {"address": {"city": "Potsdam", "line1": None}, "organization": {"legal_entity_id": "HRB 1"}},
    )

    assert response.status_code == 200
    shown = monite.get(f"/entities/{made['id']}")
    assert shown == response.json
    assert shown["address"] == {**made["address"], "city": "Potsdam"}
    assert shown["organization"] == {**made["organization"], "legal_entity_id": "HRB 1"}
    assert shown["phone"] == "+4930123456"
    assert shown["updated_at"] > made["updated_at"]


def test_a_new_legal_name_is_the_entitys_name(monite: Face) -> None:
    body = {"organization": {"legal_name": "Beta AG"}}

    monite.send("PATCH", f"/entities/{monite.send('POST', '/entities', company()).json['id']}", body)

    assert "Beta AG" in [row["name"] for row in monite.control("GET", "/state").json["entities"]]


@pytest.mark.parametrize(
    "body",
    [
        {"type": "individual"},
        {"individual": {"first_name": "A"}},
        {"address": {"country": "FR"}},
        {"organization": {"vat": "x"}},
        {"tax_id": ""},
    ],
)
def test_what_cannot_change_is_refused(monite: Face, body: Body) -> None:
    made = monite.send("POST", "/entities", company()).json

    assert monite.send("PATCH", f"/entities/{made['id']}", body).status_code == 422
    assert monite.get(f"/entities/{made['id']}") == made


def test_an_american_entity_cannot_lose_its_state(monite: Face) -> None:
    address = {**ADDRESS, "country": "US", "state": "CA"}
    made = monite.send("POST", "/entities", company(address=address)).json

    assert monite.send("PATCH", f"/entities/{made['id']}", {"address": {"state": None}}).status_code == 422


def test_an_unknown_entity_is_not_found(monite: Face) -> None:
    path = "/entities/00000000-0000-4000-8000-000000000000"

    assert monite.send("GET", path).status_code == 404
    assert monite.send("PATCH", path, {"phone": "1"}).status_code == 404
    assert monite.send("GET", f"{path}/settings").status_code == 404
    assert monite.send("PATCH", f"{path}/settings", {"language": "de"}).status_code == 404


def test_nothing_is_made_when_the_body_is_refused(monite: Face) -> None:
    before = len(monite.get("/entities")["data"])

    monite.send("POST", "/entities", company(website="ftp://acme.example"))

    assert len(monite.get("/entities")["data"]) == before


def test_a_bill_of_a_new_entity_reaches_its_books(monite: Face) -> None:
    monite.headers["X-Monite-Entity-Id"] = entity_id = monite.send("POST", "/entities", company()).json["id"]
    monite.connect()
    monite.send("PATCH", "/accounting_sync_rules", {"push_statuses": {"payable": ["draft"]}})
    party = {"legal_name": "Papier AG", "is_vendor": True, "is_customer": False, "address": ADDRESS}
    vendor = monite.send("POST", "/counterparts", {"type": "organization", "organization": party}).json
    bill = {
        "counterpart_id": vendor["id"],
        "currency": "EUR",
        "document_id": "RE-1",
        "issued_at": "2026-01-05",
    }
    made = monite.send("POST", "/payables", bill).json
    paper = {"name": "Paper", "quantity": 4, "unit_price": 2500, "tax": 1900}
    line = {**paper, "ledger_account_id": monite.account("Office Expenses")}
    monite.send("POST", f"/payables/{made['id']}/line_items", line)

    (connection,) = monite.get("/accounting_connections")["data"]
    monite.send("POST", f"/accounting_connections/{connection['id']}/sync")

    (record,) = monite.get("/accounting_synced_records?object_type=bill")["data"]
    assert (record["sync_status"], record["errors"]) == ("done", {})
    (written,) = monite.control("GET", f"/books/{entity_id}").json["bills"]
    assert (written["number"], written["contact"], written["total"]) == ("RE-1", "Papier AG", 11900)
