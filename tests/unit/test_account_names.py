"""Finding ledger accounts by what a spreadsheet says."""

from __future__ import annotations

import pytest

from app.domain.account_names import AccountNames, Miss
from app.domain.accounts import LedgerAccount


def account(code: str, name: str, *, status: str = "Active", bank: bool = False) -> LedgerAccount:
    return LedgerAccount(f"{code}/{name}", name, code or None, "Expense", None, status, bank)


ACCOUNTS = (
    account("0310", "Cost of Goods"),
    account("429", "General expenses"),
    account("404", "Old marketing", status="Archived"),
    account("090", "Business account", bank=True),
    account("493", "Travel"),
    account("494", "Travel"),
    account("200", "Sales"),
    account("0200", "Sales abroad"),
    account("", "Uncoded"),
)


def found(code: str, name: str = "", *, zeros_kept: bool = False) -> str | Miss | None:
    named = AccountNames(ACCOUNTS, zeros_kept=zeros_kept).find(code, name)
    return named.account.id if named.account else named.miss


@pytest.mark.parametrize(
    ("code", "name", "wanted"),
    [
        ("429", "", "429/General expenses"),
        ("", "general  EXPENSES", "429/General expenses"),
        ("429", "General expenses", "429/General expenses"),
        ("429 General expenses", "", "429/General expenses"),
        ("", "429 General expenses", "429/General expenses"),
        ("", "Uncoded", "/Uncoded"),
        ("0310", "", "0310/Cost of Goods"),
        ("310", "", "0310/Cost of Goods"),
        ("429.00", "", "429/General expenses"),
        ("999", "", Miss.UNKNOWN_CODE),
        ("", "Postage", Miss.UNKNOWN_NAME),
        ("429", "Postage", Miss.UNKNOWN_NAME),
        ("429", "Cost of Goods", Miss.DISAGREE),
        ("", "Travel", Miss.SEVERAL_NAMES),
        ("494", "Travel", "494/Travel"),
        ("404", "", Miss.ARCHIVED),
        ("", "Business account", Miss.BANK),
    ],
)
def test_an_account_is_found_by_code_or_name_or_both(code: str, name: str, wanted: str | Miss) -> None:
    assert found(code, name) == wanted


def test_a_code_that_may_have_lost_its_zero_is_not_guessed() -> None:
    assert found("200") == Miss.LOST_ZERO
    assert found("0200") == "0200/Sales abroad"
    assert found("200", "Sales abroad") == "0200/Sales abroad"
    assert found("200", "Sales") == "200/Sales"


def test_a_file_that_kept_its_zeros_means_what_it_says() -> None:
    assert found("200", zeros_kept=True) == "200/Sales"


def test_a_repaired_code_is_told() -> None:
    names = AccountNames(ACCOUNTS)

    assert names.find("310", "").repaired
    assert not names.find("0310", "").repaired


def test_of_two_accounts_with_one_code_the_one_that_may_be_chosen_is_meant() -> None:
    names = AccountNames([account("310", "Old", status="Archived"), account("310", "New")])

    assert names.find("310", "").account == account("310", "New")


def test_two_open_accounts_with_one_code_are_told_apart_by_name() -> None:
    names = AccountNames([account("310", "North"), account("310", "South")])

    assert names.find("310", "").miss is Miss.SEVERAL_CODES
    assert names.find("310", "South").account == account("310", "South")
