"""What stands in the way of sending: found where it is, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.account_problems import Trouble
from app.domain.assignables import Kind
from app.services import account_problems
from app.services.deps import Deps
from app.store import account_usage
from app.store.database import write
from tests.account_samples import BANK, NEW, OLD, SALES, WHEN, account, add_product, import_accounts
from tests.factories import make_deps
from tests.log_samples import add_bill, add_record

ARCHIVED = replace(OLD, status="Archived")
LATER = WHEN + timedelta(hours=1)


@pytest.fixture
def deps(db: Database, settings: Settings) -> Iterator[Deps]:
    """A business in pounds whose accounts were imported."""
    with write(db):
        db.execute(
            "INSERT INTO entities (id, name, currency, status, raw, seen_at)"
            " VALUES ('e1', 'Harbour Lane', 'GBP', 'active', '{}', '2025-05-09')"
        )
    import_accounts(db, OLD, NEW, SALES, BANK)
    deps = make_deps(db, settings)
    yield deps
    deps.monite.close()


def bill(db: Database, payable_id: str, *lines: dict[str, object], **changes: object) -> None:
    with write(db):
        add_bill(db, payable_id, *lines, **changes)


def line(account_id: str | None, **changes: object) -> dict[str, object]:
    return {"ledger_account_id": account_id, "currency": "GBP"} | changes


def troubles(deps: Deps, kind: Kind = Kind.BILLS) -> list[tuple[Trouble, str, int]]:
    found = account_problems.find(deps, "e1", kind)
    return [(one.trouble, one.account_id, one.rows) for one in found.accounts]


def test_accounts_as_they_should_be_are_no_problem(deps: Deps) -> None:
    bill(deps.db, "b1", line("old"), line("new"), line(None), line("bank"), line_count=4)

    assert troubles(deps) == []
    assert account_problems.count(deps, "e1", Kind.BILLS) == 0


def test_lines_of_an_archived_account_are_counted_with_the_day_that_was_noticed(deps: Deps) -> None:
    bill(deps.db, "b1", line("old"), line("old"), line("new"), line_count=3)
    import_accounts(deps.db, ARCHIVED, NEW, at=LATER)

    (found,) = account_problems.find(deps, "e1", Kind.BILLS).accounts

    assert (found.trouble, found.label, found.rows, found.since) == (
        Trouble.ARCHIVED,
        "404 Old marketing",
        2,
        LATER,
    )
    assert account_problems.count(deps, "e1", Kind.BILLS) == 2


def test_an_account_that_is_no_longer_listed_is_gone(deps: Deps) -> None:
    bill(deps.db, "b1", line("old"), line_count=1)
    import_accounts(deps.db, NEW, at=LATER)

    assert troubles(deps) == [(Trouble.GONE, "old", 1)]


def test_an_account_never_listed_may_be_newer_than_the_list(deps: Deps) -> None:
    at = (WHEN + timedelta(minutes=5)).isoformat(timespec="microseconds")
    bill(deps.db, "b1", line("unheard-of", seen_at=at), line_count=1)
    assert troubles(deps) == []

    import_accounts(deps.db, OLD, NEW, at=LATER)

    assert troubles(deps) == [(Trouble.GONE, "unheard-of", 1)]


def test_what_was_sent_or_is_locked_or_being_changed_is_nobodys_to_fix(deps: Deps) -> None:
    bill(deps.db, "sent", line("old"), line_count=1)
    bill(deps.db, "paid", line("old", editable=0), line_count=1, status="paid")
    bill(deps.db, "mine", line("old", wanted_account_id="new", save_state="saving"), line_count=1)
    with write(deps.db):
        add_record(deps.db, "r1", object_id="sent", sync_status="done")
    import_accounts(deps.db, ARCHIVED, NEW, at=LATER)

    assert troubles(deps) == []
    assert account_usage.staying(deps.db, "e1", "old") == (1, 1)


def test_a_foreign_account_takes_only_its_own_currency(deps: Deps) -> None:
    import_accounts(deps.db, account("fees", "610", "Dollar fees", currency="USD"), NEW, at=LATER)
    bill(deps.db, "b1", line("fees", currency="EUR"), line("fees", currency="USD"), line_count=2)
    bill(deps.db, "b2", line("new", currency="EUR"), line_count=1)

    assert troubles(deps) == [(Trouble.CURRENCY, "fees", 1)]


def test_products_have_problems_of_their_own(deps: Deps) -> None:
    add_product(deps.db, "p1", "sales")
    add_product(deps.db, "p2", "old")
    add_product(deps.db, "p3", "old", gone=1)
    import_accounts(deps.db, ARCHIVED, SALES, at=LATER)

    assert troubles(deps, Kind.PRODUCTS) == [(Trouble.ARCHIVED, "old", 1)]
    assert troubles(deps) == []


def test_a_bill_without_lines_counts_once_its_lines_were_read(deps: Deps) -> None:
    bill(deps.db, "empty", line_count=0)
    bill(deps.db, "unread", line_count=0, lines_for=None)
    bill(deps.db, "draft", line_count=0, status="draft")

    found = account_problems.find(deps, "e1", Kind.BILLS)

    assert [one.payable_id for one in found.no_lines] == ["empty"]
    assert account_problems.count(deps, "e1", Kind.BILLS) == 1


def test_lines_without_a_tax_rate_are_grouped_by_bill_and_nought_percent_is_a_rate(deps: Deps) -> None:
    bill(deps.db, "b1", line("new", tax=None), line("new", tax=None), line("new", tax=0), line_count=3)
    bill(deps.db, "b2", line("new", tax=None, accounting_tax_rate_id="t1"), line_count=1)

    found = account_problems.find(deps, "e1", Kind.BILLS)

    assert [(one.payable_id, one.lines) for one in found.no_tax] == [("b1", 2)]
    assert found.no_tax_count == 2


def test_the_count_reads_no_line_that_is_in_order(deps: Deps) -> None:
    plan = "\n".join(
        str(row)
        for kind in Kind
        for row in deps.db.execute(
            f"EXPLAIN QUERY PLAN SELECT min(u.ledger_account_id) FROM {account_usage._OPEN[kind]}"
            " AND u.ledger_account_id > 'x'",
            {"entity": "e1"},
        ).fetchall()
    )

    assert "lines_open_by_account" in plan
    assert "products_by_account" in plan
