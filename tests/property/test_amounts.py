"""Amounts are written as Babel writes them, whatever the language and the currency."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from app.web.amounts import write_amount

LOCALES = st.sampled_from(
    ["en_GB", "en_US", "de", "de_CH", "fr", "es", "sv", "ja", "pl", "hi_IN", "ar_EG", "nl"]
)
CURRENCIES = st.sampled_from(["GBP", "USD", "EUR", "JPY", "KWD", "CHF", "SEK", "XXX", "A1B"])


@given(st.integers(-(10**12), 10**12), CURRENCIES, LOCALES)
def test_an_amount_looks_as_babel_writes_it(amount: int, currency: str, locale: str) -> None:
    exact = Decimal(amount).scaleb(-get_currency_precision(currency))

    assert write_amount(amount, currency, locale) == format_currency(exact, currency, locale=locale)


@given(st.integers(-(10**12), 10**12))
def test_without_a_currency_it_is_the_number_alone(amount: int) -> None:
    assert write_amount(amount, None, "en_GB") == f"{amount / 100:,.2f}"
