"""Cursor lists: bounds, tokens, filters, sorts."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.emulator_clients import Face


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/payables", "0"),
        ("/payables", "101"),
        ("/payables", "many"),
        ("/payables", "9" * 5000),
        ("/receivables", "251"),
        ("/ledger_accounts", "101"),
    ],
)
def test_a_limit_out_of_bounds_is_refused(monite: Face, path: str, limit: str) -> None:
    response = monite.send("GET", f"{path}?limit={limit}")

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == ["query", "limit"]


@pytest.mark.parametrize("query", ["sort=colour", "order=up", "status=lost", "due_date__gt=soon"])
def test_a_parameter_that_a_list_cannot_take_is_refused(monite: Face, query: str) -> None:
    response = monite.send("GET", f"/payables?{query}")

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == ["query", query.split("=", maxsplit=1)[0]]


def test_an_unknown_parameter_is_ignored(monite: Face) -> None:
    monite.add_payable()

    assert len(monite.get("/payables?colour=red")["data"]) == 1


def test_a_single_page_has_no_tokens(monite: Face) -> None:
    monite.add_payable()

    page = monite.get("/payables")

    assert (page["next_pagination_token"], page["prev_pagination_token"]) == (None, None)


def test_a_token_carries_filters_and_limit_whatever_stands_beside_it(monite: Face) -> None:
    for number in range(5):
        monite.add_payable(document_id=f"A{number}", status="paid")
        monite.add_payable(document_id=f"B{number}")

    first = monite.get("/payables?status=paid&limit=2&order=desc")
    second = monite.get(f"/payables?status=draft&order=asc&pagination_token={first['next_pagination_token']}")

    assert [row["document_id"] for row in first["data"]] == ["A4", "A3"]
    assert [row["document_id"] for row in second["data"]] == ["A2", "A1"]


def test_where_the_limit_must_be_sent_again_a_token_alone_means_the_default(monite: Face) -> None:
    monite.connect()
    first = monite.get("/ledger_accounts?limit=1&sort=name")

    rest = monite.get(f"/ledger_accounts?pagination_token={first['next_pagination_token']}")

    assert [row["name"] for row in first["data"] + rest["data"]] == ["Rent", "Sales"]


def test_the_way_back_leads_to_the_page_before(monite: Face) -> None:
    for number in range(5):
        monite.add_payable(document_id=f"A{number}")
    first = monite.get("/payables?limit=2")
    second = monite.get(f"/payables?pagination_token={first['next_pagination_token']}")
    third = monite.get(f"/payables?pagination_token={second['next_pagination_token']}")

    back = monite.get(f"/payables?pagination_token={third['prev_pagination_token']}")
    start = monite.get(f"/payables?pagination_token={back['prev_pagination_token']}")

    assert third["next_pagination_token"] is None
    assert back["data"] == second["data"]
    assert (start["data"], start["prev_pagination_token"]) == (first["data"], None)


def test_a_token_of_another_list_or_entity_or_no_token_at_all_is_refused(monite: Face) -> None:
    other = monite.add_entity("Other GmbH")
    for _ in range(2):
        monite.add_payable()
        monite.add_payable(other)
    token = monite.get("/payables?limit=1")["next_pagination_token"]
    tampered = {**json.loads(base64.urlsafe_b64decode(token)), "cursor_field_value": {"a": 1}}
    forged = base64.urlsafe_b64encode(json.dumps(tampered).encode()).decode()

    answers = [
        monite.send("GET", f"/counterparts?pagination_token={token}"),
        monite.send("GET", f"/payables?pagination_token={token}", X_Monite_Entity_Id=other),
        monite.send("GET", "/payables?pagination_token=garbage"),
        monite.send("GET", "/payables?pagination_token=é"),
        monite.send("GET", f"/payables?pagination_token={forged}"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert all(list(answer.json) == ["error"] for answer in answers)


PAYABLES: list[dict[str, Any]] = [
    {"document_id": "RE-1", "total_amount": 100, "due_date": "2026-01-05", "status": "draft"},
    {"document_id": "RE-2", "total_amount": 200, "due_date": "2026-02-05", "currency": "USD"},
    {"document_id": "Ünal-3", "total_amount": 300, "due_date": "2026-03-05", "status": "paid"},
]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("status=paid", ["Ünal-3"]),
        ("status__in=paid&status__in=draft", ["RE-1", "Ünal-3"]),
        ("total_amount=200", ["RE-2"]),
        ("total_amount__gte=200", ["RE-2", "Ünal-3"]),
        ("amount__lt=200", ["RE-1"]),
        ("currency=USD", ["RE-2"]),
        ("due_date__gt=2026-02-05", ["Ünal-3"]),
        ("due_date__lte=2026-02-05&status=draft", ["RE-1"]),
        ("document_id=RE-2", ["RE-2"]),
        ("document_id__contains=RE", ["RE-1", "RE-2"]),
        ("document_id__contains=re", []),
        ("document_id__icontains=ünAL", ["Ünal-3"]),
        ("document_id__contains=%25", []),
        ("search_text=re-", ["RE-1", "RE-2"]),
        ("created_at__gt=2999-01-01T00:00:00Z", []),
        ("created_at__gt=2020-01-01T00:00:00%2B02:00", ["RE-1", "RE-2", "Ünal-3"]),
        ("has_file=false", ["RE-1", "RE-2", "Ünal-3"]),
        ("has_tags=true", []),
        ("sort=issued_at&order=desc", ["RE-1", "RE-2", "Ünal-3"]),
    ],
)
def test_payables_are_filtered(monite: Face, query: str, numbers: list[str]) -> None:
    for payable in PAYABLES:
        monite.add_payable(**payable)

    found = monite.get(f"/payables?{quote(query, safe='=&%')}")["data"]

    assert sorted(row["document_id"] for row in found) == numbers


def test_the_log_asks_for_a_type(monite: Face) -> None:
    response = monite.send("GET", "/accounting_synced_records")

    assert response.status_code == 422
    assert response.json["detail"] == [
        {"loc": ["query", "object_type"], "msg": "field required", "type": "value_error.missing"}
    ]


def test_the_log_knows_no_invoice(monite: Face) -> None:
    assert monite.send("GET", "/accounting_synced_records?object_type=invoice").status_code == 422


def test_every_filter_of_every_list_can_be_asked(monite: Face) -> None:
    """A filter names a column; a wrong name would only show when somebody uses it."""
    from app.emulator.store import counterparts, entities, listings, payables, products, receivables

    samples = {"uuid": monite.entity_id, "integer": "1", "bool": "true", "date": "2026-01-01"}
    lists = {
        "/payables": payables.FILTERS,
        "/products": products.FILTERS,
        "/receivables": receivables.FILTERS,
        "/counterparts": counterparts.FILTERS,
        "/entities": entities.FILTERS,
    }
    enums = {
        "type": {"/products": "service", "/receivables": "invoice"},
        "status": {"/entities": "active"},
        "status__in": {},
        "currency": {"/payables": "EUR", "/products": "EUR"},
        "currency__in": {"/products": "EUR"},
        "source_of_payable_data": {"/payables": "ocr"},
        "ocr_status": {"/payables": "error"},
        "origin": {"/payables": "email"},
    }
    defaults = {"type": "organization", "status": "draft", "status__in": "draft"}
    for path, filters in lists.items():
        for name, rule in filters.items():
            value = samples.get(rule.kind, "2026-01-01")
            if rule.kind == "enum":
                value = enums[name].get(path, defaults.get(name, ""))
            response = monite.send("GET", f"{path}?{name}={value}")
            assert response.status_code == 200, (path, name, response.text)
    assert listings.RECORD_FILTERS


@pytest.mark.parametrize(
    "sort", ["counterpart_name", "amount", "discounted_subtotal", "due_date", "issue_date", "project_id"]
)
def test_receivables_can_be_sorted(monite: Face, sort: str) -> None:
    assert monite.get(f"/receivables?sort={sort}&order=desc")["data"] == []
