"""Giving accounts to products and bill lines: lists, single rows, many rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.assignables import Assignable, AssignQuery, AssignState, Choice, Kind
from app.domain.errors import InputError
from app.services import assignments, bulk_assignments, outbox
from app.services.deps import Deps
from app.store import account_saves, assignables, events
from app.store.database import to_text, write
from tests.factories import NOW, Clock, make_deps
from tests.wire import Wire, on_the_wire

BILLS = AssignQuery(Kind.BILLS, AssignState.NEEDS)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with on_the_wire() as wire:
        yield wire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Iterator[Deps]:
    with write(db):
        for account_id, code, status in (
            ("a1", "310", "Active"),
            ("a2", "429", "Active"),
            ("a3", "404", "Archived"),
        ):
            add_account(db, account_id, code, status)
    deps = make_deps(db, settings, clock=clock)
    yield deps
    deps.monite.close()


def add_account(db: Database, account_id: str, code: str, status: str = "Active", bank: int = 0) -> None:
    db.execute(
        "INSERT INTO ledger_accounts (id, entity_id, name, nominal_code, type, status, is_bank_account,"
        " raw, seen_at) VALUES (?, 'e1', ?, ?, 'Expense', ?, ?, '{}', ?)",
        [account_id, f"Account {code}", code, status, bank, to_text(NOW)],
    )


def add_line(
    db: Database, line_id: str, *, supplier: str = "Acme", day: str | None = "2026-06-01", status: str = "new"
) -> None:
    editable = int(status in ("new", "waiting_to_be_paid"))
    db.execute(
        "INSERT INTO payable_lines (id, entity_id, payable_id, position, name, supplier, payable_status,"
        " issued_at, editable, raw, seen_at) VALUES (?, 'e1', ?, 0, ?, ?, ?, ?, ?, '{}', ?)",
        [line_id, f"bill-{line_id}", f"Line {line_id}", supplier, status, day, editable, to_text(NOW)],
    )


def add_product(db: Database, product_id: str, name: str) -> None:
    db.execute(
        "INSERT INTO products (id, entity_id, name, updated_at, raw, seen_at)"
        " VALUES (?, 'e1', ?, ?, '{}', ?)",
        [product_id, name, to_text(NOW), to_text(NOW)],
    )


def mark_sent(db: Database, payable_id: str) -> None:
    db.execute(
        "INSERT INTO synced_records (id, entity_id, object_type, object_id, sync_status, state, created_at,"
        " updated_at, raw, seen_at) VALUES (?, 'e1', 'bill', ?, 'done', 'sent', ?, ?, '{}', ?)",
        [f"r-{payable_id}", payable_id, to_text(NOW), to_text(NOW), to_text(NOW)],
    )


def line(deps: Deps, line_id: str) -> Assignable:
    return assignments.get(deps, "e1", Kind.BILLS, line_id)


def choose(deps: Deps, line_id: str, account_id: str, seen: str | None = None) -> assignments.Outcome:
    return assignments.assign(deps, "e1", Kind.BILLS, line_id, account_id=account_id, seen=seen)


def bulk(deps: Deps, chosen: list[str] | AssignQuery, account_id: str, form_key: str = "k") -> str:
    batch = bulk_assignments.assign_many(
        deps, "e1", Kind.BILLS, chosen, account_id=account_id, form_key=form_key
    )
    return batch.id


def test_an_account_counts_once_the_answer_confirms_it(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")

    outcome = choose(deps, "l1", "a1")

    assert wire.patched == [("l1", {"ledger_account_id": "a1"})]
    assert (outcome.row.state, outcome.row.account_id, outcome.row.wanted_id) == ("assigned", "a1", None)


def test_a_choice_that_nobody_answered_is_shown_as_not_confirmed_and_sent_later(
    deps: Deps, wire: Wire, clock: Clock
) -> None:
    add_line(deps.db, "l1")
    wire.is_down = True
    waiting = choose(deps, "l1", "a1").row
    wire.is_down = False
    clock.advance(60)

    outbox.pump(deps, seconds=2)

    assert (waiting.state, waiting.account_id) == ("saving", None)
    assert line(deps, "l1").account_id == "a1"


def test_a_refused_choice_is_kept_with_the_reason(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    wire.fails = [(409, "Payable couldn't be updated due to current state")]

    row = choose(deps, "l1", "a1").row

    assert (row.refused, row.error, row.wanted_id, row.state) == (True, "locked", "a1", "needs")


def test_a_refused_choice_can_be_dropped(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    wire.fails = [(422, "no")]
    choose(deps, "l1", "a1")

    row = assignments.forget(deps, "e1", Kind.BILLS, "l1")

    assert (row.refused, row.shown_account_id) == (False, None)


def test_two_people_choosing_differently_are_told(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    choose(deps, "l1", "a1", seen="")

    outcome = choose(deps, "l1", "a2", seen="")

    assert outcome.conflict
    assert outcome.by is not None
    assert outcome.by.became == "a1"
    assert line(deps, "l1").account_id == "a1"


def test_two_people_choosing_the_same_is_no_conflict(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    choose(deps, "l1", "a1", seen="")

    assert not choose(deps, "l1", "a1", seen="").conflict
    assert len(wire.patched) == 1


@pytest.mark.parametrize("account_id", ["a3", "elsewhere", ""])
def test_an_account_that_is_not_offered_cannot_be_chosen(deps: Deps, wire: Wire, account_id: str) -> None:
    add_line(deps.db, "l1")

    with pytest.raises(InputError):
        choose(deps, "l1", account_id)


def test_a_bank_account_cannot_be_chosen(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    add_account(deps.db, "bank", "090", bank=1)

    with pytest.raises(InputError):
        choose(deps, "l1", "bank")


def test_a_line_of_a_bill_that_was_sent_is_not_changed_here(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    mark_sent(deps.db, "bill-l1")

    with pytest.raises(InputError):
        choose(deps, "l1", "a1")

    assert line(deps, "l1").sent


def test_a_product_takes_an_account_too(deps: Deps, wire: Wire) -> None:
    add_product(deps.db, "p1", "Flat white")

    outcome = assignments.assign(deps, "e1", Kind.PRODUCTS, "p1", account_id="a1")

    assert outcome.row.account_id == "a1"


def test_every_choice_is_in_the_audit_trail(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    choose(deps, "l1", "a1")
    choose(deps, "l1", "a2", seen="a1")

    told = events.find(deps.db, "e1", object_id="l1")

    assert [(e.was, e.became, e.actor.name) for e in told] == [("a1", "a2", "Marie"), (None, "a1", "Marie")]


def test_many_rows_are_sent_by_the_worker(deps: Deps, wire: Wire) -> None:
    for name in ("l1", "l2", "l3"):
        add_line(deps.db, name)

    batch_id = bulk(deps, ["l1", "l2"], "a1")
    before = assignments.progress(deps, "e1", Kind.BILLS)
    outbox.pump(deps, seconds=2)

    found = bulk_assignments.result(deps, "e1", batch_id)
    progress, refusals = found.progress, found.refusals
    assert (before.needs, before.saving) == (1, 2)
    assert (progress.done, progress.finished, refusals) == (2, True, [])
    assert sorted(name for name, _ in wire.patched) == ["l1", "l2"]


def test_the_same_form_sent_twice_assigns_once(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")

    first, second = bulk(deps, ["l1"], "a1"), bulk(deps, ["l1"], "a1")
    outbox.pump(deps, seconds=2)

    assert first == second
    assert len(wire.patched) == 1


def test_all_that_match_leaves_out_what_cannot_change_or_has_it_already(deps: Deps, wire: Wire) -> None:
    for name in ("l1", "sent", "other"):
        add_line(deps.db, name, supplier="Other" if name == "other" else "Acme")
    add_line(deps.db, "paid", status="paid")
    mark_sent(deps.db, "bill-sent")

    bulk(deps, AssignQuery(Kind.BILLS, supplier="Acme"), "a1")
    outbox.pump(deps, seconds=2)

    assert [name for name, _ in wire.patched] == ["l1"]


def test_a_bulk_result_names_what_was_not_saved(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")
    wire.fails = [(409, "Payable couldn't be updated due to current state")]

    batch_id = bulk(deps, ["l1"], "a1")
    outbox.pump(deps, seconds=2)

    found = bulk_assignments.result(deps, "e1", batch_id)
    progress, refusals = found.progress, found.refusals
    assert (progress.done, progress.refused) == (0, 1)
    assert [r.object_id for r in refusals] == ["l1"]


def test_an_answer_to_an_older_choice_does_not_undo_a_newer_one(deps: Deps) -> None:
    add_line(deps.db, "l1")
    with write(deps.db):
        account_saves.choose(deps.db, Kind.BILLS, [Choice(line(deps, "l1"), "a2")])
        account_saves.confirm(deps.db, Kind.BILLS, "l1", "a1", "a1")

    row = line(deps, "l1")
    assert (row.state, row.wanted_id, row.account_id) == ("saving", "a2", "a1")


def seen_ids(deps: Deps, query: AssignQuery) -> list[list[str]]:
    pages, after = [], ""
    while True:
        page = assignables.page(deps.db, "e1", query, after=after)
        pages.append([row.id for row in page.rows])
        if page.next is None:
            return pages
        after = page.next


def test_paging_shows_every_row_once_in_order_and_back_again(deps: Deps) -> None:
    with write(deps.db):
        for n in range(130):
            day = None if n % 7 == 0 else (NOW - timedelta(days=n % 3)).date().isoformat()
            add_line(deps.db, f"l{n:03}", supplier=f"S{n % 4}", day=day)

    pages = seen_ids(deps, BILLS)
    in_order = [
        row["id"]
        for row in deps.db.query(
            "SELECT id FROM payable_lines ORDER BY supplier, issued_at DESC, payable_id, id"
        )
    ]

    assert [len(page) for page in pages] == [50, 50, 30]
    assert list(chain.from_iterable(pages)) == in_order
    back = assignables.page(deps.db, "e1", BILLS, before=last_place(deps)).rows
    assert [row.id for row in back] == pages[1]


def last_place(deps: Deps) -> str:
    """Where the last of three pages says that the one before it ends."""
    first = assignables.page(deps.db, "e1", BILLS)
    second = assignables.page(deps.db, "e1", BILLS, after=first.next or "")
    third = assignables.page(deps.db, "e1", BILLS, after=second.next or "")
    return third.previous or ""


def test_products_are_paged_by_name(deps: Deps) -> None:
    with write(deps.db):
        for n in range(60):
            add_product(deps.db, f"p{n:02}", f"Name {n % 9}")

    pages = seen_ids(deps, AssignQuery(Kind.PRODUCTS))

    assert [len(page) for page in pages] == [50, 10]
    assert len(set(chain.from_iterable(pages))) == 60


@pytest.mark.parametrize("mark", ["nonsense", "[1]", '["a"]', '{"a": 1}'])
def test_a_page_mark_that_was_tampered_with_starts_from_the_beginning(deps: Deps, mark: str) -> None:
    add_line(deps.db, "l1")

    assert [row.id for row in assignables.page(deps.db, "e1", BILLS, after=mark).rows] == ["l1"]


def test_a_search_looks_at_the_line_the_supplier_and_the_bill(deps: Deps) -> None:
    add_line(deps.db, "l1", supplier="Acme Dairy")
    add_line(deps.db, "l2", supplier="Other")

    found = assignables.page(deps.db, "e1", AssignQuery(Kind.BILLS, search="DAIRY"))

    assert [row.id for row in found.rows] == ["l1"]


def test_suppliers_are_listed_once_each(deps: Deps) -> None:
    for n, supplier in enumerate(("B", "A", "B")):
        add_line(deps.db, f"l{n}", supplier=supplier)

    assert assignables.suppliers(deps.db, "e1") == ["A", "B"]


def test_another_business_sees_none_of_it(deps: Deps, wire: Wire) -> None:
    add_line(deps.db, "l1")

    assert assignables.get(deps.db, "e2", Kind.BILLS, "l1") is None
    assert assignables.page(deps.db, "e2", BILLS).rows == []
    assert assignables.changeable(deps.db, "e2", Kind.BILLS, ["l1"]) == []


@pytest.mark.parametrize("text", ["crème", "CRÈME", "Crème brûlée", "straße"])
def test_a_search_finds_letters_of_other_languages_however_they_are_written(deps: Deps, text: str) -> None:
    with write(deps.db):
        for line_id, name in (
            ("l1", "CRÈME BRÛLÉE, STRASSE"),
            ("l2", "Crème brûlée, Straße"),
            ("l3", "Creme"),
        ):
            add_line(deps.db, line_id)
            deps.db.execute("UPDATE payable_lines SET name = ? WHERE id = ?", [name, line_id])

    found = assignments.listing(deps, "e1", AssignQuery(Kind.BILLS, search=text))

    assert [row.id for row in found.page.rows] == ["l1", "l2"]


def test_a_search_says_how_many_it_found_on_any_page(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignments, "COUNTED", 90)
    with write(deps.db):
        for n in range(130):
            add_line(deps.db, f"l{n:03}", supplier=f"S{n % 4}" if n < 120 else "Other")
    query = AssignQuery(Kind.BILLS, search="line l")

    def said(query: AssignQuery, *, exact: bool = False, after: str = "") -> tuple[int, bool]:
        found = assignments.listing(deps, "e1", query, after, exact=exact)
        return found.matching, found.is_least

    place = assignments.listing(deps, "e1", query).page.next or ""
    assert said(query) == said(query, after=place) == (90, True)
    assert said(query, exact=True) == said(query, exact=True, after=place) == (130, False)
    assert said(AssignQuery(Kind.BILLS, search="other")) == (10, False)
    assert said(AssignQuery(Kind.BILLS, search="l00")) == (10, False)
    assert said(AssignQuery(Kind.BILLS, search="nowhere")) == (0, False)
