"""Where each problem is put right."""

from __future__ import annotations

import pytest

from app.domain.fixes import About, Destination, destination
from app.domain.problems import CATALOGUE, Fix

ADDRESSES = {
    "bill": "https://app.example.com/{entity_id}/bills/{id}",
    "invoice": "",
    "contact": "https://app.example.com/c?id={id}",
    "product": "",
}
BILL = About("e1", "bill", "b1", counterpart_id="c1")
INVOICE = About("e1", "receivable", "i1", counterpart_id="c1")


def lead(code: str, about: About = BILL, fix: Fix | None = None) -> Destination:
    return destination(CATALOGUE[code], fix, about, ADDRESSES, "/e/e1/log/r1")


@pytest.mark.parametrize(
    ("code", "about", "path"),
    [
        ("ACC_LINE", BILL, "/e/e1/assign/bills?bill=b1&show=all&return=%2Fe%2Fe1%2Flog%2Fr1"),
        ("ACC_PRODUCT", INVOICE, "/e/e1/assign/products?show=all&return=%2Fe%2Fe1%2Flog%2Fr1"),
        ("ACC_ARCHIVED", INVOICE, "/e/e1/assign/products?show=all&return=%2Fe%2Fe1%2Flog%2Fr1"),
        ("TAX_NO_MATCH", BILL, "/e/e1/bills/b1/tax?return=%2Fe%2Fe1%2Flog%2Fr1"),
        ("CONN_WITHDRAWN", BILL, "/e/e1/connection?return=%2Fe%2Fe1%2Flog%2Fr1"),
        ("RULES", BILL, "/e/e1/rules?return=%2Fe%2Fe1%2Flog%2Fr1"),
        ("REFERENCE", BILL, "/e/e1/import?return=%2Fe%2Fe1%2Flog%2Fr1"),
        ("DESCRIPTION", BILL, "https://app.example.com/e1/bills/b1"),
        ("EMAIL", INVOICE, "https://app.example.com/c?id=c1"),
        ("EMAIL", About("e1", "vendor", "c2"), "https://app.example.com/c?id=c2"),
        ("CURRENCY", BILL, "/help/errors/CURRENCY?return=%2Fe%2Fe1%2Flog%2Fr1"),
    ],
)
def test_a_problem_leads_to_where_it_is_put_right(code: str, about: About, path: str) -> None:
    assert lead(code, about).path == path


@pytest.mark.parametrize(
    ("code", "about", "words"),
    [
        ("DESCRIPTION", INVOICE, "Edit the invoice where it was made."),
        ("NAME_TWICE", About("e1", "product", "p1"), "Edit the product where it was made."),
        ("EMAIL", About("e1", "bill", "b1"), "Edit the contact where it was made."),
        ("PAYMENT", BILL, "It is put right in the accounting system."),
        ("UNKNOWN", BILL, "Copy the details and send them to support."),
    ],
)
def test_where_no_address_is_known_words_say_where(code: str, about: About, words: str) -> None:
    found = lead(code, about)

    assert found.words is not None
    assert (found.path, found.words.text) == ("", words)


def test_the_fix_of_a_condition_goes_before_that_of_the_problem() -> None:
    assert lead("PERIOD_CLOSED", fix=Fix.ASSIGN_BILL).path.startswith("/e/e1/assign/bills")


def test_ids_cannot_change_where_an_address_leads() -> None:
    found = lead("DESCRIPTION", About("e1", "bill", "../../x?y=1#z"))

    assert found.path == "https://app.example.com/e1/bills/..%2F..%2Fx%3Fy%3D1%23z"


@pytest.mark.parametrize("code", CATALOGUE)
@pytest.mark.parametrize("kind", ["bill", "receivable", "product", "vendor", "customer"])
def test_every_problem_of_every_kind_has_a_destination_unless_it_needs_none(code: str, kind: str) -> None:
    found = lead(code, About("e1", kind, "x"))

    if CATALOGUE[code].fix is not Fix.NOWHERE and not (
        kind in ("vendor", "customer") and "ASSIGN" in CATALOGUE[code].fix.name
    ):
        assert found.path or found.words
