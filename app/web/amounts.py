"""Amounts of money as a language writes them.

Babel knows how, but finds it out anew for each amount, which takes longer than the rest of a table's
row. So the form is taken from what Babel writes for a sample, once for each currency and language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision

_SAMPLE = 1234567
_WRITTEN = re.compile(r"(?P<before>\D*)1(?P<group>\D)234(?P=group)567(?:(?P<point>\D)0+)?(?P<after>\D*)")


@dataclass(frozen=True, slots=True)
class _Form:
    digits: int
    group: str
    point: str
    around: tuple[tuple[str, str], tuple[str, str]]
    """What stands before and after an amount, and a negative one."""

    def write(self, amount: int) -> str:
        whole, rest = divmod(abs(amount), 10**self.digits)
        before, after = self.around[amount < 0]
        text = f"{whole:,}"
        if self.group != ",":
            text = text.replace(",", self.group)
        return (
            f"{before}{text}{self.point}{rest:0{self.digits}}{after}"
            if self.digits
            else before + text + after
        )


def exact_amount(amount: int, currency: str | None) -> Decimal:
    """4320 minor units as a number in whole ones: 43.20."""
    return Decimal(amount).scaleb(-get_currency_precision(currency) if currency else -2)


def write_amount(amount: int, currency: str | None, locale: str) -> str:
    """£43.20 from 4320 GBP; the number alone where the currency is not known."""
    if not currency:
        return f"{amount / 100:,.2f}"
    form = _form(currency, locale)
    return form.write(amount) if form else _by_babel(amount, currency, locale)


def _by_babel(amount: int, currency: str, locale: str) -> str:
    return str(format_currency(exact_amount(amount, currency), currency, locale=locale))


@lru_cache(256)
def _form(currency: str, locale: str) -> _Form | None:
    """How amounts in a currency are written; None for languages that group other than by thousands."""
    digits = get_currency_precision(currency)
    unit = 10**digits
    samples = [_WRITTEN.fullmatch(_by_babel(sign * _SAMPLE * unit, currency, locale)) for sign in (1, -1)]
    if samples[0] is None or samples[1] is None:
        return None
    found = samples[0].groupdict()
    form = _Form(
        digits,
        found["group"],
        found["point"] or "",
        ((found["before"], found["after"]), (samples[1]["before"], samples[1]["after"])),
    )
    # Some languages group only from ten thousand on.
    return form if form.write(1234 * unit) == _by_babel(1234 * unit, currency, locale) else None


def plain_amount(amount: int | None, currency: str | None) -> str:
    """An amount as a field holds it: 43.20."""
    return "" if amount is None else f"{exact_amount(amount, currency):f}"


def read_amount(text: str, currency: str) -> int | None:
    """Minor units from what a person typed: 43.2, 1,234.50 or 1.234,50; None when it can't be read.

    What could be meant in two ways isn't guessed: 12.345 is neither twelve nor twelve thousand euros.
    """
    written = re.sub(r"[\s'’]", "", text)
    digits = int(get_currency_precision(currency))
    if not re.fullmatch(r"[0-9][0-9.,]*", written):
        return None
    whole, parts, signs = written, "", [sign for sign in written if sign in ".,"]
    if signs and signs.count(signs[-1]) == 1 and (len(set(signs)) == 2 or _ends_in_parts(written, digits)):
        whole, _, parts = written.rpartition(signs[-1])
        signs = signs[:-1]
    elif signs == ["."]:
        return None
    groups = re.split(r"[.,]", whole)
    if len(parts) > digits or len(set(signs)) > 1 or any(len(group) != 3 for group in groups[1:]):
        return None
    return int("".join(groups)) * int(10**digits) + int(parts.ljust(digits, "0") or 0)


def _ends_in_parts(written: str, digits: int) -> bool:
    return len(re.split(r"[.,]", written)[-1]) <= digits
