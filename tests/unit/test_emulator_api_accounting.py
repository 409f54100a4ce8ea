"""Bills and invoices of the books through Monite's face, in the version that has them."""

from __future__ import annotations

from typing import Any

import pytest

from app.emulator.store import clock
from app.emulator.store.database import write
from tests.emulator_clients import Face

LATE = "2024-05-25"


@pytest.fixture
def books(monite: Face) -> Face:
    """A connected entity whose books hold a bill of two lines and an invoice."""
    monite.connect()
    monite.headers["X-Monite-Version"] = LATE
    add_document(monite, "bill-77", lines=((2.0, 12550, 0, 25100, 4008), (1.0, 1000, 100, 900, 0)))
    add_document(monite, "inv/15 a", kind="invoice", lines=((1.0, 5000, 0, 5000, 950),))
    return monite


def add_document(
    monite: Face,
    document_id: str,
    *,
    kind: str = "bill",
    status: str = "open",
    currency: str = "EUR",
    lines: tuple[tuple[float, int, int, int, int], ...] = ((1.0, 100, 0, 100, 0),),
    at: str = "2024-06-01T08:00:00.000000+00:00",
) -> None:
    """A document of the entity's own organisation."""
    with write(monite.db) as db:
        query = "SELECT id FROM organisations WHERE entity_id = ?"
        organisation = next(db.query(query, [monite.entity_id]))["id"]
        contact = {
            "id": "v-9",
            "organisation_id": organisation,
            "name": "Acme Supplies",
            "is_supplier": 1,
            "is_customer": 1,
            "status": "Active",
        }
        db.table("book_contacts").insert(contact, ignore=True)
        db.table("book_documents").insert(
            {
                "id": document_id,
                "organisation_id": organisation,
                "kind": kind,
                "number": f"N-{document_id}",
                "contact_id": "v-9",
                "date": "2024-06-01",
                "due_date": "2024-07-01",
                "currency": currency,
                "total": sum(line[3] + line[4] for line in lines),
                "status": status,
                "source": "books",
                "created_at": at,
                "updated_at": at,
            }
        )
        for position, (quantity, unit, discount, amount, tax) in enumerate(lines):
            db.table("book_lines").insert(
                {
                    "organisation_id": organisation,
                    "document_id": document_id,
                    "position": position,
                    "description": "Logo design",
                    "quantity": quantity,
                    "unit_amount": unit,
                    "discount_amount": discount,
                    "amount": amount,
                    "tax_amount": tax,
                    "account_id": "2",
                    "tax_rate_id": "INPUT",
                }
            )


def listed(monite: Face, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = monite.get(f"/accounting/payables{query}")["data"]
    return found


def test_a_bill_is_shown_in_major_units_with_monites_account(books: Face) -> None:
    rent = books.account("Rent")

    assert books.get("/accounting/payables/bill-77") == {
        "id": "bill-77",
        "amount_due": 300.08,
        "currency": "EUR",
        "currency_rate": 1.0,
        "due_date": "2024-07-01",
        "invoice_number": "N-bill-77",
        "lines": [
            {
                "description": "Logo design",
                "discount_amount": 0.0,
                "discount_percentage": 0.0,
                "ledger_account_id": rent,
                "quantity": 2.0,
                "tax_rate_ref": {"id": "INPUT"},
                "unit_amount": 125.5,
            },
            {
                "description": "Logo design",
                "discount_amount": 1.0,
                "discount_percentage": 10.0,
                "ledger_account_id": rent,
                "quantity": 1.0,
                "tax_rate_ref": {"id": "INPUT"},
                "unit_amount": 10.0,
            },
        ],
        "memo": None,
        "posted_date": "2024-06-01",
        "purchase_order_refs": [],
        "status": "open",
        "subtotal": 260.0,
        "tax_amount": 40.08,
        "total_amount": 300.08,
        "vendor_ref": {"id": "v-9", "name": "Acme Supplies"},
    }


def test_an_invoice_names_its_customer_and_has_an_id_of_its_system(books: Face) -> None:
    (found,) = books.get("/accounting/receivables")["data"]

    assert found["id"] == "inv/15 a"
    assert found["customer_ref"] == {"id": "v-9", "company_name": "Acme Supplies"}
    assert found["pass_through"] == {}


def test_bills_and_invoices_do_not_mix(books: Face) -> None:
    assert books.send("GET", "/accounting/receivables/bill-77").status_code == 404
    assert [row["id"] for row in listed(books)] == ["bill-77"]


@pytest.mark.parametrize(("currency", "shown"), [("JPY", 100.0), ("EUR", 1.0), ("KWD", 0.1), ("KRW", 100.0)])
def test_major_units_are_the_currencys(books: Face, currency: str, shown: float) -> None:
    add_document(books, "b-2", currency=currency)

    found = books.get("/accounting/payables/b-2")

    assert found["total_amount"] == found["lines"][0]["unit_amount"] == shown
    assert found["currency_rate"] == (1.0 if currency == "EUR" else None)


@pytest.mark.parametrize(
    ("status", "shown", "due"),
    [("paid", "paid", 0.0), ("void", "void", 0.0), ("draft", "draft", 1.0), ("queried", "unknown", 1.0)],
)
def test_a_status_of_the_books_is_one_of_monites(books: Face, status: str, shown: str, due: float) -> None:
    add_document(books, "b-2", status=status)

    found = books.get("/accounting/payables/b-2")

    assert (found["status"], found["amount_due"]) == (shown, due)


def test_pages_are_counted_off(books: Face) -> None:
    for number in range(4):
        add_document(books, f"b-{number}")

    whole = [row["id"] for row in listed(books)]

    assert len(whole) == 5
    assert [row["id"] for row in listed(books, "?limit=2&offset=1")] == whole[1:3]
    assert [row["id"] for row in listed(books, "?limit=500&offset=4")] == whole[4:]
    assert listed(books, "?offset=5") == []


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "offset=-1", f"offset={2**63}"])
def test_bounds_of_the_pages_are_kept(books: Face, query: str) -> None:
    response = books.send("GET", f"/accounting/payables?{query}")

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == ["query", query.partition("=")[0]]


def test_what_came_into_the_books_since_the_last_pull_is_not_there_yet(books: Face) -> None:
    add_document(books, "b-2", at=clock.stamp(clock.now(books.db)))
    assert [row["id"] for row in listed(books)] == ["bill-77"]

    (connection,) = books.get("/accounting_connections")["data"]
    books.send("POST", f"/accounting_connections/{connection['id']}/sync")

    assert [row["id"] for row in listed(books)] == ["bill-77", "b-2"]


def test_without_a_connection_there_is_nothing_to_read(books: Face) -> None:
    (connection,) = books.get("/accounting_connections")["data"]
    books.send("POST", f"/accounting_connections/{connection['id']}/disconnect")

    for path in ("payables", "receivables", "payables/bill-77"):
        response = books.send("GET", f"/accounting/{path}")
        assert (response.status_code, list(response.json)) == (409, ["error"])


def test_books_of_another_entity_stay_closed(books: Face) -> None:
    books.headers["X-Monite-Entity-Id"] = other = books.add_entity("Other AG")
    connection = books.send("POST", "/accounting_connections").json
    books.control("POST", f"/connections/{connection['id']}/authorise", {"platform": "xero"})

    assert other != books.entity_id
    assert listed(books) == []
    assert books.send("GET", "/accounting/payables/bill-77").status_code == 404
