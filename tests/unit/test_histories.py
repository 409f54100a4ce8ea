"""What happened lately, as people tell it: bulk changes are one line, and nobody reads ids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.assignables import Kind
from app.domain.events import ASSIGNED, RETRIED, UNDONE, Event, Told, told
from app.domain.people import Actor, Role
from app.services import bulk_assignments, histories
from app.services.deps import Deps
from app.store import events
from tests.factories import MARIE, NOW, make_deps
from tests.log_samples import add_bill, add_books

SAM = Actor("Sam", Role.BOOKKEEPER, "e1")


@pytest.fixture
def deps(db: Database, settings: Settings) -> Deps:
    add_books(db)
    return make_deps(db, settings)


def make_event(minutes: float, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": 1,
        "entity_id": "e1",
        "at": NOW - timedelta(minutes=minutes),
        "kind": ASSIGNED,
        "actor": MARIE,
        "object_type": "line_item",
        "became": "account-310",
    }
    return Event(**(values | changes))


def test_a_bulk_assignment_is_one_line_with_the_account_by_name(deps: Deps) -> None:
    for name in ("b1", "b2"):
        add_bill(deps.db, name, {"ledger_account_id": None}, {"ledger_account_id": None})
    lines = [f"{bill}-line-{n}" for bill in ("b1", "b2") for n in (0, 1)]

    bulk_assignments.assign_many(deps, "e1", Kind.BILLS, lines, account_id="account-310", form_key="f")

    [line] = histories.latest(deps, "e1", 5)
    assert (line.account, line.times, line.object_type) == ("310 Cost of goods sold", 4, "line_item")
    assert line.actor.name == "Marie"


def test_the_parts_of_a_bulk_assignment_stay_on_record(deps: Deps) -> None:
    add_bill(deps.db, "b1", {"ledger_account_id": None})

    bulk_assignments.assign_many(
        deps, "e1", Kind.BILLS, ["b1-line-0"], account_id="account-310", form_key="f"
    )

    assert len(events.find(deps.db, "e1", kinds=[ASSIGNED], object_id="b1-line-0")) == 1


def test_one_assignment_names_what_it_was_given_to() -> None:
    [line] = told([make_event(0, note="Oat milk")], 5)

    assert (line.note, line.times, line.account_id) == ("Oat milk", 1, "account-310")


def test_bulk_assignments_one_after_the_other_are_one_line() -> None:
    made = [make_event(0, note="a"), make_event(1, note="b"), make_event(2, note="c")]

    assert told(made, 5) == [
        Told(
            at=NOW,
            kind=ASSIGNED,
            actor=MARIE,
            object_type="line_item",
            account_id="account-310",
            times=3,
        )
    ]


def test_different_accounts_in_one_line_name_none() -> None:
    [line] = told([make_event(0), make_event(1, became="account-404"), make_event(2)], 5)

    assert (line.account_id, line.times) == (None, 3)


@pytest.mark.parametrize(
    "other",
    [
        {"actor": SAM},
        {"object_type": "product"},
        {"at": NOW - timedelta(hours=2)},
        {"kind": "connected"},
        {"kind": RETRIED},
    ],
)
def test_what_is_another_piece_of_work_is_another_line(other: dict[str, Any]) -> None:
    assert len(told([make_event(0), make_event(1, **other)], 5)) == 2


def test_a_line_whose_beginning_was_not_read_says_at_least() -> None:
    whole = told([make_event(0), make_event(1)], 5)
    cut = told([make_event(0), make_event(1)], 5, cut=True)

    assert (whole[0].times_text, cut[0].times_text) == ("2", "2+")


def test_what_was_put_back_is_not_told_as_assigned_and_stays_apart_from_what_was() -> None:
    lines = told([make_event(1, details={"undoes": 7}, became=None), make_event(2), make_event(3)], 5)

    assert [(line.kind, line.times) for line in lines] == [(UNDONE, 1), (ASSIGNED, 2)]
