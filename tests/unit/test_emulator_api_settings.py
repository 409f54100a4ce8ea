"""Settings of the partner and of entities through Monite's face."""

from __future__ import annotations

from typing import Any

import pytest

from app.emulator.store import entities, meta
from tests.emulator_clients import Face

Body = dict[str, Any]
LATE = "2024-05-25"


def late(monite: Face, method: str, path: str, body: Any = None) -> Any:
    return monite.send(method, path, body, X_Monite_Version=LATE)


@pytest.mark.parametrize(
    "body",
    [
        {"api_version": "2025-06-23"},
        {"api_version": "yesterday"},
        {"commercial_conditions": "none"},
        {"currency": {}},
        {"currency": {"default": "euro"}},
        {"currency": {"default": "EUR", "rates": []}},
        {"currency": {"default": "EUR", "exchange_rates": [{"base": "EUR", "to": "USD", "rate": 0}]}},
        {"default_role": []},
        {"mail": {"from_name": "x" * 31}},
        {"mail": {"attach_documents_as_pdf": "yes"}},
        {"payable": {"default_state": "new"}},
        {"payable": {"approve_page_url": "nowhere"}},
        {"payments": {"support_email": "nobody"}},
        {"payments": {"payment_page_theme": {"button": []}}},
        {"receivable": {"deduction_title": "x"}},
        {"units": [{"designation": "kg"}]},
        {"website": 1},
    ],
)
@pytest.mark.parametrize("version", ["2023-09-01", "2024-01-31", LATE])
def test_a_value_of_the_wrong_shape_never_reaches_the_settings(
    monite: Face, body: Body, version: str
) -> None:
    before = monite.get("/settings")

    assert monite.send("PATCH", "/settings", body, X_Monite_Version=version).status_code == 422
    assert monite.get("/settings") == before


def test_what_an_object_leaves_out_is_as_monite_starts_with_it(monite: Face) -> None:
    body = {"payable": {"approve_page_url": "https://acme.example/approve", "colour": "red"}}

    shown = monite.send("PATCH", "/settings", body).json["payable"]

    assert shown == {
        **meta.DEFAULT_PARTNER_SETTINGS["payable"],
        "approve_page_url": "https://acme.example/approve",
    }


def test_without_a_version_of_its_own_the_background_keeps_the_usual_one(monite: Face) -> None:
    assert monite.send("PATCH", "/settings", {"api_version": None}).json["api_version"] is None
    assert meta.background_version(monite.db).date == "2024-01-31"


def test_the_background_follows_the_partners_version(monite: Face) -> None:
    monite.send("PATCH", "/settings", {"api_version": LATE})

    assert meta.background_version(monite.db).date == LATE


def test_an_entity_starts_without_default_accounts(monite: Face) -> None:
    shown = late(monite, "GET", f"/entities/{monite.entity_id}/settings").json

    assert shown["accounting"] == {
        "ledger_account_ids": {"payments": None, "products": None},
        "tax_ids": {"deductions": None},
    }
    assert shown["document_ids"]["document_type_prefix"]["invoice"] == "INV"


def test_default_accounts_are_set_one_by_one(monite: Face) -> None:
    monite.connect()
    path = f"/entities/{monite.entity_id}/settings"
    sales, rent = monite.account("Sales"), monite.account("Rent")
    rate = monite.get("/accounting_tax_rates")["data"][0]["id"]

    late(monite, "PATCH", path, {"accounting": {"ledger_account_ids": {"products": sales}}})
    late(monite, "PATCH", path, {"accounting": {"tax_ids": {"deductions": rate}}})
    response = late(monite, "PATCH", path, {"accounting": {"ledger_account_ids": {"payments": rent}}})

    assert response.status_code == 200
    expected = {
        "ledger_account_ids": {"payments": rent, "products": sales},
        "tax_ids": {"deductions": rate},
    }
    assert response.json["accounting"] == expected
    assert entities.defaults(monite.db, monite.entity_id) == expected


@pytest.mark.parametrize(
    "cleared",
    [
        None,
        {"ledger_account_ids": None},
        {"ledger_account_ids": {"products": None}},
    ],
)
def test_default_accounts_are_taken_away(monite: Face, cleared: Body | None) -> None:
    monite.connect()
    path = f"/entities/{monite.entity_id}/settings"
    given = {"ledger_account_ids": {"products": monite.account("Sales")}}
    late(monite, "PATCH", path, {"accounting": given})

    late(monite, "PATCH", path, {"accounting": cleared})

    assert entities.defaults(monite.db, monite.entity_id)["ledger_account_ids"]["products"] is None


def test_an_account_of_another_entity_is_no_default(monite: Face) -> None:
    monite.connect()
    account = monite.account("Sales")
    other = monite.add_entity("Other AG")

    body = {"accounting": {"ledger_account_ids": {"products": account}}}
    response = late(monite, "PATCH", f"/entities/{other}/settings", body)

    assert response.status_code == 400
    assert response.json == {"error": {"message": "Ledger account not found."}}


@pytest.mark.parametrize(
    "body",
    [
        {"accounting": {"provider": "codat"}},
        {"accounting": {"ledger_account_ids": {"bills": None}}},
        {"accounting": {"tax_ids": {"deductions": "19"}}},
        {"api_version": LATE},
        {"currency": {"default": "XXX"}},
        {"document_ids": {"min_digits": 26}},
        {"document_ids": {"separator": "_"}},
        {"document_ids": {"document_type_prefix": {"bill": "B"}}},
        {"document_rendering": {"logo": True}},
        {"document_rendering": {"line_items": {"price": {"precision": 5}}}},
        {"document_rendering": None},
        {"generate_paid_invoice_pdf": None},
        {"language": "tlh"},
        {"mail": {"reply_to": ["nobody"]}},
        {"payables_ocr_auto_tagging": [{"enabled": True, "keywords": [], "tag_id": "x"}]},
        {"payment_priority": "speed"},
        {"reminder": {"enabled": "always"}},
        {"vat_mode": "none"},
    ],
)
def test_an_entity_takes_no_setting_of_the_wrong_shape(monite: Face, body: Body) -> None:
    path = f"/entities/{monite.entity_id}/settings"
    before = late(monite, "GET", path).json

    assert late(monite, "PATCH", path, body).status_code == 422
    assert late(monite, "GET", path).json == before


def test_a_setting_given_in_part_is_filled_up(monite: Face) -> None:
    path = f"/entities/{monite.entity_id}/settings"
    given = {"min_digits": 3, "next_number": {"invoice": 40}, "document_type_prefix": {"invoice": "RE"}}

    shown = late(monite, "PATCH", path, {"document_ids": given}).json["document_ids"]

    assert (shown["min_digits"], shown["separator"]) == (3, "-")
    assert shown["document_type_prefix"] == {
        "credit_note": "CN",
        "delivery_note": "DN",
        "invoice": "RE",
        "purchase_order": "PO",
        "quote": "Q",
    }
    assert "next_number" not in shown


def test_settings_of_one_entity_are_not_anothers(monite: Face) -> None:
    other = monite.add_entity("Other AG")

    late(monite, "PATCH", f"/entities/{other}/settings", {"language": "de"})

    assert late(monite, "GET", f"/entities/{monite.entity_id}/settings").json["language"] == "en"


def test_what_an_entity_does_not_set_is_the_partners_where_both_are_merged(monite: Face) -> None:
    monite.send("PATCH", "/settings", {"mail": {"from_name": "Acme"}, "currency": {"default": "USD"}})

    shown = monite.get(f"/entities/{monite.entity_id}/settings")

    assert shown["mail"]["from_name"] == "Acme"
    assert shown["currency"]["default"] == "EUR"
