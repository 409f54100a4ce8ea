"""Amounts are written as Babel writes them, whatever the language and the currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from app.web.amounts import plain_amount, read_amount, write_amount

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


@given(st.integers(0, 10**12), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_what_a_field_holds_is_read_as_the_same_amount(amount: int, currency: str) -> None:
    assert read_amount(plain_amount(amount, currency), currency) == amount


@given(st.integers(0, 10**12), st.sampled_from(["en_GB", "de", "de_CH", "fr"]))
def test_an_amount_is_read_as_any_of_these_languages_writes_it(amount: int, locale: str) -> None:
    exact = Decimal(amount).scaleb(-2)

    assert read_amount(format_decimal(exact, "#,##0.00", locale=locale), "EUR") == amount


@pytest.mark.parametrize(
    "text", ["", "abc", "-1", "12.345", "1.2.3", "1,23,4", "12,34.5", "1e5", ".5", "1,000,00"]
)
def test_what_cannot_be_read_for_certain_is_not_guessed(text: str) -> None:
    assert read_amount(text, "EUR") is None
