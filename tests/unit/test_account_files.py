"""What each row of a file of accounts asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.account_files import (
    COLUMNS,
    Change,
    Entries,
    Entry,
    Problem,
    entries,
    judged,
    repeated,
    zeros_kept,
)
from app.domain.account_names import AccountNames
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Assignable, AssignState, Kind
from app.domain.errors import InputError
from app.domain.uploads import Table


def account(account_id: str, code: str, name: str, currency: str | None = None) -> LedgerAccount:
    return LedgerAccount(account_id, name, code, "Expense", None, "Active", False, currency)


NAMES = AccountNames(
    [
        account("a1", "310", "Cost of goods"),
        account("a2", "429", "General expenses"),
        account("eur", "600", "Abroad", "EUR"),
    ]
)
LINE = Assignable(
    Kind.BILLS, "l1", "Milk", None, 4320, "GBP", None, None, AssignState.NEEDS, payable_status="new"
)
ASSIGNED = replace(LINE, account_id="a1", state=AssignState.ASSIGNED)


def asked(entry: Entry, stored: Assignable | None = LINE) -> Change | Problem | None:
    return judged(entry, stored, NAMES, "GBP")


def row(code: str = "", name: str = "", *, was: str = "", line_id: str = "l1", number: int = 2) -> Entry:
    then = NAMES.by_id.get(was)
    code_then, name_then = (then.nominal_code or "", then.name) if then else ("", "")
    return Entry(number, line_id, code, name, code_then, name_then, was)


def wrong(answer: Change | Problem | None) -> str:
    assert isinstance(answer, Problem)
    return answer.code


def test_a_code_alone_is_enough() -> None:
    assert asked(row("429")) == Change(2, "l1", "a2", "")


def test_a_name_alone_is_enough() -> None:
    assert asked(row(name="general expenses")) == Change(2, "l1", "a2", "")


def test_a_row_that_nobody_edited_asks_for_nothing() -> None:
    assert asked(row()) is None
    assert asked(row("310", "Cost of goods", was="a1"), ASSIGNED) is None


@pytest.mark.parametrize(
    ("code", "name"), [("429", "Cost of goods"), ("310", "General expenses"), ("429", "")]
)
def test_of_two_cells_the_one_that_was_edited_counts(code: str, name: str) -> None:
    assert asked(row(code, name, was="a1"), ASSIGNED) == Change(2, "l1", "a2", "a1", "a1")


def test_a_column_that_was_emptied_asks_for_nothing() -> None:
    assert asked(row("310", "", was="a1"), ASSIGNED) is None
    assert asked(row("", "Cost of goods", was="a1"), ASSIGNED) is None


def test_an_account_that_was_taken_out_cannot_be() -> None:
    assert wrong(asked(row(was="a1"), ASSIGNED)) == "cleared"


def test_what_has_the_account_by_now_stays_as_it_is() -> None:
    assert asked(row("310"), ASSIGNED) is None


def test_what_somebody_else_changed_meanwhile_is_a_conflict() -> None:
    assert asked(row("429"), ASSIGNED) == Change(2, "l1", "a2", "a1", "", is_conflict=True)


def test_what_somebody_else_changed_and_nobody_edited_is_none() -> None:
    assert asked(row("429", "General expenses", was="a2"), ASSIGNED) is None


def test_a_file_without_the_account_at_export_knows_of_no_conflict() -> None:
    entry = Entry(2, "l1", "429", "", None, None, None)

    assert asked(entry, ASSIGNED) == Change(2, "l1", "a2", "a1")


def test_an_id_of_the_account_at_export_is_enough_to_tell_what_was_edited() -> None:
    entry = Entry(2, "l1", "310", "Cost of goods", None, None, "a1")

    assert asked(entry, replace(ASSIGNED, account_id="a2")) is None


def test_a_choice_that_was_refused_does_not_count_as_chosen() -> None:
    refused = replace(LINE, wanted_id="a2", refused=True)

    assert asked(row("429"), refused) == Change(2, "l1", "a2", "")


@pytest.mark.parametrize(
    ("entry", "stored", "code"),
    [
        (row("429", line_id=""), None, "no_id"),
        (row("429"), None, "unknown_id"),
        (row("999"), LINE, "unknown_code"),
        (row(name="Postage"), LINE, "unknown_name"),
        (row("310", "General expenses"), LINE, "disagree"),
        (row("600"), LINE, "currency"),
        (row("429"), replace(LINE, sent=True), "sent"),
        (row("429"), replace(LINE, editable=False, payable_status="paid"), "locked"),
        (replace(row("429"), is_long=True), LINE, "too_long"),
    ],
)
def test_what_is_wrong_is_named(entry: Entry, stored: Assignable | None, code: str) -> None:
    assert wrong(asked(entry, stored)) == code


def test_an_account_in_the_lines_own_currency_will_do() -> None:
    assert asked(row("600"), replace(LINE, currency="EUR")) == Change(2, "l1", "eur", "")


def test_a_line_that_is_there_twice_is_not_used_at_all() -> None:
    rows = [row("310"), row("429", number=3), row("429", line_id="l2", number=4)]

    assert repeated(rows) == {"l1": [2, 3]}
    problem = judged(rows[1], LINE, NAMES, "GBP", [2, 3])
    assert isinstance(problem, Problem)
    assert (problem.code, problem.others) == ("twice", "2")


def read(header: list[str], *cells: list[str], kind: Kind = Kind.BILLS) -> Entries:
    return entries(Table(header, enumerate(cells, 2), "utf-8", ","), kind)


def test_columns_may_stand_in_any_order_and_be_missing() -> None:
    found = read(["Notes", "account code", "LINE_ID"], ["x", "310", "l1"])

    assert found.rows == [Entry(2, "l1", "310", "", None, None, None)]
    assert (found.ignored, found.is_blind) == (["Notes"], True)


def test_empty_cells_that_a_spreadsheet_leaves_out_at_the_end_are_empty() -> None:
    found = read(list(COLUMNS[Kind.BILLS].values()), ["l1", "B-1"])

    assert found.rows == [Entry(2, "l1", "", "", "", "", "")]


def test_texts_beside_the_columns_are_noticed() -> None:
    assert read(["Line ID", "Account code"], ["l1", "310", "", "x"]).rows[0].is_long


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (["Line ID", "Account code", "account code"], "The column “Account code” is there twice."),
        (["Account code"], "The column “Line ID” is missing."),
        (["Product ID", "Account code"], "This is a file of products."),
        (["Line ID", "Supplier"], "There is no column “Account code”"),
    ],
)
def test_a_header_that_will_not_do_is_refused(header: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(header)


def test_whether_zeros_were_kept_is_seen_at_the_accounts_of_the_export() -> None:
    codes = {"a0": "0310", "a2": "429"}
    lost, kept = Entry(2, "l1", "310", "", "310", "", "a0"), Entry(2, "l1", "0310", "", "0310", "", "a0")

    assert not zeros_kept([lost], codes)
    assert zeros_kept([kept], codes)
    assert not zeros_kept([kept, lost], codes)
    assert not zeros_kept([Entry(2, "l1", "429", "", "429", "", "a2")], codes)
