"""Whether an organisation in the accounting system looks like the business that connected it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.domain.connections import BusinessInfo
from app.domain.entities import Entity, same_business_name


class Fit(StrEnum):
    """How what the books say stands to what is known here."""

    SAME = "same"
    OTHER = "other"
    UNUSUAL = "unusual"
    """Nothing here says so, but few businesses of that country have it."""
    UNKNOWN = "unknown"
    """One of the two sides does not say."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The three things by which a person recognises an organisation."""

    name: Fit
    currency: Fit
    country: Fit

    @property
    def differs(self) -> bool:
        """Whether a person should look twice."""
        return bool({Fit.OTHER, Fit.UNUSUAL} & {self.name, self.currency, self.country})


def compare(entity: Entity, business: BusinessInfo | None, usual: Collection[str] = ()) -> Comparison:
    """How the organisation fits the business; `usual` are the currencies of the business's country.

    What either side leaves out is never claimed to fit.
    """
    if business is None:
        return Comparison(Fit.UNKNOWN, Fit.UNKNOWN, Fit.UNKNOWN)
    names = [name for name in (business.name, business.legal_name) if name]
    fits = any(same_business_name(entity.name, name) for name in names)
    return Comparison(
        name=Fit.UNKNOWN if not names else Fit.SAME if fits else Fit.OTHER,
        currency=_currency(entity.currency, business.base_currency, usual),
        country=_fit(entity.country, business.country),
    )


def _currency(ours: str | None, theirs: str | None, usual: Collection[str]) -> Fit:
    fit = _fit(ours, theirs)
    strange = fit is Fit.UNKNOWN and theirs and usual and theirs.upper() not in usual
    return Fit.UNUSUAL if strange else fit


def _fit(ours: str | None, theirs: str | None) -> Fit:
    if not ours or not theirs:
        return Fit.UNKNOWN
    return Fit.SAME if ours.upper() == theirs.upper() else Fit.OTHER
