"""Refusals on purpose, and causes in the books that are made and taken back as faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.emulator.errors import BadRequestError
from app.emulator.rules.objections import OBJECTIONS, Objection
from app.emulator.store import faults
from app.emulator.sync import mishaps
from tests.emulator_factories import Practice

ALL = list(OBJECTIONS.values())
OF_DOCUMENTS = [one for one in ALL if one.effect == "refused" and one.concerns("bill")]


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    made.connect()
    yield made
    made.close()


def refuse(practice: Practice, error: str, count: int | None = None) -> None:
    mishaps.arm(practice.db, "refusal", entity_id=practice.entity_id, count=count, options={"error": error})


@pytest.mark.parametrize("objection", OF_DOCUMENTS, ids=lambda one: one.id)
def test_the_next_bill_is_refused_in_these_words_and_the_one_after_is_not(
    practice: Practice, objection: Objection
) -> None:
    refuse(practice, objection.id)
    bill = practice.bill()

    practice.sync()

    assert practice.error(bill) == objection.example
    assert practice.books()["bills"] == []
    assert practice.retry(bill)["sync_status"] == "done"
    assert faults.find_all(practice.db) == []


@pytest.mark.parametrize("error", ["xero-email", "qbo-duplicate-name"])
def test_a_refusal_of_contacts_waits_for_a_new_one(practice: Practice, error: str) -> None:
    practice.contact("c", "Kohl AG")
    refuse(practice, error)
    known, new = practice.bill(), practice.bill(practice.counterpart("Neu AG"), number="B-2")

    practice.sync()

    assert practice.record(known)["sync_status"] == "done"
    assert practice.error(new) == OBJECTIONS[error].example


def test_a_refusal_of_contacts_meets_a_vendor_that_is_pushed_again(practice: Practice) -> None:
    vendor = practice.counterpart()
    practice.bill(vendor)
    practice.sync()
    refuse(practice, "xero-email")

    assert practice.retry(vendor)["sync_status"] == "error"
    assert practice.error(vendor) == "Email address must be valid."
    assert practice.retry(vendor)["sync_status"] == "done"


def test_a_refusal_of_products_meets_one_that_is_pushed_again(practice: Practice) -> None:
    practice.item("i", "Tea")
    tea = practice.product("Tea")
    practice.sync()
    refuse(practice, "monite-product-ambiguous")

    assert practice.retry(tea)["sync_status"] == "error"
    assert practice.retry(tea)["sync_status"] == "done"


def test_a_refusal_of_invoices_leaves_bills_alone(practice: Practice) -> None:
    refuse(practice, "xero-item-code")
    bill, invoice = practice.bill(), practice.invoice()

    practice.sync()

    assert practice.record(bill)["sync_status"] == "done"
    assert practice.error(invoice) == "Item code 'DES-01' is not valid."


def test_a_refusal_with_a_count_happens_so_often(practice: Practice) -> None:
    refuse(practice, "xero-lock-date", count=2)
    bills = [practice.bill(number=f"B-{number}") for number in range(3)]

    practice.sync()

    assert sorted(practice.record(bill)["sync_status"] for bill in bills) == ["done", "error", "error"]


@pytest.mark.parametrize("error", ["xero-rate-minute", "codat-stuck"])
def test_a_push_that_is_put_off_stays_pending_and_arrives_once(practice: Practice, error: str) -> None:
    refuse(practice, error)
    bill = practice.bill()

    practice.sync()
    assert practice.record(bill)["sync_status"] == "pending"
    practice.advance(3700)

    assert practice.record(bill)["sync_status"] == "done"
    assert len(practice.books()["bills"]) == 1


def test_a_push_that_timed_out_is_in_the_books_and_its_retry_finds_it(practice: Practice) -> None:
    refuse(practice, "codat-timeout")
    bill = practice.bill()

    practice.sync()
    assert practice.error(bill) == "status TimedOut"
    assert len(practice.books()["bills"]) == 1

    assert practice.retry(bill)["sync_status"] == "done"
    assert len(practice.books()["bills"]) == 1


def test_a_refusal_needs_an_error_that_is_listed(practice: Practice) -> None:
    with pytest.raises(BadRequestError, match=r"options\.error"):
        refuse(practice, "something else")


# Causes in the books


def broken_and_mended(practice: Practice, kind: str, document: str, **options: str) -> str:
    """Arm the fault, push, disarm, retry: what was said in between; afterwards it must have arrived."""
    mishaps.arm(practice.db, kind, entity_id=practice.entity_id, options=dict(options))
    practice.sync()
    said = practice.error(document)
    mishaps.disarm(practice.db, kind)
    assert practice.retry(document)["sync_status"] == "done"
    return said


def test_the_number_of_the_next_invoice_is_taken_until_the_fault_is_cleared(practice: Practice) -> None:
    practice.contact("c", "Somebody")

    said = broken_and_mended(practice, "duplicate_number", practice.invoice(number="I-7"))

    assert said == "Invoice # must be unique."
    assert [one["number"] for one in practice.books()["invoices"]] == ["I-7"]


def test_the_number_of_a_bill_can_be_taken_in_quickbooks_alone(practice: Practice) -> None:
    other = Practice(platform="quickbooks_online")
    other.contact("c", "Kohl AG")
    bill = other.bill(other.counterpart(), lines=[{"account": None}])
    other.connect()
    other.db.execute("UPDATE payable_line_items SET ledger_account_id = ?", [other.account_id()])
    mishaps.arm(other.db, "duplicate_number", entity_id=other.entity_id, options={"document": "bill"})

    assert other.retry(bill)["sync_status"] == "error"
    assert other.error(bill).startswith("Duplicate Document Number Error")
    with pytest.raises(BadRequestError, match="In Xero"):
        mishaps.arm(
            practice.db, "duplicate_number", entity_id=practice.entity_id, options={"document": "bill"}
        )
    other.close()


def test_a_currency_is_switched_off_until_the_fault_is_cleared(practice: Practice) -> None:
    practice.db.execute("INSERT INTO book_currencies VALUES (?, 'USD')", [practice.organisation_id])

    said = broken_and_mended(practice, "currency_disabled", practice.bill(currency="USD"))

    assert said == "Organisation is not subscribed to currency USD"


def test_a_currency_that_is_not_on_cannot_be_switched_off(practice: Practice) -> None:
    with pytest.raises(BadRequestError):
        mishaps.arm(practice.db, "currency_disabled", entity_id=practice.entity_id)


def test_the_contact_that_is_used_most_is_archived_until_the_fault_is_cleared(practice: Practice) -> None:
    vendor = practice.counterpart()
    practice.contact("a", "Nobody's")
    practice.contact("c", "Kohl AG")
    practice.bill(vendor)
    practice.sync()

    said = broken_and_mended(practice, "contact_archived", practice.bill(vendor, number="B-2"))

    assert "must be un-archived" in said


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("subscription_lapsed", {}, "Organisation is not active"),
        ("rights_reduced", {}, "does not have the correct permissions"),
        ("period_closed", {"date": "2026-12-31"}, "period lock date"),
        ("period_closed", {"date": "2026-12-31", "lock": "year_end"}, "set at 31-Dec-2026"),
        ("account_archived", {}, "has been archived, or has been deleted"),
    ],
)
def test_what_a_fault_did_to_the_books_is_undone_when_it_is_cleared(
    practice: Practice, kind: str, options: dict[str, str], words: str
) -> None:
    assert words in broken_and_mended(practice, kind, practice.bill(), **options)


def test_the_smallest_plan_is_undone_when_the_fault_is_cleared(practice: Practice) -> None:
    bills = [practice.bill(number=f"B-{number}") for number in range(6)]
    mishaps.arm(practice.db, "plan_too_small", entity_id=practice.entity_id)
    practice.sync()
    (refused,) = [bill for bill in bills if practice.error(bill)]

    mishaps.disarm(practice.db)

    assert practice.retry(refused)["sync_status"] == "done"


def test_an_unknown_lock_is_refused(practice: Practice) -> None:
    with pytest.raises(BadRequestError, match="year_end"):
        mishaps.arm(practice.db, "period_closed", entity_id=practice.entity_id, options={"lock": "door"})
