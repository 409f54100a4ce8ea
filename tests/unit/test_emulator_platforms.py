"""Xero and QuickBooks as models of books: contacts, numbers, taxes, statuses, and what each refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator_factories import Practice


@pytest.fixture(params=["xero", "quickbooks_online"])
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    yield from made(request.param)


@pytest.fixture
def xero() -> Iterator[Practice]:
    yield from made("xero")


@pytest.fixture
def quickbooks() -> Iterator[Practice]:
    yield from made("quickbooks_online")


def made(platform: str) -> Iterator[Practice]:
    practice = Practice(platform=platform)
    practice.connect()
    yield practice
    practice.close()


def rate_id(practice: Practice, key: str) -> str:
    """Monite's id of a pulled tax rate of the own organisation."""
    rows = practice.db.query(
        "SELECT id FROM accounting_tax_rates WHERE platform_tax_rate_id = ? AND organisation_id = ?",
        [key, practice.organisation_id],
    )
    return str(next(rows)["id"])


def told(practice: Practice, object_id: str) -> str:
    """What the record says once everything was pushed."""
    practice.sync()
    return practice.error(object_id)


# Contacts


def test_xero_refuses_a_name_that_an_active_contact_has_in_another_case(xero: Practice) -> None:
    xero.contact("c", "KOHL AG")

    assert told(xero, xero.bill()) == (
        "The contact name Kohl AG is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )


def test_xero_takes_the_name_of_an_archived_contact_anew(xero: Practice) -> None:
    xero.contact("c", "KOHL AG", status="Archived")

    assert told(xero, xero.bill()) == ""


def test_quickbooks_keeps_the_names_of_inactive_contacts(quickbooks: Practice) -> None:
    quickbooks.contact("c", "KOHL AG", status="Inactive")

    assert told(quickbooks, quickbooks.bill()).startswith("Duplicate Name Exists Error")


@pytest.mark.parametrize("name", ["Kohl: Paper", "Kohl\tAG", "Kohl\nAG"])
def test_quickbooks_takes_no_colon_tab_or_line_break_in_a_name(quickbooks: Practice, name: str) -> None:
    bill = quickbooks.bill(quickbooks.counterpart(name))

    assert "cannot contain a colon" in told(quickbooks, bill)


def test_a_vendor_of_quickbooks_has_the_currency_of_its_first_bill(quickbooks: Practice) -> None:
    quickbooks.db.execute("INSERT INTO book_currencies VALUES (?, 'USD')", [quickbooks.organisation_id])
    vendor = quickbooks.counterpart()
    first = told(quickbooks, quickbooks.bill(vendor))

    second = told(quickbooks, quickbooks.bill(vendor, number="B-2", currency="USD"))

    assert first == ""
    assert second.endswith("You can only use one foreign currency per transaction.")


def test_a_contact_of_xero_may_have_bills_in_several_currencies(xero: Practice) -> None:
    xero.db.execute("INSERT INTO book_currencies VALUES (?, 'USD')", [xero.organisation_id])
    vendor = xero.counterpart()

    bills = [xero.bill(vendor), xero.bill(vendor, currency="USD")]

    assert [told(xero, bill) for bill in bills] == ["", ""]


@pytest.mark.parametrize("email", ["a@b", "one@example.com, two@example.com", "nobody"])
def test_xero_refuses_a_new_contact_with_a_wrong_address_for_mail(xero: Practice, email: str) -> None:
    vendor = xero.counterpart()
    xero.db.execute(
        "UPDATE counterparts SET body = json_object('organization', json_object('email', ?))", [email]
    )

    assert told(xero, xero.bill(vendor)) == "Email address must be valid."


# Numbers


def test_quickbooks_takes_numbers_of_up_to_21_signs(quickbooks: Practice) -> None:
    longest, longer = quickbooks.bill(number="B" * 21), quickbooks.bill(number="B" * 22)

    assert told(quickbooks, longest) == ""
    assert "Max:21 supported. Supplied length:22" in told(quickbooks, longer)


def test_quickbooks_takes_a_number_twice_where_its_warning_is_off(quickbooks: Practice) -> None:
    quickbooks.change_organisation(repeated_numbers="allowed")
    vendor = quickbooks.counterpart()

    bills = [quickbooks.bill(vendor), quickbooks.bill(vendor)]

    assert [told(quickbooks, bill) for bill in bills] == ["", ""]


# Taxes


def test_quickbooks_in_the_us_takes_taxable_or_not_and_nothing_else_on_an_invoice(
    quickbooks: Practice,
) -> None:
    quickbooks.change_organisation(country="US")
    for key, rate in (("TAX", 0), ("Tucson", 910)):
        quickbooks.tax_rate(key, rate, purchases=False)
    quickbooks.sync()

    plain, local = quickbooks.invoice(tax=0), quickbooks.invoice(tax=910, number="I-2")

    assert told(quickbooks, plain) == ""
    assert told(quickbooks, local) == "Invalid Line TaxCode : tax code must be TAX or NON"


def test_quickbooks_elsewhere_wants_a_rate_that_fits_on_each_line(quickbooks: Practice) -> None:
    quickbooks.tax_rate("sales", 2000, purchases=False)
    quickbooks.sync()

    bill = quickbooks.bill(lines=[{"rate_id": rate_id(quickbooks, "sales")}])

    assert told(quickbooks, bill).endswith("have a VAT rate before you save.")


def test_sales_tax_in_the_us_needs_the_address_of_the_customer(quickbooks: Practice) -> None:
    quickbooks.change_organisation(country="US")
    quickbooks.tax_rate("TAX", 0)
    quickbooks.contact("c", "Kundin GmbH", supplier=False)
    quickbooks.db.execute("UPDATE book_contacts SET address = NULL")
    quickbooks.sync()

    assert "error while calculating tax" in told(quickbooks, quickbooks.invoice(tax=0))


@pytest.mark.parametrize(
    ("kind", "purchases"), [("Income", True), ("Expense", False)], ids=["purchase tax", "sales tax"]
)
def test_xero_keeps_tax_on_sales_and_on_purchases_to_their_accounts(
    xero: Practice, kind: str, purchases: bool
) -> None:
    xero.account("acc-other", code="200", type=kind)
    xero.tax_rate("TAX9", 2000, purchases=purchases, sales=not purchases)
    xero.sync()
    account = xero.account_id("acc-other")
    document = (
        xero.bill(lines=[{"account": account, "tax": 2000}])
        if purchases
        else xero.invoice(product_id=xero.product("Tea", account=account), tax=2000)
    )

    assert told(xero, document) == "The TaxType code 'TAX9' cannot be used with account code '200'."


# Lines


def with_body(practice: Practice, bill: str, **changes: Any) -> str:
    """The bill, its line as somebody has misread it."""
    pairs = [value for name, amount in changes.items() for value in (f"$.{name}", amount)]
    marks = ", ".join("?" for _ in pairs)
    practice.db.execute(
        f"UPDATE payable_line_items SET body = json_set(body, {marks}) WHERE payable_id = ?", [*pairs, bill]
    )
    return bill


def test_xero_wants_a_description_on_each_line(xero: Practice) -> None:
    assert told(xero, with_body(xero, xero.bill(), name="")) == (
        "The description field is mandatory for each line item."
    )


def test_xero_refuses_a_line_that_does_not_add_up_and_says_what_it_expected(xero: Practice) -> None:
    assert told(xero, with_body(xero, xero.bill(), subtotal=2005)) == (
        "The line total 20.05 does not match the expected line total 20.00"
    )


def test_quickbooks_refuses_a_line_that_does_not_add_up(quickbooks: Practice) -> None:
    bill = with_body(quickbooks, quickbooks.bill(), subtotal=2005)

    assert "Amount is not equal to UnitPrice * Qty" in told(quickbooks, bill)


@pytest.mark.parametrize("subtotal", [333, 334])
def test_half_a_cent_may_be_rounded_either_way(practice: Practice, subtotal: int) -> None:
    bill = practice.bill(lines=[{"quantity": 0.5, "unit_price": 667}])

    assert told(practice, with_body(practice, bill, subtotal=subtotal)) == ""


def test_xero_refuses_more_tax_than_the_line_is_worth(xero: Practice) -> None:
    assert told(xero, with_body(xero, xero.bill(), tax_amount=2001)) == (
        "The tax amount cannot be greater than the line amount!"
    )


def test_xero_has_no_discounts_on_bills_and_quickbooks_takes_the_net_amount(practice: Practice) -> None:
    bill = practice.bill()
    practice.db.execute("UPDATE payables SET body = json_set(body, '$.discount', 500)")

    refused = told(practice, bill)

    if practice.platform == "xero":
        assert refused == "Discounts may not be applied to ACCPAY invoices."
    else:
        assert practice.books()["bills"][0]["total"] == 1500 + 380


def test_quickbooks_wants_an_amount(quickbooks: Practice) -> None:
    bill = quickbooks.bill(lines=[{"unit_price": 0}])

    assert told(quickbooks, bill).endswith("You must set a transaction amount.")


def test_an_invoice_without_lines_is_refused_by_the_books(practice: Practice) -> None:
    invoice = practice.invoice()
    practice.db.execute("UPDATE receivables SET body = json_set(body, '$.line_items', json('[]'))")

    assert told(practice, invoice) in (
        "One or more line items must be specified",
        "Required param missing, need to supply the required value for the API : "
        "Required parameter Line is missing in the request",
    )


def test_a_document_for_nobody_is_refused(practice: Practice) -> None:
    bill = practice.bill()
    practice.db.execute("UPDATE payables SET counterpart_id = NULL")

    assert told(practice, bill) in (
        "A Contact must be specified for this type of transaction",
        "Required param missing, need to supply the required value for the API : "
        "Required parameter VendorRef is missing in the request",
    )


def test_an_item_that_was_put_away_is_refused_on_an_invoice(practice: Practice) -> None:
    practice.item("TEA-1", "Tea")
    tea = practice.product("Tea", account=practice.account_id())
    practice.sync()
    practice.db.execute("UPDATE book_items SET status = 'Archived'")

    assert told(practice, practice.invoice(product_id=tea)).startswith(
        ("Item code 'TEA-1' is not valid.", "Object Not Found : Something you're trying to use")
    )


# The organisation


def test_xero_names_the_day_of_the_year_s_lock(xero: Practice) -> None:
    xero.change_organisation(year_end_lock_date="2026-07-31")

    assert told(xero, xero.bill()) == (
        "The document date cannot be before the end of year lock date, currently set at 31-Jul-2026"
    )


def test_the_smallest_plan_of_xero_takes_five_bills_a_month(xero: Practice) -> None:
    xero.change_organisation(plan="smallest")
    bills = [xero.bill(number=f"B-{number}") for number in range(6)]
    xero.sync()
    errors = [xero.error(bill) for bill in bills]
    assert sorted(errors) == [""] * 5 + ["You have reached the limit of invoices you can approve"]

    xero.advance(32 * 24 * 3600)

    assert all(xero.retry(bill)["sync_status"] == "done" for bill in bills)


def test_the_smallest_plan_of_quickbooks_has_no_bills(quickbooks: Practice) -> None:
    quickbooks.change_organisation(plan="smallest")

    assert told(quickbooks, quickbooks.bill()).startswith("Permission or feature error")
    assert told(quickbooks, quickbooks.invoice()) == ""


def test_a_person_who_may_only_read_writes_nothing(practice: Practice) -> None:
    practice.change_organisation(user_rights="reading")

    assert told(practice, practice.bill()).startswith(("The User specified", "Authorization Failure"))
    assert practice.books()["contacts"] == []


# Statuses


@pytest.mark.parametrize(
    ("platform", "words"),
    [("xero", ["AUTHORISED", "VOIDED"]), ("quickbooks_online", ["Open", "Voided"])],
)
def test_each_platform_has_words_of_its_own_for_a_status(platform: str, words: list[str]) -> None:
    practice = next(iter(made(platform)))
    practice.invoice(number="I-1")
    practice.invoice(number="I-2", status="canceled")

    practice.sync()

    found = {one["number"]: one["platform_status"] for one in practice.books()["invoices"]}
    assert [found["I-1"], found["I-2"]] == words
    practice.close()


def test_void_leaves_the_amounts_in_xero_and_zeroes_them_in_quickbooks(practice: Practice) -> None:
    practice.invoice(status="canceled")

    practice.sync()

    (invoice,) = practice.books()["invoices"]
    expected = 2380 if practice.platform == "xero" else 0
    assert (invoice["status"], invoice["total"]) == ("void", expected)
    assert invoice["lines"][0]["amount"] == (2000 if expected else 0)


def test_what_was_deleted_in_the_books_is_told_and_not_made_again(practice: Practice) -> None:
    bill = practice.bill()
    practice.sync()
    practice.db.execute("DELETE FROM book_documents")

    practice.touch("payables", bill, document_id="B-2")

    assert told(practice, bill) in (
        "An existing invoice with the specified ID could not be found",
        "Object Not Found : Another user has deleted this transaction.",
    )
    assert practice.books()["bills"] == []


def test_a_paid_bill_that_did_not_change_is_left_as_it_is(practice: Practice) -> None:
    bill = practice.bill()
    practice.sync()
    practice.db.execute("UPDATE book_documents SET status = 'paid'")

    practice.touch("payables", bill, status="paid")

    assert told(practice, bill) == ""
    assert practice.books()["bills"][0]["status"] == "paid"
