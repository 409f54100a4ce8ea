"""What the version and the entity's settings change about a push."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.emulator.store import entities, meta
from tests.emulator_factories import Practice


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    made.connect()
    yield made
    made.close()


def deduct_with(practice: Practice, rate: str | None) -> None:
    entities.save_settings(practice.db, practice.entity_id, {"accounting": {"tax_ids": {"deductions": rate}}})


def rate_id(practice: Practice) -> str:
    row = next(
        practice.db.query("SELECT id FROM accounting_tax_rates WHERE platform_tax_rate_id = 'rate-19'")
    )
    return str(row["id"])


@pytest.mark.parametrize("version", ["2023-09-01", "2024-05-25"])
def test_a_version_without_rules_pushes_by_the_usual_statuses_whatever_was_kept(
    practice: Practice, version: str
) -> None:
    practice.rules(payable=["draft"], receivable=[])
    practice.speak(version)
    waiting, draft = practice.bill(), practice.bill(status="draft", number="B-2")
    practice.invoice(status="overdue")

    practice.sync()

    assert practice.record(waiting)["sync_status"] == "done"
    assert draft not in {row["object_id"] for row in practice.records()}
    assert len(practice.books()["invoices"]) == 1


def test_the_kept_rules_count_again_in_a_version_that_has_them(practice: Practice) -> None:
    practice.rules(payable=["draft"])
    practice.speak("2024-01-31")
    practice.bill()
    draft = practice.bill(status="draft", number="B-2")

    practice.sync()

    assert [row["object_id"] for row in practice.records("bill")] == [draft]


def test_a_product_without_an_account_takes_the_entity_s_default(practice: Practice) -> None:
    practice.account("acc-sales", code="200", type="Income")
    practice.sync()
    practice.defaults(products=practice.account_id("acc-sales"))
    practice.invoice(product_id=practice.product("Tea"))
    practice.invoice(number="I-2")

    practice.sync()

    codes = {one["number"]: one["lines"][0]["account_code"] for one in practice.books()["invoices"]}
    assert codes == {"I-1": "200", "I-2": "400"}


def test_the_default_account_is_none_of_a_bill_s_business(practice: Practice) -> None:
    practice.defaults(products=practice.account_id())

    bill = practice.bill(lines=[{"account": None}])
    practice.sync()

    assert practice.error(bill) == "ledger_account_id missing on a line: Paper"


def test_a_default_account_of_another_organisation_does_not_exist_here(practice: Practice) -> None:
    practice.defaults(products="f5f85999-cc35-43e6-93ad-46d22907022a")
    invoice = practice.invoice(product_id=practice.product("Tea"))

    practice.sync()

    assert practice.error(invoice) == "Ledger account does not exist: Tea"


def test_a_deduction_arrives_as_a_negative_line_with_the_rate_for_deductions(practice: Practice) -> None:
    deduct_with(practice, rate_id(practice))
    practice.invoice(deduction_amount=300, deduction_memo="Retention")

    practice.sync()

    (invoice,) = practice.books()["invoices"]
    assert [(line["description"], line["amount"]) for line in invoice["lines"]][1] == ("Retention", -300)
    assert invoice["total"] == 2380 - 300


def test_a_deduction_without_words_of_its_own_has_the_partner_s(practice: Practice) -> None:
    deduct_with(practice, rate_id(practice))
    meta.save_partner_settings(practice.db, {"receivable": {"deduction_title": "Selbstbehalt"}})
    practice.invoice(deduction_amount=300)

    practice.sync()

    assert practice.books()["invoices"][0]["lines"][1]["description"] == "Selbstbehalt"


def test_a_deduction_needs_a_tax_rate_in_the_settings(practice: Practice) -> None:
    invoice = practice.invoice(deduction_amount=300)
    practice.sync()
    assert "accounting.tax_ids.deductions is not set" in practice.error(invoice)

    deduct_with(practice, rate_id(practice))

    assert practice.retry(invoice)["sync_status"] == "done"


def test_a_discount_on_the_whole_is_spread_before_the_deduction(practice: Practice) -> None:
    meta.save_switches(practice.db, {"push_discounted_invoices": True})
    deduct_with(practice, rate_id(practice))
    practice.invoice(deduction_amount=300, discount={"type": "amount", "amount": 1000})

    practice.sync()

    (invoice,) = practice.books()["invoices"]
    assert [line["amount"] for line in invoice["lines"]] == [1000, -300]
