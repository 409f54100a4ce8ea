"""Handled elsewhere, and notes: what people say about a record stays, whatever is read again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import InputError
from app.domain.record_lists import RecordLine
from app.domain.synced_records import RecordState
from app.services import record_marks, sightings
from app.services.deps import Deps
from app.store import automatic_tries, events, record_lists, record_notes
from app.store.database import write
from tests.factories import Clock, make_deps
from tests.log_samples import NOW, add_books, add_record
from tests.records import make_record


@pytest.fixture
def deps(db: Database, settings: Settings) -> Deps:
    with write(db):
        add_books(db)
    return make_deps(db, settings, clock=Clock(NOW))


def line(deps: Deps, record_id: str = "1") -> RecordLine:
    found = record_lists.get(deps.db, "e1", record_id)
    assert found is not None
    return found


def see(deps: Deps, status: str, error: str | None) -> None:
    seen = make_record(
        "1", object_id="bill-1", sync_status=status, error_text=error, updated_at=NOW, created_at=NOW
    )
    with write(deps.db):
        sightings.records(deps.db, "e1", [(seen, {})], NOW + timedelta(seconds=1))


def test_a_record_handled_elsewhere_is_left_out_and_the_history_says_who_and_why(deps: Deps) -> None:
    add_record(deps.db, "1")

    marked = record_marks.mark_handled(deps, "e1", ["1"], record_marks.BY_HAND)

    assert marked == 1
    assert line(deps).state is RecordState.LEFT_OUT
    told = record_marks.handled(deps, line(deps))
    assert told == record_marks.Handled("by_hand", "", deps.actor.name, NOW)
    event = events.latest(deps.db, "e1", "handled_elsewhere")
    assert event is not None
    assert (event.was, event.became, event.note) == ("TAX_NO_MATCH", "by_hand", "Bill 1")


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        ("error", "Tax rate does not exist", RecordState.LEFT_OUT),
        ("error", "Too many requests", RecordState.LEFT_OUT),
        ("pending", None, RecordState.LEFT_OUT),
        ("done", None, RecordState.SENT),
    ],
)
def test_a_read_keeps_it_left_out_unless_it_arrived(
    deps: Deps, status: str, error: str | None, state: RecordState
) -> None:
    add_record(deps.db, "1")
    record_marks.mark_handled(deps, "e1", ["1"], record_marks.NOT_WANTED)

    see(deps, status, error)

    assert line(deps).state is state
    assert bool(line(deps).handled) is (state is RecordState.LEFT_OUT)
    assert automatic_tries.next_at(deps.db, ["1"]) == {}


def test_it_can_be_taken_back(deps: Deps) -> None:
    add_record(deps.db, "1")
    record_marks.mark_handled(deps, "e1", ["1"], record_marks.OTHER, "  Paid  in cash ")
    assert line(deps).handled == "other:Paid in cash"

    record_marks.take_back(deps, "e1", "1")

    assert (line(deps).state, line(deps).problem) == (RecordState.ATTENTION, "TAX_NO_MATCH")
    assert events.latest(deps.db, "e1", "handled_taken_back") is not None


def test_what_is_sent_or_on_its_way_or_of_somebody_else_is_passed_over(deps: Deps) -> None:
    add_record(deps.db, "1", sync_status="done")
    add_record(deps.db, "2", sync_status="pending")
    add_record(deps.db, "3", entity_id="e2")
    add_record(deps.db, "4", error_text="Document is paid and cannot be edited")

    assert record_marks.mark_handled(deps, "e1", ["1", "2", "3", "4"], record_marks.BY_HAND) == 1


def test_a_planned_try_is_called_off(deps: Deps) -> None:
    see(deps, "error", "Too many requests")
    assert "1" in automatic_tries.next_at(deps.db, ["1"])

    record_marks.mark_handled(deps, "e1", ["1"], record_marks.BY_HAND)

    assert automatic_tries.next_at(deps.db, ["1"]) == {}
    assert line(deps).state is RecordState.LEFT_OUT


@pytest.mark.parametrize(("why", "words"), [("", ""), ("because", ""), ("other", " ")])
def test_it_needs_a_reason(deps: Deps, why: str, words: str) -> None:
    add_record(deps.db, "1")

    with pytest.raises(InputError):
        record_marks.mark_handled(deps, "e1", ["1"], why, words)

    assert line(deps).state is RecordState.ATTENTION


def test_notes_are_kept_newest_first_with_who_and_when(deps: Deps) -> None:
    add_record(deps.db, "1")

    record_marks.add_note(deps, "e1", "1", " Asked Priya. ")
    record_marks.add_note(deps, "e1", "1", "She will look.")

    found = record_notes.find(deps.db, "1")
    assert [(note.text, note.actor.name, note.at) for note in found] == [
        ("She will look.", deps.actor.name, NOW),
        ("Asked Priya.", deps.actor.name, NOW),
    ]


@pytest.mark.parametrize("text", [" ", "x" * 2001])
def test_a_note_is_neither_empty_nor_endless(deps: Deps, text: str) -> None:
    add_record(deps.db, "1")

    with pytest.raises(InputError):
        record_marks.add_note(deps, "e1", "1", text)
