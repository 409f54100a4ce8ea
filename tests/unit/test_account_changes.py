"""What became of an account, as a person is told it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.domain.account_changes import AccountChange, ChangeKind, News, news
from app.domain.accounts import LedgerAccount
from tests.factories import NOW

POSTAGE = LedgerAccount("a1", "Postage", "429", "Expense", None, "Active", False)


def change(n: int, kind: str, was: str = "", became: str = "") -> AccountChange:
    return AccountChange(n, "a1", NOW + timedelta(hours=n), ChangeKind(kind), was, became)


def kinds(account: LedgerAccount, *changes: AccountChange) -> list[str]:
    return [one.kind.value for one in news(changes, account)]


def test_an_archived_account_is_to_be_replaced() -> None:
    told = news([change(1, "archived")], replace(POSTAGE, status="Archived"))

    assert told == [News(ChangeKind.ARCHIVED, NOW + timedelta(hours=1))]
    assert told[0].needs_replacing


def test_what_was_undone_meanwhile_is_not_told() -> None:
    assert kinds(POSTAGE, change(1, "archived"), change(2, "restored")) == []
    assert kinds(POSTAGE, change(1, "gone"), change(2, "back")) == []
    assert (
        kinds(POSTAGE, change(1, "renamed", "Postage", "Mail"), change(2, "renamed", "Mail", "Postage")) == []
    )


def test_an_account_that_came_back_is_told_to_whoever_knew_that_it_was_lost() -> None:
    assert kinds(POSTAGE, change(1, "restored")) == ["restored"]
    assert kinds(POSTAGE, change(1, "back"), change(2, "archived"), change(3, "restored")) == ["restored"]


def test_a_name_that_changed_twice_is_told_once_from_first_to_last() -> None:
    mail = replace(POSTAGE, name="Mail")

    told = news([change(1, "renamed", "Post", "Postage"), change(2, "renamed", "Postage", "Mail")], mail)

    assert told == [News(ChangeKind.RENAMED, NOW + timedelta(hours=2), "Post", "Mail")]


def test_a_new_name_and_a_new_code_are_both_told() -> None:
    now = replace(POSTAGE, name="Mail", nominal_code="430")

    told = news([change(1, "renamed", "Postage", "Mail"), change(2, "recoded", "429", "430")], now)

    assert [(one.was, one.became) for one in told] == [("Postage", "Mail"), ("429", "430")]


def test_gone_counts_more_than_archived() -> None:
    lost = replace(POSTAGE, status="Archived", gone=True)

    assert kinds(lost, change(1, "archived"), change(2, "gone")) == ["gone"]
