"""Which rates a line is offered, and what they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.accounts import TaxRate
from app.domain.tax_rates import label, meant_for, offered, same_number

SAMPLES = Path(__file__).parents[2] / "app/emulator/samples/data/tax_rates.json"


def make_rate(name: str | None, rate: int | None = 2000, **more: str | None) -> TaxRate:
    return TaxRate(more.get("id") or name or "id", name, more.get("code"), rate, more.get("status", "active"))


@pytest.mark.parametrize(
    ("name", "code", "buys", "sells"),
    [
        ("20% (VAT on Expenses)", "INPUT2", True, False),
        ("20% (VAT on Income)", "OUTPUT2", False, True),
        ("19 % Vorsteuer", "TAX001", True, False),
        ("19 % Umsatzsteuer", "TAX005", False, True),
        ("TVA 20 % (achats)", "TAX001", True, False),
        ("TVA 20 % (ventes)", "TAX006", False, True),
        ("No VAT", "NONE", True, True),
        ("BAS Excluded", None, True, True),
        (None, None, True, True),
    ],
)
def test_the_direction_is_read_from_name_and_code(
    name: str | None, code: str | None, buys: bool, sells: bool
) -> None:
    rate = make_rate(name, code=code)

    assert (meant_for(rate, purchases=True), meant_for(rate, purchases=False)) == (buys, sells)


def test_no_rate_of_the_sample_organisations_is_kept_from_a_line_that_may_have_it() -> None:
    rows = [row for one in json.loads(SAMPLES.read_text())["sets"] for row in one["rates"]]

    hidden = [
        (name, way)
        for code, name, rate, _parts, buys, sells in rows
        for way, fits in (("bill", buys), ("invoice", sells))
        if fits and not meant_for(make_rate(name, rate, code=code), purchases=way == "bill")
    ]

    assert hidden == []


def test_rates_that_fit_come_first_and_inactive_ones_not_at_all() -> None:
    sales, old, small, large = (
        make_rate("20% Output"),
        make_rate("15% Input", 1500, status="ARCHIVED"),
        make_rate("5% Input", 500),
        make_rate("20% Input"),
    )

    offer = offered([sales, old, small, large], purchases=True)

    assert (offer.fitting, offer.others) == ((large, small), (sales,))
    assert offer.get(old.id) is None


def test_where_sales_tax_is_worked_out_by_itself_a_line_is_taxable_or_not() -> None:
    names = ("TAX", "NON", "California", "CustomSalesTax")
    rates = [make_rate(name, 0 if name in ("TAX", "NON") else 800, code=name) for name in names]

    bills, invoices = offered(rates, purchases=True), offered(rates, purchases=False)

    assert [rate.name for rate in bills.fitting] == ["NON"]
    assert {rate.name for rate in invoices.fitting} == {"NON", "TAX"}


def test_a_number_is_matched_exactly_and_only_by_an_active_rate() -> None:
    rates = [make_rate("a", 2000), make_rate("b", 500, status="archived")]

    assert [same_number(rates, tax) for tax in (2000, 500, 1999, None)] == [True, False, False, False]


@pytest.mark.parametrize(
    ("name", "rate", "said"),
    [
        ("20% (VAT on Expenses)", 2000, "20% (VAT on Expenses)"),
        ("TVA 5,5 % (achats)", 550, "TVA 5,5 % (achats)"),
        ("GST on Expenses", 1000, "GST on Expenses (10 %)"),
        ("Exempt", None, "Exempt"),
        (None, 1750, "17.5 %"),
    ],
)
def test_a_rate_is_called_by_name_and_number(name: str | None, rate: int | None, said: str) -> None:
    assert label(make_rate(name, rate, id="x")) == said
