"""Every filter of Monite's lists against objects that it tells apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from app.emulator.store.database import write
from tests.emulator_clients import Face, face

Body = dict[str, Any]


def uid(number: int) -> str:
    """An id that is easy to recognise in a failure."""
    return str(UUID(int=number, version=4))


ONE, TWO, THREE = uid(1), uid(2), uid(3)
PAYABLES: list[Body] = [
    {
        "document_id": "A-1", "total_amount": 100, "due_date": "2026-01-05", "issued_at": "2026-01-01",
        "currency": "EUR", "status": "draft", "was_created_by_user_id": ONE, "file_id": ONE,
        "tags": [{"id": ONE, "name": "rent"}], "project_id": ONE, "purchase_order_id": ONE,
        "ocr_status": "success", "source_of_payable_data": "ocr", "payable_origin": "email",
    },
    {
        "document_id": "B-2", "total_amount": 200, "due_date": "2026-02-05", "issued_at": "2026-02-01",
        "currency": "USD", "status": "new", "tags": [{"id": TWO, "name": "trip"}], "project_id": TWO,
        "payable_origin": "einvoicing", "source_of_payable_data": "einvoicing",
        "counterpart": {"name": "Ünal Bau"},
    },
    {"document_id": "C-3", "total_amount": 300, "due_date": "2026-03-05", "issued_at": "2026-03-01",
     "currency": "EUR", "status": "paid"},
]  # fmt: skip
PARTIES: list[Body] = [
    {
        "type": "organization", "tax_id": "DE1",
        "organization": {
            "legal_name": "Acme Inc.", "is_vendor": True, "is_customer": False, "email": "Acme@example.com",
            "address": {"city": "Berlin", "country": "DE", "line1": "Main 1", "postal_code": "10115",
                        "line2": "Hof", "state": "BE"},
        },
    },
    {
        "type": "individual",
        "individual": {
            "first_name": "Adnan", "last_name": "Singh", "is_vendor": False, "is_customer": True,
            "email": "adnan@example.net",
            "address": {"city": "Paris", "country": "FR", "line1": "Rue 2", "postal_code": "75001"},
        },
    },
]  # fmt: skip
PRODUCTS: list[Body] = [
    {"name": "Ice cream", "price": {"currency": "EUR", "value": 100}, "type": "product"},
    {"name": "ice Skating", "price": {"currency": "USD", "value": 250}, "type": "service"},
    {"name": "Snow"},
]
RECEIVABLES: list[Body] = [
    {
        "type": "invoice", "status": "issued", "document_id": "INV-1", "issue_date": "2026-01-10",
        "due_date": "2026-02-10", "total_amount": 1190, "discounted_subtotal": 1000, "entity_user_id": ONE,
        "tags": [{"id": ONE}], "project_id": ONE, "counterpart_name": "Acme Inc.", "counterpart_id": ONE,
        "line_items": [{"product": {"id": ONE}, "quantity": 1}], "based_on": ONE,
    },
    {
        "type": "invoice", "status": "overdue", "document_id": "INV-2", "issue_date": "2026-03-10",
        "due_date": "2026-04-10", "total_amount": 2380, "discounted_subtotal": 2000, "project_id": TWO,
        "counterpart_name": "Ünal Bau", "counterpart_id": TWO,
        "line_items": [{"product": {"id": TWO}, "quantity": 1}],
    },
    {
        "type": "quote", "status": "expired", "document_id": "Q-3", "issue_date": "2026-05-10",
        "due_date": None, "total_amount": 50, "discounted_subtotal": 50, "counterpart_name": None,
        "counterpart_id": None, "line_items": [],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """An entity with objects of every list; these tests only read."""
    with face(tmp_path_factory.mktemp("lists")) as made:
        for payable in PAYABLES:
            made.add_payable(**payable)
        for party in PARTIES:
            assert made.send("POST", "/counterparts", party).status_code == 201
        for product in PRODUCTS:
            assert made.send("POST", "/products", product).status_code == 201
        for number, receivable in enumerate(RECEIVABLES, 1):
            add_receivable(made, number, receivable)
        yield made


def add_receivable(made: Face, number: int, body: Body) -> None:
    """Receivables are made outside of what the emulator serves."""
    names = ("type", "status", "document_id", "counterpart_id", "counterpart_name", "total_amount")
    at = f"2026-0{number}-01T00:00:00.000000+00:00"
    with write(made.db) as db:
        db.table("receivables").insert(
            {
                "id": uid(100 + number),
                "entity_id": made.entity_id,
                **{name: body[name] for name in (*names, "issue_date", "due_date")},
                "currency": "EUR",
                "body": json.dumps(body),
                "created_at": at,
                "updated_at": at,
            }
        )


def found(lists: Face, path: str, query: str, name: str) -> list[Any]:
    asked = quote(query, safe="=&_.").replace("%7B", "{")
    return [row[name] for row in lists.get(f"{path}?{asked}")["data"]]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("status=new", "B"),
        ("status__in=new&status__in=paid", "BC"),
        ("total_amount=200", "B"),
        ("total_amount__gt=200", "C"),
        ("total_amount__lt=200", "A"),
        ("total_amount__gte=200", "BC"),
        ("total_amount__lte=200", "AB"),
        ("amount=300", "C"),
        ("amount__gt=100", "BC"),
        ("amount__lt=300", "AB"),
        ("amount__gte=300", "C"),
        ("amount__lte=100", "A"),
        ("currency=USD", "B"),
        ("counterpart_name=Ünal Bau", "B"),
        ("counterpart_name__contains=ünal", ""),
        ("counterpart_name__icontains=ünal", "B"),
        ("search_text=bau", "B"),
        ("search_text=c-", "C"),
        ("due_date=2026-02-05", "B"),
        ("due_date__gt=2026-02-05", "C"),
        ("due_date__lt=2026-02-05", "A"),
        ("due_date__gte=2026-02-05", "BC"),
        ("due_date__lte=2026-02-05", "AB"),
        ("issued_at=2026-02-01", "B"),
        ("issued_at__gt=2026-02-01", "C"),
        ("issued_at__lt=2026-02-01", "A"),
        ("document_id=C-3", "C"),
        ("document_id__contains=-", "ABC"),
        ("document_id__icontains=c", "C"),
        (f"was_created_by_user_id={ONE}", "A"),
        ("source_of_payable_data=ocr", "A"),
        ("source_of_payable_data=user_specified", "C"),
        ("ocr_status=success", "A"),
        (f"purchase_order_id={ONE}", "A"),
        (f"project_id={TWO}", "B"),
        (f"project_id__in={ONE}&project_id__in={TWO}", "AB"),
        (f"tag_ids={ONE}", "A"),
        (f"tag_ids={ONE}&tag_ids={TWO}", "AB"),
        (f"tag_ids__not_in={ONE}", "BC"),
        ("has_tags=true", "AB"),
        ("has_tags=false", "C"),
        ("origin=email", "A"),
        ("origin=upload", "C"),
        ("has_file=true", "A"),
        ("has_file=false", "BC"),
        (f"line_item_id={ONE}", ""),
        (f"counterpart_id={ONE}", ""),
        ("status=new&currency=EUR", ""),
        ("sort=issued_at&order=desc", "CBA"),
        ("sort=created_at&order=desc", "CBA"),
    ],
)
def test_payables(lists: Face, query: str, numbers: str) -> None:
    assert [number[0] for number in found(lists, "/payables", query, "document_id")] == list(numbers)


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("type=individual", "i"),
        ("counterpart_name=Acme Inc.", "o"),
        ("counterpart_name=acme inc.", ""),
        ("counterpart_name__iexact=acme inc.", "o"),
        ("counterpart_name__contains=Singh", "i"),
        ("counterpart_name__icontains=SING", "i"),
        ("is_vendor=true", "o"),
        ("is_vendor=false", "i"),
        ("is_customer=true", "i"),
        ("email=adnan@example.net", "i"),
        ("email__contains=acme", ""),
        ("email__icontains=acme", "o"),
        ("tax_id=DE1", "o"),
        ("vat_id=DE1", ""),
        ("iban=DE89", ""),
        ("address.country=FR", "i"),
        ("address.city=Berlin", "o"),
        ("address.postal_code=75001", "i"),
        ("address.state=BE", "o"),
        ("address.line1=Rue 2", "i"),
        ("address.line2=Hof", "o"),
        (f"tag_ids__in={ONE}", ""),
        ("created_at__gt=2020-01-01", "oi"),
        ("created_at__lt=2020-01-01", ""),
        ("sort=counterpart_name", "oi"),
        ("sort=counterpart_name&order=desc", "io"),
    ],
)
def test_counterparts(lists: Face, query: str, types: str) -> None:
    assert [kind[0] for kind in found(lists, "/counterparts", query, "type")] == list(types)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=Snow", ["Snow"]),
        ("name__contains=Ice", ["Ice cream"]),
        ("name__icontains=ice", ["Ice cream", "ice Skating"]),
        ("type=service", ["ice Skating"]),
        ("price=250", ["ice Skating"]),
        ("price__gt=100", ["ice Skating"]),
        ("price__gte=100", ["Ice cream", "ice Skating"]),
        ("price__lt=250", ["Ice cream"]),
        ("price__lte=100", ["Ice cream"]),
        ("currency=USD", ["ice Skating"]),
        ("currency__in=USD&currency__in=EUR", ["Ice cream", "ice Skating"]),
        (f"measure_unit_id={ONE}", []),
        (f"id__in={ONE}", []),
        ("created_at__gte=2999-01-01T00:00:00Z", []),
        ("created_at__lte=2999-01-01T00:00:00Z&type=service", ["ice Skating"]),
        ("sort=name&order=desc", ["ice Skating", "Snow", "Ice cream"]),
    ],
)
def test_products(lists: Face, query: str, names: list[str]) -> None:
    assert found(lists, "/products", query, "name") == names


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("type=invoice", "12"),
        ("type=quote", "3"),
        ("status=overdue", "2"),
        ("status__in=issued&status__in=expired", "13"),
        (f"id__in={uid(102)}", "2"),
        (f"entity_user_id={ONE}", "1"),
        (f"entity_user_id__in={ONE}&entity_user_id__in={TWO}", "1"),
        (f"tag_ids={ONE}", "1"),
        (f"tag_ids__in={TWO}", ""),
        (f"product_ids={TWO}", "2"),
        (f"product_ids__in={ONE}&product_ids__in={TWO}", "12"),
        (f"project_id={TWO}", "2"),
        (f"project_id__in={ONE}", "1"),
        ("document_id=INV-1", "1"),
        ("document_id__contains=INV", "12"),
        ("document_id__icontains=inv-2", "2"),
        ("issue_date__gt=2026-01-10T00:00:00Z", "23"),
        ("issue_date__lt=2026-03-10", "1"),
        ("issue_date__gte=2026-03-10", "23"),
        ("issue_date__lte=2026-03-10", "12"),
        ("created_at__gt=2026-02-01", "3"),
        ("created_at__lte=2026-02-01", "12"),
        (f"counterpart_id={TWO}", "2"),
        ("counterpart_name=Acme Inc.", "1"),
        ("counterpart_name__contains=bau", ""),
        ("counterpart_name__icontains=bau", "2"),
        ("total_amount=50", "3"),
        ("total_amount__gt=1190", "2"),
        ("total_amount__lt=1190", "3"),
        ("total_amount__gte=1190", "12"),
        ("total_amount__lte=1190", "13"),
        ("discounted_subtotal=2000", "2"),
        ("discounted_subtotal__gt=1000", "2"),
        ("discounted_subtotal__lt=1000", "3"),
        ("discounted_subtotal__gte=1000", "12"),
        ("discounted_subtotal__lte=50", "3"),
        (f"based_on={ONE}", "1"),
        ("due_date__gt=2026-02-10", "2"),
        ("due_date__lt=2026-04-10", "1"),
        ("due_date__gte=2026-02-10", "12"),
        ("due_date__lte=2026-02-10", "1"),
        ("sort=total_amount", "312"),
        ("sort=amount&order=desc", "213"),
        ("sort=counterpart_name", "312"),
        ("sort=discounted_subtotal", "312"),
        ("sort=status", "312"),
        ("sort=issue_date&order=desc", "321"),
        ("sort=due_date&order=desc", "213"),
        ("sort=document_id", "123"),
        ("sort=project_id&order=desc", "213"),
        ("sort=counterpart_id", "312"),
    ],
)
def test_receivables(lists: Face, query: str, numbers: str) -> None:
    assert [number[-1] for number in found(lists, "/receivables", query, "document_id")] == list(numbers)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=organization", 1),
        ("type=individual", 0),
        ("email=books@example.com", 1),
        ("email=BOOKS@example.com", 0),
        ("email__in=books@example.com&email__in=x@example.com", 1),
        ("email__not_in=books@example.com", 0),
        ("status=active", 1),
        ("status=deleted", 0),
        ("id__in={own}", 1),
        ("id__not_in={own}", 0),
        ("created_at__gt=2999-01-01", 0),
        ("created_at__lt=2999-01-01", 1),
        ("sort=updated_at&order=desc", 1),
    ],
)
def test_entities(lists: Face, query: str, expected: int) -> None:
    asked = query.replace("{own}", lists.entity_id)

    assert len(found(lists, "/entities", asked, "id")) == expected


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/payables", "line_item_id=7"),
        ("/payables", "tag_ids=rent"),
        ("/payables", "currency=euro"),
        ("/payables", "has_file=perhaps"),
        ("/payables", "origin=fax"),
        ("/payables", "due_date=soon"),
        ("/payables", "total_amount=1.5"),
        ("/receivables", "product_ids=1"),
        ("/receivables", "based_on=quote"),
        ("/receivables", "type=bill"),
        ("/receivables", "sort=name"),
        ("/products", "currency__in=XXX"),
        ("/products", "measure_unit_id=kg"),
        ("/products", "type=thing"),
        ("/counterparts", "type=company"),
        ("/counterparts", "is_vendor=2"),
        ("/entities", "status=gone"),
        ("/entities", "id__in=1"),
        ("/entities", "sort=name"),
    ],
)
def test_a_value_that_a_filter_cannot_take_is_refused_by_its_name(lists: Face, path: str, query: str) -> None:
    response = lists.send("GET", f"{path}?{query}")

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == ["query", query.partition("=")[0]]
