"""Suggested accounts for the rows of a page: from remembered choices, habits, products and the default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.assignables import AssignQuery, AssignState, Kind
from app.domain.suggestions import Reason, Strength, Suggestion
from app.services import suggestions
from app.services.deps import Deps
from app.store import assignables, revisions
from app.store.database import write
from tests.factories import make_deps
from tests.suggestion_rows import add_account, add_line, add_product, remember, set_default

BILLS = AssignQuery(Kind.BILLS, AssignState.NEEDS)
PRODUCTS = AssignQuery(Kind.PRODUCTS, AssignState.NEEDS)


@pytest.fixture
def deps(db: Database, settings: Settings) -> Iterator[Deps]:
    add_account(db, "goods", "Kostenart Q")
    add_account(db, "other", "Kostenart R")
    add_account(db, "sales", "Erlösart S", "Income")
    deps = make_deps(db, settings)
    yield deps
    deps.monite.close()


def suggested(deps: Deps, query: AssignQuery = BILLS) -> dict[str, Suggestion]:
    return suggestions.for_rows(deps, "e1", assignables.page(deps.db, "e1", query).rows)


def add_past(deps: Deps, *accounts: str, supplier: str = "Acme Dairy") -> None:
    for n, account in enumerate(accounts):
        add_line(deps.db, f"past-{supplier}-{n}", f"X{n}", supplier=supplier, account=account)


def test_five_of_the_last_six_lines_make_a_strong_suggestion(deps: Deps) -> None:
    add_past(deps, "other", "goods", "goods", "goods", "goods", "goods")
    add_line(deps.db, "new", "Zzz")

    found = suggested(deps)["new"]

    assert (found.account_id, found.reason, found.used, found.of) == ("goods", Reason.HABIT, 5, 6)


@pytest.mark.parametrize("past", [("goods", "goods"), ("goods", "goods", "goods", "other", "other")])
def test_two_lines_or_a_mixed_supplier_make_no_habit(deps: Deps, past: tuple[str, ...]) -> None:
    add_past(deps, *past)
    add_line(deps.db, "new", "Zzz")

    assert (
        suggested(deps).get("new", Suggestion("", Strength.POSSIBLE, Reason.DEFAULT)).reason != Reason.HABIT
    )


def test_a_choice_that_is_on_its_way_counts_as_made(deps: Deps) -> None:
    for n in range(3):
        add_line(deps.db, f"past-{n}", f"X{n}", wanted="goods", save_state="saving")
    add_line(deps.db, "new", "Zzz")

    assert suggested(deps)["new"].account_id == "goods"


def test_a_remembered_choice_goes_before_a_habit(deps: Deps) -> None:
    add_past(deps, "goods", "goods", "goods")
    remember(deps.db, "Acme Dairy", "other")
    add_line(deps.db, "new", "Zzz")

    found = suggested(deps)["new"]

    assert (found.account_id, found.reason, found.strength) == ("other", Reason.REMEMBERED, Strength.STRONG)


def test_no_from_now_on_is_not_a_choice(deps: Deps) -> None:
    remember(deps.db, "Acme Dairy", "other", "no")
    add_line(deps.db, "new", "Zzz")

    assert suggested(deps) == {}


def test_a_remembered_account_that_was_archived_is_not_suggested(deps: Deps) -> None:
    add_account(deps.db, "old", "Kostenart T", status="Archived")
    remember(deps.db, "Acme Dairy", "old")
    add_line(deps.db, "new", "Zzz")

    assert suggested(deps) == {}


def test_a_persons_choice_is_left_alone_also_when_it_was_refused(deps: Deps) -> None:
    remember(deps.db, "Acme Dairy", "other")
    add_line(deps.db, "refused", wanted="goods", save_state="refused")
    add_line(deps.db, "saving", wanted="goods", save_state="saving")
    add_line(deps.db, "assigned", account="goods")

    assert suggested(deps, AssignQuery(Kind.BILLS)) == {}


def test_a_product_of_the_same_name_in_the_books_speaks_for_its_account(deps: Deps) -> None:
    add_product(deps.db, "known", "Oat milk 1 L", account="sales", in_books=True)
    add_product(deps.db, "new", "Oat milk 1 L")

    found = suggested(deps, PRODUCTS)["new"]

    assert (found.account_id, found.reason) == ("sales", Reason.SAME_PRODUCT)


def test_a_product_falls_back_to_the_default_account_and_a_line_does_not(deps: Deps) -> None:
    set_default(deps.db, "sales")
    add_product(deps.db, "new", "Zzz")
    add_line(deps.db, "line", "Zzz")

    assert suggested(deps, PRODUCTS)["new"] == Suggestion("sales", Strength.POSSIBLE, Reason.DEFAULT)
    assert suggested(deps) == {}


def test_all_rows_of_a_filter_are_suggested_for_up_to_a_number(deps: Deps) -> None:
    remember(deps.db, "Acme Dairy", "other")
    for n in range(60):
        add_line(deps.db, f"l{n}")

    assert len(suggestions.for_all(deps, "e1", AssignQuery(Kind.BILLS), at_most=100)) == 60
    assert len(suggestions.for_all(deps, "e1", BILLS, at_most=7)) == 7
    assert suggestions.for_all(deps, "e1", AssignQuery(Kind.BILLS, AssignState.ASSIGNED), at_most=7) == {}


@pytest.mark.parametrize(
    ("suggestion", "words"),
    [
        (
            Suggestion("a", Strength.STRONG, Reason.HABIT, used=5, of=6),
            "Strong match: used for 5 of the last 6 lines from Acme Dairy",
        ),
        (
            Suggestion("a", Strength.STRONG, Reason.HABIT, used=3, of=3, word="Diesel"),
            "Strong match: used for 3 of the last 3 with “Diesel”",
        ),
        (
            Suggestion("a", Strength.STRONG, Reason.REMEMBERED),
            "Strong match: remembered for this supplier",
        ),
        (
            Suggestion("a", Strength.STRONG, Reason.SAME_PRODUCT),
            "Strong match: same product name in the accounting system",
        ),
        (
            Suggestion("a", Strength.POSSIBLE, Reason.SIMILAR_WORDS, word="freight"),
            "Possible match: similar words: “freight”",
        ),
        (Suggestion("a", Strength.POSSIBLE, Reason.DEFAULT), "Possible match: your default"),
    ],
)
def test_each_reason_has_its_words(suggestion: Suggestion, words: str) -> None:
    assert suggestions.sentence(suggestion, "Acme Dairy") == words


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_accounts SET status = 'Archived' WHERE id = 'rent'",
        "UPDATE ledger_accounts SET gone = 1 WHERE id = 'rent'",
        "UPDATE ledger_accounts SET name = 'Kostenart U' WHERE id = 'rent'",
        "UPDATE ledger_accounts SET type = 'Liability', seen_at = '2026-06-08T11:00:00Z' WHERE id = 'rent'",
    ],
)
def test_a_chart_that_was_kept_in_memory_is_left_when_an_account_changes(deps: Deps, change: str) -> None:
    add_account(deps.db, "rent", "Rent")
    add_line(deps.db, "new", "Office rent June")
    before = suggested(deps)["new"].account_id

    deps.db.execute(change)

    assert (before, suggested(deps)) == ("rent", {})


def test_words_of_lines_that_were_given_an_account_count_at_once(deps: Deps) -> None:
    add_line(deps.db, "new", "Gubbins, green", supplier="Nobody")
    before = suggested(deps)
    add_line(deps.db, "past", "Gubbins, blue", supplier="Somebody", account="other")
    add_line(deps.db, "past-2", "Gubbins, red", supplier="Somebody", account="other")
    with write(deps.db):
        revisions.bump(deps.db, "e1")

    assert before == {}
    assert suggested(deps)["new"].account_id == "other"


def test_an_account_taken_away_by_a_person_is_not_suggested_again_while_that_is_on_its_way(
    deps: Deps,
) -> None:
    remember(deps.db, "Acme Dairy", "other")
    add_line(deps.db, "taken", account="other", wanted="", save_state="saving")

    assert suggested(deps, AssignQuery(Kind.BILLS)) == {}


def test_the_history_is_read_along_indexes_however_many_lines_there_are(deps: Deps) -> None:
    add_past(deps, "goods", "goods", "goods")
    add_line(deps.db, "new", "Oat milk")
    add_product(deps.db, "p", "Oat milk")
    asked: list[tuple[str, Any]] = []

    with deps.db.tracer(lambda sql, params: asked.append((sql, params))):
        suggested(deps)
        suggested(deps, PRODUCTS)

    reads = [(sql, params) for sql, params in asked if "FROM payable_lines" in sql or "FROM products" in sql]
    plans = [
        row[3] for sql, params in reads for row in deps.db.execute(f"EXPLAIN QUERY PLAN {sql}", params or [])
    ]
    assert any("payable_lines" in step for step in plans)
    assert not [step for step in plans if step.startswith(("SCAN payable_lines", "SCAN products"))]
