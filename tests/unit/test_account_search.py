"""Finding an account by what a person types."""

from __future__ import annotations

from app.domain.account_search import search
from app.domain.accounts import LedgerAccount


def make_account(code: str | None, name: str, kind: str = "Expense") -> LedgerAccount:
    return LedgerAccount(f"{code}-{name}", name, code, kind, None, "Active", False)


CHART = [make_account(str(200 + n), f"Account number {n}") for n in range(300)]


def test_the_287th_of_300_accounts_can_be_found_by_its_code() -> None:
    assert search(CHART, "486", None).shown[0].nominal_code == "486"


def test_fifty_are_shown_and_the_rest_are_counted() -> None:
    found = search(CHART, "", None)

    assert (len(found.shown), found.more, found.total) == (50, 250, 300)


def test_the_very_code_comes_before_names_that_hold_it() -> None:
    accounts = [make_account("400", "Rent of 310 square metres"), make_account("310", "Cost of goods sold")]

    assert [a.nominal_code for a in search(accounts, "310", None).shown] == ["310", "400"]


def test_words_are_found_in_any_order_and_case() -> None:
    accounts = [make_account("493", "Travel – National"), make_account("494", "Travel – International")]

    assert [a.nominal_code for a in search(accounts, "NATIONAL trav", ("Expense",)).shown] == ["493", "494"]


def test_an_accent_does_not_depend_on_case() -> None:
    assert search([make_account(None, "Énergie")], "éNERGIE", None).total == 1


def test_a_whole_label_finds_its_own_account() -> None:
    accounts = [make_account("310", "Cost of goods sold"), make_account("311", "Cost of goods")]

    assert search(accounts, "311 Cost of goods", None).shown[0].nominal_code == "311"


def test_what_only_other_types_hold_is_counted_apart() -> None:
    found = search([make_account("200", "Sales", "Income")], "sales", ("Expense", "Asset"))

    assert (found.total, found.elsewhere) == (0, 1)
