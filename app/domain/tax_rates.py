"""Which of the accounting system's tax rates a line may have.

Monite doesn't tell whether a rate is meant for purchases or for sales, so that is read from its name and
code; what neither tells is offered for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.accounts import TaxRate

# Words of purchases and of sales, in the languages in which rates are named.
_PURCHASES = re.compile(
    r"input|expense|purchase|import|acquisition|vorsteuer|eingang|achat|d[ée]ductible|compra|soportado"
    r"|acquist|inkoop|voorbelasting|k[øo]b|k[öo]p|zakup|naliczony",
    re.IGNORECASE,
)
_SALES = re.compile(
    r"output|income|sale|supply|umsatzsteuer|ausgang|vente|collect[ée]e|venta|repercutido|vendit|verkoop"
    r"|salg|f[öo]rs[äa]ljning|sprzeda|nale[żz]ny",
    re.IGNORECASE,
)


_TAXABLE, _NOT_TAXABLE = "TAX", "NON"
"""Where QuickBooks works out sales tax by itself, a line says only whether it is taxed; bills are not."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Rates for a line: those that fit, by number, then the others, which the books may refuse."""

    fitting: tuple[TaxRate, ...]
    others: tuple[TaxRate, ...]

    def get(self, rate_id: str | None) -> TaxRate | None:
        """The rate of this id, if it is offered at all."""
        return next((rate for rate in (*self.fitting, *self.others) if rate.id == rate_id), None)


def offered(rates: Iterable[TaxRate], *, purchases: bool) -> Offer:
    """The active rates, those for purchases (else for sales) first, each group by number and name."""
    active = sorted((rate for rate in rates if is_active(rate)), key=_order)
    fits = [rate for rate in active if meant_for(rate, purchases=purchases)]
    if {_TAXABLE, _NOT_TAXABLE} <= {rate.code or rate.name for rate in active}:
        usable = {_NOT_TAXABLE} if purchases else {_TAXABLE, _NOT_TAXABLE}
        fits = [rate for rate in fits if (rate.code or rate.name) in usable]
    return Offer(tuple(fits), tuple(rate for rate in active if rate not in fits))


def meant_for(rate: TaxRate, *, purchases: bool) -> bool:
    """Whether nothing in its name or code says that it is for the other direction alone."""
    named = f"{rate.name or ''} {rate.code or ''}"
    buys, sells = bool(_PURCHASES.search(named)), bool(_SALES.search(named))
    return buys == sells or (buys if purchases else sells)


def is_active(rate: TaxRate) -> bool:
    """Whether the accounting system still lets it be used."""
    return rate.status is None or rate.status.casefold() == "active"


def same_number(rates: Iterable[TaxRate], tax: int | None) -> bool:
    """Whether an active rate has exactly this number, as Monite matches them."""
    return tax is not None and any(rate.rate == tax and is_active(rate) for rate in rates)


def label(rate: TaxRate) -> str:
    """The rate as people name it, with its number where the name doesn't say it."""
    name = rate.name or rate.code or ""
    number = "" if rate.rate is None else f"{rate.rate / 100:g} %"
    said = re.sub(r"\s", "", name).replace(",", ".")
    if not name or not number or number.replace(" ", "") in said:
        return name or number
    return f"{name} ({number})"


def _order(rate: TaxRate) -> tuple[int, str, str]:
    return (-(rate.rate or 0), rate.name or "", rate.id)
