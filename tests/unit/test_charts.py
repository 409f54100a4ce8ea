"""The table of accounts, page by page."""

from __future__ import annotations

import pytest

from app.domain.account_search import matching
from app.domain.accounts import LedgerAccount
from app.domain.charts import ChartQuery, chart_page

CHART = [
    LedgerAccount(f"a{n}", f"Account {n}", str(n), "Expense" if n % 2 else "Income", None, "Active", False)
    for n in range(10, 17)
]


def ids(query: ChartQuery) -> list[str]:
    return [account.id for account in chart_page(CHART, query, 3).accounts]


def test_pages_follow_each_other_without_gaps() -> None:
    first = chart_page(CHART, ChartQuery(), 3)
    second = chart_page(CHART, ChartQuery(after=first.next or ""), 3)
    third = chart_page(CHART, ChartQuery(after=second.next or ""), 3)

    assert [one.id for page in (first, second, third) for one in page.accounts] == [one.id for one in CHART]
    assert first.previous is None
    assert third.next is None


def test_the_page_before_ends_where_this_one_begins() -> None:
    assert ids(ChartQuery(before="a13")) == ["a10", "a11", "a12"]
    assert ids(ChartQuery(before="a11")) == ["a10", "a11", "a12"]


def test_an_account_that_is_no_longer_listed_starts_from_the_beginning() -> None:
    assert ids(ChartQuery(after="nobody")) == ["a10", "a11", "a12"]


@pytest.mark.parametrize(
    ("text", "type_", "found"),
    [("12", "", ["a12"]), ("account", "Income", ["a10", "a12", "a14", "a16"]), ("INCOME 14", "", ["a14"])],
)
def test_a_search_goes_through_code_name_and_type(text: str, type_: str, found: list[str]) -> None:
    assert [one.id for one in matching(CHART, text, type_)] == found


@pytest.mark.parametrize(
    ("currency", "of_document", "base", "takes"),
    [
        ("GBP", "EUR", "GBP", True),
        ("USD", "EUR", "GBP", False),
        ("EUR", "EUR", "GBP", True),
        (None, "EUR", "GBP", True),
        ("USD", "EUR", None, True),
        ("USD", None, "GBP", True),
    ],
)
def test_an_account_takes_its_own_currency_and_one_of_the_books_takes_all(
    currency: str | None, of_document: str | None, base: str | None, takes: bool
) -> None:
    account = LedgerAccount("a1", "Fees", "404", "Expense", None, "Active", False, currency)

    assert account.takes(of_document, base) is takes
