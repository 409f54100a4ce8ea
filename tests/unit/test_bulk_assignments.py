"""Accounts for many rows at once: suggestions, what others changed meanwhile, stopping, taking back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.assignables import AssignQuery, AssignState, Choice, Kind
from app.domain.errors import InputError, NotThereError
from app.domain.people import Actor, Role
from app.services import (
    assignment_changes,
    assignments,
    bulk_assignments,
    choices,
    outbox,
    remember_questions,
)
from app.services.deps import Deps
from app.store import account_saves, batches, events, remembered_choices
from app.store import outbox as outbox_rows
from app.store.database import write
from tests.factories import Clock, make_deps
from tests.unit.test_assignments import add_account, add_line, line, mark_sent
from tests.wire import Wire, on_the_wire

SAM = Actor("Sam", Role.BOOKKEEPER, "e1")


@pytest.fixture
def wire() -> Iterator[Wire]:
    with on_the_wire() as wire:
        yield wire


@pytest.fixture
def deps(db: Database, settings: Settings) -> Iterator[Deps]:
    with write(db):
        for account_id, code in (("a1", "310"), ("a2", "429")):
            add_account(db, account_id, code)
        for n in range(4):
            add_line(db, f"l{n}", day=f"2026-06-0{n + 1}")
    deps = make_deps(db, settings, clock=Clock())
    yield deps
    deps.monite.close()


def assign(deps: Deps, line_id: str, account_id: str) -> None:
    assignments.assign(deps, "e1", Kind.BILLS, line_id, account_id=account_id)


def start(deps: Deps, wanted: dict[str, str | None], form_key: str = "k", **more: object) -> str:
    return bulk_assignments.start(deps, "e1", Kind.BILLS, wanted, form_key=form_key, **more).id  # type: ignore[arg-type]


def accounts(deps: Deps) -> list[str | None]:
    return [line(deps, f"l{n}").account_id for n in range(4)]


def test_each_row_may_get_an_account_of_its_own(deps: Deps, wire: Wire) -> None:
    start(deps, {"l0": "a1", "l1": "a2"})

    outbox.pump(deps, seconds=2)

    assert accounts(deps) == ["a1", "a2", None, None]


def test_a_row_that_somebody_else_changed_since_the_page_was_read_is_left_and_told_of(
    deps: Deps, wire: Wire
) -> None:
    page = events.newest_id(deps.db)
    assign(deps.acting_as(SAM), "l1", "a2")
    assign(deps, "l2", "a2")

    batch_id = start(deps, dict.fromkeys(["l0", "l1", "l2"], "a1"), as_of=page)

    outbox.pump(deps, seconds=2)
    assert accounts(deps) == ["a1", "a2", "a1", None]
    assert [row.id for row in bulk_assignments.result(deps, "e1", batch_id).left] == ["l1"]


def test_a_suggestion_never_replaces_an_account_that_was_chosen_meanwhile(deps: Deps, wire: Wire) -> None:
    assign(deps, "l1", "a2")

    bulk_assignments.use_suggestions(deps, "e1", Kind.BILLS, {"l0": "a1", "l1": "a1"}, form_key="k")

    outbox.pump(deps, seconds=2)
    assert accounts(deps) == ["a1", "a2", None, None]


def test_a_used_suggestion_keeps_its_reason(deps: Deps, wire: Wire) -> None:
    remember_questions.answer(deps, "e1", "Acme", "a1", yes=True)

    bulk_assignments.use_suggestions(deps, "e1", Kind.BILLS, {"l0": "a1"}, form_key="k")
    assignments.assign(deps, "e1", Kind.BILLS, "l1", account_id="a1", suggested=True)

    told = [
        event.details["suggestion"]["reason"]
        for event in events.find(deps.db, "e1", kinds=["account_assigned"])
    ]
    assert told == ["remembered", "remembered"]


def test_a_choice_that_only_looks_like_the_suggestion_is_the_persons_own(deps: Deps, wire: Wire) -> None:
    remember_questions.answer(deps, "e1", "Acme", "a1", yes=True)

    assign(deps, "l0", "a1")

    [event] = events.find(deps.db, "e1", kinds=["account_assigned"])
    assert event.details == {}


def test_a_stopped_batch_leaves_rows_as_they_stood(deps: Deps, wire: Wire) -> None:
    assign(deps, "l0", "a2")
    batch_id = start(deps, dict.fromkeys(["l0", "l1"], "a1"))

    progress = bulk_assignments.stop(deps, "e1", batch_id)

    assert (progress.stopped, progress.finished) == (2, True)
    assert [line(deps, one).state for one in ("l0", "l1")] == [AssignState.ASSIGNED, AssignState.NEEDS]
    assert accounts(deps) == ["a2", None, None, None]


def test_what_was_under_way_when_a_batch_was_stopped_is_let_go_once_it_fails(deps: Deps, wire: Wire) -> None:
    batch_id = start(deps, {"l0": "a1"})
    now = deps.clock()
    with write(deps.db):
        [row] = outbox_rows.claim(deps.db, now, now, 1)
    bulk_assignments.stop(deps, "e1", batch_id)
    assert line(deps, "l0").state is AssignState.SAVING
    with write(deps.db):
        outbox_rows.put_back(deps.db, row, now, now, error="no answer", status=None)

    assert bulk_assignments.settle_stopped(deps) == 1

    assert line(deps, "l0").state is AssignState.NEEDS


def test_a_batch_is_taken_back_as_a_whole_but_for_rows_that_were_changed_since(
    deps: Deps, wire: Wire
) -> None:
    assign(deps, "l0", "a2")
    batch_id = start(deps, dict.fromkeys(["l0", "l1", "l2"], "a1"))
    outbox.pump(deps, seconds=2)
    assign(deps, "l2", "a2")

    undoing = bulk_assignments.undo(deps, "e1", batch_id, "undo")

    outbox.pump(deps, seconds=2)
    assert accounts(deps) == ["a2", None, "a2", None]
    assert (undoing.total, undoing.details["left"]) == (2, 1)
    assert bulk_assignments.result(deps, "e1", batch_id).undone_by == undoing.id


def test_a_batch_that_is_still_being_saved_is_not_taken_back(deps: Deps) -> None:
    batch_id = start(deps, {"l0": "a1"})

    with pytest.raises(InputError, match="still being saved"):
        bulk_assignments.undo(deps, "e1", batch_id, "undo")


def test_a_batch_of_another_kind_or_business_is_not_there(deps: Deps) -> None:
    batch_id = start(deps, {"l0": "a1"})

    with pytest.raises(NotThereError):
        bulk_assignments.stop(deps, "e2", batch_id)


def test_the_first_account_of_a_row_is_taken_away_again(deps: Deps, wire: Wire) -> None:
    assign(deps, "l0", "a1")
    [event] = events.find(deps.db, "e1", kinds=["account_assigned"])

    outcome = assignments.undo(deps, "e1", Kind.BILLS, "l0", event.id)

    assert wire.patched[-1] == ("l0", {"ledger_account_id": None})
    assert (outcome.row.account_id, outcome.row.state) == (None, AssignState.NEEDS)


def test_a_service_that_takes_no_account_away_is_told_of_in_words_and_nothing_changes(
    deps: Deps, wire: Wire
) -> None:
    assign(deps, "l0", "a1")
    [event] = events.find(deps.db, "e1", kinds=["account_assigned"])
    wire.fails = [(422, "none is not an allowed value")]

    row = assignments.undo(deps, "e1", Kind.BILLS, "l0", event.id).row

    assert (row.refused, row.wanted_id, row.account_id) == (True, "", "a1")
    assert assignments.forget(deps, "e1", Kind.BILLS, "l0").shown_account_id == "a1"


def test_a_service_that_only_seems_to_take_an_account_away_is_not_believed(deps: Deps, wire: Wire) -> None:
    assign(deps, "l0", "a1")
    [event] = events.find(deps.db, "e1", kinds=["account_assigned"])
    wire.keeps_accounts = True

    row = assignments.undo(deps, "e1", Kind.BILLS, "l0", event.id).row

    assert (row.refused, row.error, row.account_id) == (True, "kept", "a1")


def test_a_change_is_not_taken_back_over_a_newer_one(deps: Deps, wire: Wire) -> None:
    assign(deps, "l0", "a1")
    [event] = events.find(deps.db, "e1", kinds=["account_assigned"])
    assign(deps.acting_as(SAM), "l0", "a2")

    outcome = assignments.undo(deps, "e1", Kind.BILLS, "l0", event.id)

    assert outcome.conflict
    assert outcome.by is not None
    assert (outcome.by.actor.name, line(deps, "l0").account_id) == ("Sam", "a2")


def test_a_change_is_not_taken_back_once_the_bill_is_sent(deps: Deps, wire: Wire) -> None:
    assign(deps, "l0", "a1")
    [event] = events.find(deps.db, "e1", kinds=["account_assigned"])
    with write(deps.db):
        mark_sent(deps.db, "bill-l0")

    with pytest.raises(InputError, match="sent already"):
        assignments.undo(deps, "e1", Kind.BILLS, "l0", event.id)


def test_a_change_of_another_row_or_business_is_not_there(deps: Deps, wire: Wire) -> None:
    assign(deps, "l0", "a1")
    [event] = events.find(deps.db, "e1", kinds=["account_assigned"])

    for entity_id, row_id in (("e1", "l1"), ("e2", "l0")):
        with pytest.raises(NotThereError):
            assignments.undo(deps, entity_id, Kind.BILLS, row_id, event.id)


def test_recent_changes_say_which_can_be_taken_back(deps: Deps, wire: Wire) -> None:
    assign(deps, "l0", "a1")
    assign(deps, "l0", "a2")
    batch_id = start(deps, dict.fromkeys(["l1", "l2"], "a1"), details={"account_id": "a1"})
    outbox.pump(deps, seconds=2)

    found = assignment_changes.listing(deps, "e1", Kind.BILLS)
    rows = assignment_changes.listing(deps, "e1", Kind.BILLS, batch_id=batch_id)

    told = [(one.batch is not None, one.event.was, one.event.became, one.can_undo) for one in found.changes]
    assert told == [(True, None, "a1", True), (False, "a1", "a2", True), (False, None, "a1", False)]
    assert sorted((one.event.object_id, one.can_undo) for one in rows.changes) == [("l1", True), ("l2", True)]


def test_after_the_same_choice_twice_for_a_supplier_it_is_asked_once(deps: Deps, wire: Wire) -> None:
    asked = []
    for n, account_id in enumerate(("a1", "a2", "a2")):
        assign(deps, f"l{n}", account_id)
        asked.append(remember_questions.after_row(deps, "e1", line(deps, f"l{n}")))
    remember_questions.answer(deps, "e1", "Acme", "a2", yes=False)
    assign(deps, "l3", "a2")
    again = remember_questions.after_row(deps, "e1", line(deps, "l3"))

    assert asked[:2] == [None, None]
    assert asked[2] is not None
    assert (asked[2].supplier, asked[2].account.id, again) == ("Acme", "a2", None)


def test_a_suppliers_lines_at_once_are_asked_about_too(deps: Deps) -> None:
    batch_id = start(deps, dict.fromkeys(["l0", "l1"], "a1"), details={"account_id": "a1"})
    batch = bulk_assignments.get(deps, "e1", batch_id)

    question = remember_questions.after_batch(deps, "e1", batch)

    assert question is not None
    assert (question.supplier, question.account.id) == ("Acme", "a1")


def test_lines_of_several_suppliers_at_once_are_not_asked_about(deps: Deps) -> None:
    with write(deps.db):
        add_line(deps.db, "other", supplier="Bolt")
    batch_id = start(deps, dict.fromkeys(["l0", "other"], "a1"), details={"account_id": "a1"})

    assert remember_questions.after_batch(deps, "e1", bulk_assignments.get(deps, "e1", batch_id)) is None


def test_a_yes_is_kept_with_who_said_it(deps: Deps) -> None:
    remember_questions.answer(deps.acting_as(SAM), "e1", "Acme", "a1", yes=True)

    kept = remembered_choices.find(deps.db, "e1", ["Acme"])["Acme"]
    assert (kept.account_id, kept.yes, kept.actor.name) == ("a1", True, "Sam")


def test_thousands_at_once_hold_the_store_only_for_moments(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    with write(deps.db):
        for n in range(2500):
            add_line(deps.db, f"many-{n:04}", supplier="Many")
    portions: list[int] = []
    make = choices.make_in_batch

    def watched(deps: Deps, entity_id: str, kind: Kind, made: list[Choice], batch_id: str) -> None:
        portions.append(len(made))
        make(deps, entity_id, kind, made, batch_id)

    monkeypatch.setattr(choices, "make_in_batch", watched)
    query = replace(AssignQuery(Kind.BILLS, AssignState.NEEDS), supplier="Many")

    batch = bulk_assignments.assign_many(deps, "e1", Kind.BILLS, query, account_id="a1", form_key="k")

    assert (batch.total, portions) == (2500, [1000, 1000, 500])


def test_a_batch_that_was_cut_off_while_it_was_noted_is_told_of_and_can_be_taken_back(
    deps: Deps, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_saves, "AT_ONCE", 2)
    make, calls = choices.make_in_batch, iter((True, False))

    def dies_later(deps: Deps, entity_id: str, kind: Kind, made: list[Choice], batch_id: str) -> None:
        if not next(calls):
            raise KeyboardInterrupt
        make(deps, entity_id, kind, made, batch_id)

    monkeypatch.setattr(choices, "make_in_batch", dies_later)
    with pytest.raises(KeyboardInterrupt):
        start(deps, dict.fromkeys(["l0", "l1", "l2"], "a1"))
    monkeypatch.undo()
    outbox.pump(deps, seconds=2)
    later = replace(deps, clock=Clock(deps.clock() + timedelta(minutes=11)))

    for _ in range(2):
        bulk_assignments.settle_stopped(later)

    [change] = assignment_changes.listing(deps, "e1", Kind.BILLS).changes
    assert (change.event.actor.name, change.event.note, change.can_undo) == ("Marie", "2", True)
    assert accounts(deps) == ["a1", "a1", None, None]


def test_a_stop_reaches_a_batch_that_is_still_being_noted(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_saves, "AT_ONCE", 2)
    make = choices.make_in_batch

    def stopped_at_once(deps: Deps, entity_id: str, kind: Kind, made: list[Choice], batch_id: str) -> None:
        make(deps, entity_id, kind, made, batch_id)
        batches.request_stop(deps.db, batch_id, deps.clock())

    monkeypatch.setattr(choices, "make_in_batch", stopped_at_once)

    batch_id = start(deps, dict.fromkeys(["l0", "l1", "l2"], "a1"))

    assert bulk_assignments.get(deps, "e1", batch_id).total == 2
