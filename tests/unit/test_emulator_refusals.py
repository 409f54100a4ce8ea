from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator_factories import Practice


@pytest.fixture(params=["xero", "quickbooks_online"])
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    made = Practice(platform=request.param)
    made.connect()
    yield made
    made.close()


@pytest.fixture
def xero() -> Iterator[Practice]:
    made = Practice()
    made.connect()
    yield made
    made.close()


@pytest.fixture
def quickbooks() -> Iterator[Practice]:
    made = Practice(platform="quickbooks_online")
    made.connect()
    yield made
    made.close()


def refused(practice: Practice, object_id: str, wording: str) -> None:
    """The record says so, and the books hold nothing."""
    practice.sync()
    assert wording in practice.error(object_id)
    assert practice.record(object_id)["sync_status"] == "error"
    assert practice.record(object_id)["platform_object_id"] is None
    assert practice.books()["bills"] == []


def test_xero_refuses_a_date_up_to_the_lock_date(xero: Practice) -> None:
    xero.change_organisation(lock_date="2026-06-01")

    refused(xero, xero.bill(), "The document date cannot be before the period lock date.")


def test_quickbooks_refuses_a_date_in_a_closed_period(quickbooks: Practice) -> None:
    quickbooks.change_organisation(lock_date="2026-06-01")

    refused(quickbooks, quickbooks.bill(), "Account Period Closed")


def test_the_day_after_the_lock_date_is_open(practice: Practice) -> None:
    practice.change_organisation(lock_date="2026-05-31")
    bill = practice.bill()

    practice.sync()

    assert practice.record(bill)["sync_status"] == "done"


@pytest.mark.parametrize("status", ["Archived", "ARCHIVED"])
def test_xero_refuses_an_archived_account_by_its_code(xero: Practice, status: str) -> None:
    bill = xero.bill()
    xero.db.execute("UPDATE book_accounts SET status = ?", [status])

    refused(xero, bill, "Account code '400' has been archived, or has been deleted.")


def test_quickbooks_refuses_an_inactive_account(quickbooks: Practice) -> None:
    bill = quickbooks.bill()
    quickbooks.db.execute("UPDATE book_accounts SET status = 'Archived'")

    refused(quickbooks, bill, "has been made inactive")


def test_xero_refuses_an_account_that_lines_may_not_use(xero: Practice) -> None:
    xero.account("acc-bank", code="090", selectable=0)
    xero.sync()

    bill = xero.bill(lines=[{"account": xero.account_id("acc-bank")}])

    refused(xero, bill, "Account code '090' is not a valid code for this document.")


def test_quickbooks_refuses_an_account_that_lines_may_not_use(quickbooks: Practice) -> None:
    quickbooks.account("acc-bank", name="Checking", selectable=0)
    quickbooks.sync()

    bill = quickbooks.bill(lines=[{"account": quickbooks.account_id("acc-bank")}])

    refused(quickbooks, bill, "Business Validation Error: The account Checking cannot be used")


def test_quickbooks_refuses_an_account_that_is_gone(quickbooks: Practice) -> None:
    bill = quickbooks.bill()
    quickbooks.db.execute("DELETE FROM book_accounts WHERE organisation_id = ?", [quickbooks.organisation_id])

    refused(quickbooks, bill, "Invalid Reference Id : Accounts element id acc-costs not found")


def test_xero_refuses_a_currency_that_is_not_switched_on(xero: Practice) -> None:
    refused(xero, xero.bill(currency="USD"), "Organisation is not subscribed to currency USD")


def test_quickbooks_refuses_a_currency_that_is_not_set_up(quickbooks: Practice) -> None:
    refused(quickbooks, quickbooks.bill(currency="USD"), "currency USD")


def test_a_currency_that_is_switched_on_is_let_in(practice: Practice) -> None:
    practice.db.execute("INSERT INTO book_currencies VALUES (?, 'USD')", [practice.organisation_id])
    bill = practice.bill(currency="USD")

    practice.sync()

    assert practice.record(bill)["sync_status"] == "done"


def test_xero_refuses_an_archived_contact(xero: Practice) -> None:
    xero.contact("c", "Kohl AG", status="Archived")

    refused(xero, xero.bill(), "The contact must be un-archived before creating new invoices")


def test_quickbooks_refuses_an_inactive_contact(quickbooks: Practice) -> None:
    quickbooks.contact("c", "Kohl AG", status="Archived")

    refused(quickbooks, quickbooks.bill(), "has been made inactive")


def test_a_lapsed_quickbooks_subscription_refuses_everything(quickbooks: Practice) -> None:
    quickbooks.change_organisation(subscription="lapsed")

    refused(quickbooks, quickbooks.bill(), "Invalid Company Status : Subscription period has ended")


def test_a_lapsed_xero_subscription_refuses_everything(xero: Practice) -> None:
    xero.change_organisation(subscription="lapsed")

    refused(xero, xero.bill(), "subscription has ended")


def test_an_invoice_number_is_unique_on_both_platforms(practice: Practice) -> None:
    first, second = practice.invoice(number="I-7"), practice.invoice(number="I-7")

    practice.sync()

    states = sorted(practice.record(one)["sync_status"] for one in (first, second))
    assert states == ["done", "error"]
    message = practice.error(first) or practice.error(second)
    assert message.startswith(("Invoice # must be unique.", "Duplicate Document Number Error"))


def test_xero_takes_a_supplier_bill_number_twice(xero: Practice) -> None:
    supplier = xero.counterpart()
    bills = [xero.bill(supplier), xero.bill(supplier)]

    xero.sync()

    assert [xero.record(bill)["sync_status"] for bill in bills] == ["done", "done"]


def test_quickbooks_refuses_a_second_bill_of_one_supplier_with_the_number(quickbooks: Practice) -> None:
    supplier = quickbooks.counterpart()
    bills = [quickbooks.bill(supplier), quickbooks.bill(supplier)]

    quickbooks.sync()

    assert sorted(quickbooks.record(bill)["sync_status"] for bill in bills) == ["done", "error"]


def test_quickbooks_takes_one_number_from_two_suppliers(quickbooks: Practice) -> None:
    bills = [quickbooks.bill(quickbooks.counterpart(name)) for name in ("Kohl AG", "Blatt KG")]

    quickbooks.sync()

    assert [quickbooks.record(bill)["sync_status"] for bill in bills] == ["done", "done"]


def test_quickbooks_has_one_name_space_for_customers_and_vendors(quickbooks: Practice) -> None:
    quickbooks.contact("c", "Kohl AG", supplier=False)

    refused(quickbooks, quickbooks.bill(), "Duplicate Name Exists Error")


def test_in_xero_a_customer_becomes_a_supplier_too(xero: Practice) -> None:
    xero.contact("c", "Kohl AG", supplier=False)
    xero.bill()

    xero.sync()

    (contact,) = xero.books()["contacts"]
    assert (contact["is_supplier"], contact["is_customer"]) == (True, True)


def test_a_chosen_rate_for_sales_does_not_fit_a_bill(xero: Practice) -> None:
    xero.tax_rate("OUTPUT2", 2000, purchases=False)
    xero.sync()
    row = next(xero.db.query("SELECT id FROM accounting_tax_rates WHERE platform_tax_rate_id = 'OUTPUT2'"))

    refused(xero, xero.bill(lines=[{"rate_id": row["id"]}]), "The TaxType code OUTPUT2 does not exist")


def test_what_is_paid_in_the_books_cannot_be_changed(practice: Practice) -> None:
    bill = practice.bill()
    practice.sync()
    practice.db.execute("UPDATE book_documents SET status = 'paid'")

    practice.touch("payables", bill, document_id="B-2")
    practice.sync()

    words = ("not of valid status for modification", "can no longer be changed.")
    assert practice.error(bill).endswith(words)
    assert practice.record(bill)["platform_object_id"] is not None


def test_all_reasons_are_given_at_once(xero: Practice) -> None:
    xero.change_organisation(lock_date="2026-12-31")
    bill = xero.bill(currency="USD")

    xero.sync()

    assert "lock date" in xero.error(bill)
    assert "currency USD" in xero.error(bill)
