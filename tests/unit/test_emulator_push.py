from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.emulator.errors import ConflictError, NotFoundError
from app.emulator.store import clock, meta
from app.emulator.sync import connections as sync
from app.emulator.sync import push
from tests.emulator_factories import Practice


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    made.connect()
    yield made
    made.close()


def test_a_complete_bill_stands_in_the_books_with_its_account_and_tax(practice: Practice) -> None:
    bill = practice.bill(number="B-9")

    practice.sync()

    (written,) = practice.books()["bills"]
    assert (written["number"], written["contact"], written["total"]) == ("B-9", "Kohl AG", 2380)
    assert written["lines"] == [
        {
            "description": "Paper",
            "account_id": "acc-costs",
            "account_code": "400",
            "tax_rate": 1900,
            "amount": 2000,
        }
    ]
    record = practice.record(bill)
    assert (record["sync_status"], record["errors"]) == ("done", "{}")
    assert record["platform_object_id"] == record["provider_object_id"] == written["id"]


def test_a_vendor_without_a_match_is_created_once_for_all_its_bills(practice: Practice) -> None:
    vendor = practice.counterpart()
    practice.bill(vendor, number="B-1")
    practice.bill(vendor, number="B-2")

    practice.sync()

    (contact,) = practice.books()["contacts"]
    assert (contact["name"], contact["city"], contact["is_supplier"]) == ("Kohl AG", "Berlin", True)
    assert practice.record(vendor)["platform_object_id"] == contact["id"]


def test_a_counterpart_that_no_document_needs_is_not_sent(practice: Practice) -> None:
    practice.counterpart()

    practice.sync()

    assert practice.books()["contacts"] == []


def test_a_name_that_several_contacts_share_stops_bill_and_vendor(practice: Practice) -> None:
    vendor = practice.counterpart()
    bill = practice.bill(vendor)
    practice.contact("c", "Kohl AG")
    practice.contact("d", "Kohl AG")

    practice.sync()

    assert practice.error(bill) == practice.error(vendor) == "several contacts share this name: Kohl AG"
    assert practice.books()["bills"] == []


@pytest.mark.parametrize("status", ["draft", "new", "approve_in_progress", "canceled", "rejected"])
def test_a_bill_outside_the_rules_has_no_record(practice: Practice, status: str) -> None:
    practice.bill(status=status)

    practice.sync()

    assert practice.records() == []


@pytest.mark.parametrize("status", ["paid", "partially_paid"])
def test_a_paid_bill_arrives_as_open(practice: Practice, status: str) -> None:
    practice.bill(status=status)

    practice.sync()

    assert practice.books()["bills"][0]["status"] == "open"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("issued", "open"), ("paid", "open"), ("canceled", "void"), ("uncollectible", "void")],
)
def test_an_invoice_arrives_in_the_status_that_it_means(
    practice: Practice, status: str, expected: str
) -> None:
    practice.invoice(status=status)

    practice.sync()

    assert practice.books()["invoices"][0]["status"] == expected


def test_an_invoice_that_is_canceled_later_becomes_void(practice: Practice) -> None:
    invoice = practice.invoice()
    practice.sync()

    practice.touch("receivables", invoice, status="canceled")
    practice.sync()

    (written,) = practice.books()["invoices"]
    assert written["status"] == "void"
    assert practice.record(invoice)["sync_status"] == "done"


def test_a_line_discount_goes_along(practice: Practice) -> None:
    practice.invoice(line_discount={"type": "percentage", "amount": 1000})

    practice.sync()

    (written,) = practice.books()["invoices"]
    assert (written["lines"][0]["amount"], written["total"]) == (1800, 2142)


def test_a_discount_on_the_whole_invoice_stops_it_until_the_switch_is_on(practice: Practice) -> None:
    invoice = practice.invoice(discount={"type": "amount", "amount": 100})
    practice.sync()
    assert "invoice-level discount" in practice.error(invoice)

    meta.save_switches(practice.db, {"push_discounted_invoices": True})

    assert practice.retry(invoice)["sync_status"] == "done"
    assert practice.books()["invoices"][0]["total"] == 1900 + 361


def test_the_account_of_a_catalogue_product_is_read_when_it_is_pushed(practice: Practice) -> None:
    tea = practice.product("Tea")
    invoice = practice.invoice(product_id=tea)
    practice.sync()
    assert practice.error(invoice) == "ledger_account_id missing on a product: Tea"

    practice.touch("products", tea, ledger_account_id=practice.account_id())

    assert practice.retry(invoice)["sync_status"] == "done"


def test_what_failed_goes_again_only_by_a_retry(practice: Practice) -> None:
    practice.change_organisation(lock_date="2026-06-30")
    bill = practice.bill()
    practice.sync()
    practice.change_organisation(lock_date=None)

    practice.sync()
    practice.advance(3600)
    assert practice.record(bill)["sync_status"] == "error"

    assert practice.retry(bill)["sync_status"] == "done"
    assert len(practice.books()["bills"]) == 1


def test_a_missing_tax_rate_can_be_put_right_in_the_books(practice: Practice) -> None:
    bill = practice.bill(lines=[{"tax": 700}])
    practice.sync()
    assert practice.error(bill) == "Tax rate does not exist"

    practice.tax_rate("rate-7", 700)

    assert practice.retry(bill)["sync_status"] == "done"


def test_a_retry_is_pending_for_two_seconds_and_cannot_be_asked_twice() -> None:
    practice = Practice(instant=False)
    practice.connect()
    practice.advance(8)
    bill = practice.bill()
    practice.sync()
    practice.advance(5)
    record_id = practice.record(bill)["id"]

    assert push.push(practice.db, record_id)["sync_status"] == "pending"
    with pytest.raises(ConflictError):
        push.push(practice.db, record_id)
    practice.advance(1)
    assert practice.record(bill)["sync_status"] == "pending"
    practice.advance(2)
    assert practice.record(bill)["sync_status"] == "done"
    practice.close()


def test_a_retry_needs_a_connection_to_the_same_organisation(practice: Practice) -> None:
    bill = practice.bill()
    practice.sync()
    record_id = practice.record(bill)["id"]
    practice.disconnect()

    with pytest.raises(ConflictError):
        push.push(practice.db, record_id)
    practice.connect(wrong=True)
    with pytest.raises(ConflictError):
        push.push(practice.db, record_id)
    with pytest.raises(NotFoundError):
        push.push(practice.db, "nothing")


def test_a_bill_that_changed_is_updated_and_one_that_did_not_is_left_alone(practice: Practice) -> None:
    bill = practice.bill(number="B-1")
    practice.sync()
    first = practice.record(bill)

    practice.sync()
    assert practice.record(bill) == first

    practice.touch("payables", bill, document_id="B-2")
    practice.sync()
    (written,) = practice.books()["bills"]
    assert (written["number"], written["id"]) == ("B-2", first["platform_object_id"])


def test_a_changed_line_makes_its_bill_go_again(practice: Practice) -> None:
    practice.account("acc-rent", code="469")
    practice.sync()
    bill = practice.bill()
    practice.sync()
    line = next(practice.db.query("SELECT id FROM payable_line_items WHERE payable_id = ?", [bill]))

    practice.touch("payable_line_items", line["id"], ledger_account_id=practice.account_id("acc-rent"))
    practice.sync()

    assert practice.books()["bills"][0]["lines"][0]["account_code"] == "469"


def test_a_bill_paid_after_its_period_was_closed_is_not_refused(practice: Practice) -> None:
    bill = practice.bill()
    practice.sync()
    practice.change_organisation(lock_date="2026-12-31")

    practice.touch("payables", bill, status="paid")
    practice.sync()

    assert practice.record(bill)["sync_status"] == "done"


def test_with_empty_lists_nothing_is_sent(practice: Practice) -> None:
    practice.rules(payable=[], receivable=[])
    practice.bill()
    practice.invoice()

    practice.sync()

    books = practice.books()
    assert (books["bills"], books["invoices"], books["contacts"]) == ([], [], [])
    assert practice.records() == []


def test_rules_that_were_emptied_hold_back_what_was_already_under_way() -> None:
    practice = Practice(instant=False)
    practice.connect()
    practice.advance(8)
    bill = practice.bill()
    practice.sync()
    practice.advance(1)
    assert practice.record(bill)["sync_status"] == "pending"

    practice.rules(payable=[])
    practice.advance(5)

    assert practice.books()["bills"] == []
    assert "not among the push statuses" in practice.error(bill)
    practice.close()


def test_released_rules_send_what_was_held_at_the_next_sync(practice: Practice) -> None:
    practice.rules(payable=[])
    bill = practice.bill()
    practice.sync()

    practice.rules(payable=["waiting_to_be_paid"])
    practice.advance(3700)

    assert practice.record(bill)["sync_status"] == "done"


def test_the_first_pull_pushes_what_the_rules_allow() -> None:
    practice = Practice()
    practice.bill(lines=[{"account": None}])
    practice.connect()

    assert [row["sync_status"] for row in practice.records("bill")] == ["error"]
    practice.close()


def test_documents_from_before_the_connection_stay_behind_under_the_strict_reading() -> None:
    practice = Practice()
    meta.save_switches(practice.db, {"skip_documents_before_first_sync": True})
    practice.bill(lines=[{"account": None}])
    practice.connect()

    assert practice.records("bill") == []
    practice.close()


def test_the_first_sync_is_the_one_before_a_reconnect(practice: Practice) -> None:
    meta.save_switches(practice.db, {"skip_documents_before_first_sync": True})
    old = practice.bill()
    practice.disconnect()
    new = practice.bill(number="B-2")
    practice.db.execute("UPDATE payables SET created_at = ? WHERE id = ?", [clock_now(practice), new])

    practice.connect()

    assert [row["object_id"] for row in practice.records("bill")] == [new]
    assert old not in {row["object_id"] for row in practice.records()}


@pytest.mark.parametrize("kind", ["quote", "credit_note"])
def test_of_receivables_only_invoices_are_pushed(practice: Practice, kind: str) -> None:
    practice.invoice()
    practice.db.execute("UPDATE receivables SET type = ?", [kind])

    practice.sync()

    assert practice.records() == []


def test_products_are_never_written_to_the_books(practice: Practice) -> None:
    practice.product("Only at Monite")
    practice.invoice()

    practice.sync()

    assert practice.books()["items"] == []


@pytest.mark.parametrize("status", ["overdue", "partially_paid"])
def test_an_invoice_that_is_not_settled_is_open(practice: Practice, status: str) -> None:
    practice.invoice(status=status)

    practice.sync()

    assert practice.books()["invoices"][0]["status"] == "open"


@pytest.mark.parametrize("end", ["revoke", "disconnect"])
def test_what_was_under_way_when_access_ended_is_told_and_not_sent(end: str) -> None:
    practice = Practice(instant=False)
    practice.connect()
    practice.advance(8)
    bill = practice.bill()
    practice.sync()
    practice.advance(1)

    getattr(sync, end)(practice.db, practice.connection_id)
    practice.advance(60)

    assert practice.record(bill)["sync_status"] == "error"
    assert practice.error(bill) in (sync.ACCESS_WITHDRAWN, sync.DISCONNECTED)
    assert practice.books()["bills"] == []
    practice.close()


def test_a_reconnect_to_the_same_organisation_writes_nothing_twice(practice: Practice) -> None:
    practice.bill()
    practice.invoice()
    practice.sync()
    before = practice.books()

    practice.disconnect()
    practice.connect()

    assert practice.books() == before


def test_another_organisation_gets_records_of_its_own(practice: Practice) -> None:
    bill = practice.bill()
    practice.sync()
    practice.disconnect()

    practice.connect(wrong=True)

    states = {row["organisation_id"]: row["sync_status"] for row in practice.records("bill")}
    assert states == {practice.organisation_id: "done", practice.wrong_id: "error"}
    (error,) = [row for row in practice.records("bill") if row["organisation_id"] == practice.wrong_id]
    assert "Ledger account does not exist" in error["errors"]
    assert error["object_id"] == bill


def test_a_tied_product_is_linked_by_a_retry_once_its_name_is_its_own(practice: Practice) -> None:
    tea = practice.product("Tea")
    practice.item("i", "Tea")
    practice.item("j", "Tea")
    practice.sync()

    assert practice.retry(tea)["sync_status"] == "error"
    practice.db.execute("UPDATE book_items SET name = 'Green tea' WHERE id = 'j'")

    assert practice.retry(tea)["platform_object_id"] == "i"


def test_a_vendor_that_failed_is_put_right_by_its_own_retry(practice: Practice) -> None:
    vendor = practice.counterpart()
    practice.bill(vendor)
    practice.contact("c", "Kohl AG")
    practice.contact("d", "Kohl AG")
    practice.sync()
    practice.db.execute("UPDATE book_contacts SET name = 'Kohl SE' WHERE id = 'd'")

    assert practice.retry(vendor)["platform_object_id"] == "c"


def test_a_bill_that_was_deleted_meanwhile_says_so(practice: Practice) -> None:
    bill = practice.bill(currency="USD")
    practice.sync()
    practice.db.execute("DELETE FROM payables WHERE id = ?", [bill])

    assert practice.retry(bill)["sync_status"] == "error"
    assert practice.error(bill) == "The object no longer exists"


def clock_now(practice: Practice) -> str:
    """The emulator's present moment as it is kept."""
    return clock.stamp(clock.now(practice.db))
