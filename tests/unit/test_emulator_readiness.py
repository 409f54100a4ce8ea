from __future__ import annotations

from dataclasses import replace

import pytest

from app.emulator.rules.documents import Document, Line, TaxRate, spread_discount
from app.emulator.rules.readiness import lacks, rate_id
from app.emulator.rules.statuses import in_books, ledger_status

LINE = Line("Paper", 2, 1000, 2000, 380, tax=1900, ledger_account_id="acc")
BILL = Document("bill", "b", "paid", "B-1", "c", "2026-06-01", None, "EUR", (LINE,), "2026-06-01")
INVOICE = replace(BILL, kind="invoice")
RATES = (
    TaxRate("out-19", 1900, on_purchases=False),
    TaxRate("old-19", 1900, active=False),
    TaxRate("in-19", 1900, on_sales=False),
)


def missing(document: Document, *, discounts_allowed: bool = False) -> list[str]:
    return lacks(
        document,
        known_accounts={"acc"},
        known_rates={"known": "in-19"},
        book_rates=RATES,
        discounts_allowed=discounts_allowed,
    )


def with_line(document: Document, **changes: object) -> Document:
    return replace(document, lines=(replace(LINE, **changes),))  # type: ignore[arg-type]


def test_a_complete_bill_lacks_nothing() -> None:
    assert missing(BILL) == []


def test_a_bill_without_lines_may_not_go() -> None:
    assert missing(replace(BILL, lines=())) == ["One or more line items must be specified"]


def test_a_line_without_an_account_is_named() -> None:
    assert missing(with_line(BILL, ledger_account_id=None)) == ["ledger_account_id missing on a line: Paper"]


def test_on_an_invoice_it_is_the_product_that_lacks_the_account() -> None:
    found = missing(with_line(INVOICE, ledger_account_id=None))

    assert found == ["ledger_account_id missing on a product: Paper"]


def test_an_account_of_another_organisation_does_not_exist_here() -> None:
    assert missing(with_line(BILL, ledger_account_id="gone")) == ["Ledger account does not exist: Paper"]


def test_a_line_with_no_tax_at_all_is_named() -> None:
    assert missing(with_line(BILL, tax=None)) == ["Tax rate missing (tax_rate_ref_id) on a line: Paper"]


def test_a_number_that_no_rate_has_is_told_once() -> None:
    odd = replace(LINE, tax=1750)

    assert missing(replace(BILL, lines=(odd, odd))) == ["Tax rate does not exist"]


def test_a_chosen_rate_outweighs_the_number() -> None:
    assert missing(with_line(BILL, tax=1750, accounting_tax_rate_id="known")) == []


def test_a_chosen_rate_of_another_organisation_does_not_exist_here() -> None:
    assert missing(with_line(BILL, accounting_tax_rate_id="gone")) == ["Tax rate does not exist"]


@pytest.mark.parametrize(("document", "rate"), [(BILL, "in-19"), (INVOICE, "out-19")])
def test_a_rate_of_the_same_number_must_be_active_and_fit_the_direction(
    document: Document, rate: str
) -> None:
    assert rate_id(document, LINE, {}, RATES) == rate


def test_a_discount_on_the_whole_invoice_stops_it_unless_the_switch_is_on() -> None:
    discounted = replace(INVOICE, discounted=(1800, 342))

    assert "invoice-level discount" in missing(discounted)[0]
    assert missing(discounted, discounts_allowed=True) == []


def test_every_reason_is_given_at_once() -> None:
    second = replace(LINE, ledger_account_id=None, tax=1750)

    assert len(missing(replace(BILL, lines=(LINE, second)))) == 2


@pytest.mark.parametrize("status", ["canceled", "uncollectible", "deleted"])
def test_an_invoice_that_is_off_arrives_as_void(status: str) -> None:
    assert in_books("invoice", status) == "void"


@pytest.mark.parametrize("status", ["waiting_to_be_paid", "partially_paid", "paid", "canceled"])
def test_a_bill_always_arrives_as_open(status: str) -> None:
    assert in_books("bill", status) == "open"


def test_accounts_put_away_read_archived() -> None:
    assert [ledger_status(one) for one in ("ARCHIVED", "Inactive", "ACTIVE")] == [
        "Archived",
        "Archived",
        "Active",
    ]


def test_a_discount_on_the_whole_is_spread_over_the_lines_to_the_cent() -> None:
    third = Line("Third", 1, 1000, 1000, 190)
    spread = spread_discount(replace(INVOICE, lines=(third, third, third), discounted=(2000, 380)))

    assert [line.amount for line in spread.lines] == [667, 666, 667]
    assert sum(line.tax_amount for line in spread.lines) == 380
    assert [line.discount_amount for line in spread.lines] == [333, 334, 333]
    assert spread.discounted is None
