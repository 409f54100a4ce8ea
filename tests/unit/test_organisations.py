"""Whether an organisation looks like the business: by name, currency and country."""

from __future__ import annotations

import pytest

from app.domain.connections import BusinessInfo
from app.domain.entities import Entity
from app.domain.organisations import Comparison, Fit, compare

CAFE = Entity("e1", "Harbour Lane Coffee Ltd", country="GB", currency="GBP")


def organisation(
    name: str | None = "Harbour Lane Coffee Limited",
    currency: str | None = "GBP",
    country: str | None = "GB",
    legal_name: str | None = None,
) -> BusinessInfo:
    return BusinessInfo(name, legal_name, currency, country=country)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (organisation(), Comparison(Fit.SAME, Fit.SAME, Fit.SAME)),
        (organisation("Rook Lettings Ltd"), Comparison(Fit.OTHER, Fit.SAME, Fit.SAME)),
        (
            organisation("The Lane", legal_name="Harbour Lane Coffee"),
            Comparison(Fit.SAME, Fit.SAME, Fit.SAME),
        ),
        (organisation(currency="USD"), Comparison(Fit.SAME, Fit.OTHER, Fit.SAME)),
        (organisation(currency="gbp", country="gb"), Comparison(Fit.SAME, Fit.SAME, Fit.SAME)),
        (organisation(country="IE"), Comparison(Fit.SAME, Fit.SAME, Fit.OTHER)),
        (organisation(None, None, None), Comparison(Fit.UNKNOWN, Fit.UNKNOWN, Fit.UNKNOWN)),
        (None, Comparison(Fit.UNKNOWN, Fit.UNKNOWN, Fit.UNKNOWN)),
    ],
)
def test_name_currency_and_country_are_compared_and_nothing_unknown_is_claimed(
    found: BusinessInfo | None, expected: Comparison
) -> None:
    assert compare(CAFE, found) == expected
    assert compare(CAFE, found).differs == (Fit.OTHER in (expected.name, expected.currency, expected.country))


@pytest.mark.parametrize(("currency", "expected"), [("USD", Fit.UNUSUAL), ("GBP", Fit.UNKNOWN)])
def test_without_a_currency_of_its_own_the_country_says_what_would_be_unusual(
    currency: str, expected: Fit
) -> None:
    nameless = Entity("e1", "Harbour Lane Coffee", country="GB")

    assert compare(nameless, organisation(currency=currency), ("GBP",)).currency is expected
