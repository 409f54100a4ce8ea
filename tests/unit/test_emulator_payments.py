"""Payments of invoices, which only the version 2024-05-25 pushes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from app.emulator.sync import connections as sync
from app.emulator.sync import engine
from tests.emulator_factories import Practice

TOTAL = 2380


@pytest.fixture(params=["xero", "quickbooks_online"])
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    made = Practice(platform=request.param)
    made.speak("2024-05-25")
    made.account("acc-bank", code="090", name="Bank", type="Asset", is_bank_account=1, selectable=0)
    made.connect()
    made.defaults(payments=made.account_id("acc-bank"))
    yield made
    made.close()


def payment(practice: Practice) -> dict[str, str]:
    (found,) = practice.records("payment_record")
    return found


def test_a_paid_invoice_is_paid_in_the_books_from_the_entity_s_account(practice: Practice) -> None:
    practice.invoice(status="paid", amount_paid=TOTAL, paid_at="2026-06-20T09:00:00.000000+00:00")

    practice.sync()

    (invoice,) = practice.books()["invoices"]
    (entered,) = invoice["payments"]
    assert (invoice["status"], invoice["amount_paid"]) == ("paid", TOTAL)
    assert (entered["account_code"], entered["date"], entered["amount"]) == ("090", "2026-06-20", TOTAL)
    assert payment(practice)["sync_status"] == "done"
    assert payment(practice)["platform_object_id"] == entered["id"]


def test_a_partly_paid_invoice_is_partly_paid_and_each_payment_has_a_record(practice: Practice) -> None:
    invoice = practice.invoice(status="partially_paid", amount_paid=1000)
    practice.sync()
    assert practice.books()["invoices"][0]["status"] == "partially_paid"

    body = next(practice.db.query("SELECT body FROM receivables WHERE id = ?", [invoice]))["body"]
    paid = json.dumps(json.loads(body) | {"amount_paid": TOTAL})
    practice.touch("receivables", invoice, status="paid", body=paid)
    practice.sync()

    (written,) = practice.books()["invoices"]
    assert written["status"] == "paid"
    assert sorted(one["amount"] for one in written["payments"]) == [1000, TOTAL - 1000]
    assert [row["sync_status"] for row in practice.records("payment_record")] == ["done", "done"]


def test_a_paid_invoice_is_not_locked_by_its_own_payment(practice: Practice) -> None:
    invoice = practice.invoice(status="paid")
    practice.sync()

    practice.touch("receivables", invoice, status="paid")
    practice.sync()

    assert practice.record(invoice)["sync_status"] == "done"
    assert len(practice.books()["invoices"][0]["payments"]) == 1


def test_without_an_account_for_payments_the_record_says_so_until_a_retry(practice: Practice) -> None:
    practice.defaults()
    practice.invoice(status="paid")
    practice.sync()
    assert "accounting.ledger_account_ids.payments is not set" in payment(practice)["errors"]
    assert practice.books()["invoices"][0]["status"] == "open"

    practice.defaults(payments=practice.account_id("acc-bank"))
    practice.retry(payment(practice)["object_id"])

    assert practice.books()["invoices"][0]["status"] == "paid"


def test_an_account_where_no_money_can_be_is_refused(practice: Practice) -> None:
    practice.defaults(payments=practice.account_id())
    practice.invoice(status="paid")

    practice.sync()

    assert payment(practice)["sync_status"] == "error"
    assert (
        "cannot be used" in payment(practice)["errors"] or "not a valid code" in payment(practice)["errors"]
    )


def test_an_invoice_that_is_refused_has_no_payment_record(practice: Practice) -> None:
    practice.change_organisation(lock_date="2026-06-30")
    practice.invoice(status="paid", paid_at="2026-07-20T09:00:00.000000+00:00")

    practice.sync()

    assert practice.records("payment_record") == []


@pytest.mark.parametrize("version", ["2023-09-01", "2024-01-31"])
def test_earlier_versions_push_no_payments(practice: Practice, version: str) -> None:
    practice.speak(version)
    practice.invoice(status="paid")

    practice.sync()

    assert practice.records("payment_record") == []
    assert practice.books()["invoices"][0]["status"] == "open"


def test_invoices_pushed_by_an_earlier_version_get_their_payments_later(practice: Practice) -> None:
    practice.speak("2024-01-31")
    practice.invoice(status="paid")
    practice.sync()

    practice.speak("2024-05-25")
    practice.sync()

    assert practice.books()["invoices"][0]["status"] == "paid"


def test_a_reconnect_enters_no_payment_twice(practice: Practice) -> None:
    practice.invoice(status="paid")
    practice.sync()
    before = practice.books()

    practice.disconnect()
    practice.connect()

    assert practice.books() == before
    assert len(practice.records("payment_record")) == 1


def test_an_invoice_with_a_payment_cannot_be_made_void(practice: Practice) -> None:
    invoice = practice.invoice(status="partially_paid", amount_paid=1000)
    practice.sync()

    practice.touch("receivables", invoice, status="canceled")
    practice.sync()

    assert practice.record(invoice)["sync_status"] == "error"
    assert practice.books()["invoices"][0]["status"] == "partially_paid"


def test_a_payment_that_a_bookkeeper_entered_first_leaves_nothing_to_pay(practice: Practice) -> None:
    practice.invoice()
    practice.sync()
    practice.db.execute("UPDATE book_documents SET amount_paid = total, status = 'paid'")
    practice.db.execute("UPDATE receivables SET status = 'paid'")

    practice.sync()

    assert payment(practice)["sync_status"] == "error"
    assert practice.books()["invoices"][0]["payments"] == []


def test_a_human_engine_pushes_the_payment_after_its_invoice() -> None:
    practice = Practice(instant=False)
    practice.speak("2024-05-25")
    practice.account("acc-bank", code="090", type="Asset")
    practice.connect()
    practice.advance(8)
    practice.defaults(payments=practice.account_id("acc-bank"))
    practice.invoice(status="paid")
    sync.request_sync(practice.db, practice.connection_id)
    practice.advance(1)
    practice.advance(2)
    assert [row["sync_status"] for row in practice.records("payment_record")] == ["pending"]

    practice.advance(3)

    assert engine.run_due(practice.db, practice.settings) == 0
    assert practice.books()["invoices"][0]["status"] == "paid"
    practice.close()
