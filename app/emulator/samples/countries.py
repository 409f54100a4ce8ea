"""What a country's businesses deal in: its money and its taxes."""

from __future__ import annotations

from typing import Any

from app.emulator.samples.files import read

ELSEWHERE = "USD"
"""The money of a country whose own is none that Monite knows."""

RateRow = list[Any]
"""Key, name, rate in hundredths of a percent, components, whether on purchases, whether on sales."""


def currency(country: str) -> str:
    """The money in which the country's businesses keep their books."""
    for code, countries in read("countries.json")["currencies"].items():
        if country in countries.split():
            return str(code)
    return ELSEWHERE


def tax_rates(platform: str, country: str) -> list[RateRow]:
    """The rates that the platform sets up for a business of the country.

    Where no chart was written down they follow from the country's tax, each rate once for purchases
    and once for sales as the platforms do it, and one for what is not taxed.
    """
    for found in read("tax_rates.json")["sets"]:
        if (found["platform"], found["country"]) == (platform, country):
            written: list[RateRow] = found["rates"]
            return written
    name, rates = read("countries.json")["taxes"].get(country, ("Tax", []))
    rows: list[RateRow] = []
    for rate in rates:
        parts = [[name, rate, False]]
        rows.append([f"{_percent(rate)} {name} (purchases)", rate, parts, True, False])
        rows.append([f"{_percent(rate)} {name} (sales)", rate, parts, False, True])
    rows.append(["Tax exempt", 0, [], True, True])
    return [[_key(platform, number), *row] for number, row in enumerate(rows, 1)]


def _key(platform: str, number: int) -> str:
    return f"TAX{number:03}" if platform == "xero" else str(number + 1)


def _percent(rate: int) -> str:
    return f"{rate / 100:g} %"
