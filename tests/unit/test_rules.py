"""Reading, saving, holding and releasing what is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.effects import fingerprint, with_ticks
from app.domain.sync_rules import NOTHING, USUAL, SyncRules
from app.services import outbox, rules
from app.services.deps import Deps
from app.store import events, holds, rule_saves, sync_rules
from tests.factories import Clock, make_deps, make_settings
from tests.wire import Wire, on_the_wire

FEW = SyncRules(("waiting_to_be_paid",), ("issued",))
MORE = SyncRules(("waiting_to_be_paid", "paid"), ("issued",))


@pytest.fixture
def wire() -> Iterator[Wire]:
    with on_the_wire() as wire:
        yield wire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Iterator[Deps]:
    deps = make_deps(db, settings, clock=clock)
    yield deps
    deps.monite.close()


def test_holding_empties_the_lists_and_keeps_them_for_later(deps: Deps, wire: Wire) -> None:
    result = rules.hold(deps, "e1", "before connecting")

    held = holds.find(deps.db, "e1")
    assert (result.confirmed, result.supported) == (True, True)
    assert wire.rules == {"payable": [], "receivable": []}
    assert held is not None
    assert held.rules == FEW


def test_holding_twice_keeps_the_lists_of_the_first_time(deps: Deps, wire: Wire) -> None:
    rules.hold(deps, "e1", "before connecting")
    again = rules.hold(deps, "e1", "before connecting")

    held = holds.find(deps.db, "e1")
    assert again.confirmed
    assert held is not None
    assert held.rules == FEW
    assert len(events.find(deps.db, "e1", kinds=["sending_held"])) == 1


def test_a_hold_is_not_confirmed_when_the_lists_read_back_filled(deps: Deps, wire: Wire) -> None:
    wire.ignores_changes = True

    result = rules.hold(deps, "e1", "a person asked")

    assert (result.confirmed, result.supported) == (False, True)
    assert "could not pause" in result.words


def test_a_hold_that_nobody_answered_is_put_in_place_later(deps: Deps, wire: Wire, clock: Clock) -> None:
    wire.is_down = True
    first = rules.hold(deps, "e1", "a person asked")
    wire.is_down = False
    clock.advance(60)

    outbox.pump(deps, seconds=2)

    held = holds.find(deps.db, "e1")
    assert not first.confirmed
    assert held is not None
    assert held.confirmed_at is not None
    assert held.rules == FEW


def test_a_version_without_rules_cannot_hold(db: Database, settings: Settings) -> None:
    settings = make_settings(settings.instance, monite_api_version="2024-05-25")
    deps = make_deps(db, settings)

    result = rules.hold(deps, "e1", "before connecting")

    assert (result.confirmed, result.supported) == (False, False)
    assert holds.find(db, "e1") is None


def test_an_api_that_has_no_rules_leaves_nothing_on_hold(deps: Deps, wire: Wire) -> None:
    wire.fails = [(404, "Not found")]

    result = rules.hold(deps, "e1", "before connecting")

    assert (result.confirmed, result.supported) == (False, False)
    assert holds.find(deps.db, "e1") is None


def test_saving_ends_the_hold_and_puts_the_lists_in_place(deps: Deps, wire: Wire) -> None:
    rules.hold(deps, "e1", "before connecting")

    view = rules.save(deps, "e1", MORE, fingerprint(FEW))

    assert set(wire.rules["payable"]) == {"waiting_to_be_paid", "paid"}
    assert (view.hold, view.shown) == (None, MORE)
    assert view.saved is not None
    assert view.saved.confirmed_at is not None


def test_releasing_puts_back_what_was_sent_before(deps: Deps, wire: Wire) -> None:
    rules.hold(deps, "e1", "a person asked")

    rules.release(deps, "e1")

    assert wire.rules == {"payable": ["waiting_to_be_paid"], "receivable": ["issued"]}
    assert holds.find(deps.db, "e1") is None
    assert [e.kind for e in rules.history(deps, "e1")] == ["sending_resumed", "sending_held"]


def test_rules_that_somebody_changed_meanwhile_are_not_overwritten(deps: Deps, wire: Wire) -> None:
    wire.rules = {"payable": ["paid"], "receivable": []}

    with pytest.raises(rules.RulesChangedError) as caught:
        rules.save(deps, "e1", MORE, fingerprint(FEW))

    assert caught.value.theirs == SyncRules(("paid",), ())
    assert wire.patched == []


def test_a_save_that_reads_back_differently_is_not_called_confirmed(deps: Deps, wire: Wire) -> None:
    wire.ignores_changes = True

    view = rules.save(deps, "e1", MORE, fingerprint(FEW))

    assert view.differs
    assert view.reported == FEW


def test_a_save_that_nobody_answered_is_kept_and_sent_later(deps: Deps, wire: Wire, clock: Clock) -> None:
    rules.look(deps, "e1")
    wire.is_down = True
    waiting = rules.save(deps, "e1", MORE, fingerprint(FEW))
    wire.is_down = False
    clock.advance(60)
    outbox.pump(deps, seconds=2)

    assert waiting.pending == MORE
    assert set(wire.rules["payable"]) == {"waiting_to_be_paid", "paid"}
    saved = rule_saves.find(deps.db, "e1")
    assert saved is not None
    assert saved.confirmed_at is not None


def test_a_refused_save_says_why(deps: Deps, wire: Wire) -> None:
    wire.refuses_changes = (422, "unknown status")

    view = rules.save(deps, "e1", MORE, fingerprint(FEW))

    assert view.refusal == "unknown status"
    assert view.saved is not None
    assert view.saved.confirmed_at is None


def test_no_boxes_are_shown_when_the_rules_cannot_be_read(deps: Deps, wire: Wire) -> None:
    wire.is_down = True

    view = rules.look(deps, "e1")

    assert view.supported
    assert view.shown is None


def test_the_usual_set_is_kept_when_nothing_was_ever_read(deps: Deps, wire: Wire) -> None:
    wire.is_down = True

    rules.hold(deps, "e1", "before connecting")

    held = holds.find(deps.db, "e1")
    assert held is not None
    assert held.rules == USUAL
    assert sync_rules.find(deps.db, "e1") is None


def test_a_status_without_a_box_stays_as_it_was() -> None:
    shown = SyncRules(("paid", "new"), ())

    assert with_ticks(shown, ["waiting_to_be_paid"], []) == SyncRules(("waiting_to_be_paid", "new"), ())


def test_while_on_hold_everything_ticked_is_reviewed_as_a_start(deps: Deps, wire: Wire) -> None:
    rules.hold(deps, "e1", "before connecting")

    found = rules.review(rules.look(deps, "e1"), FEW)

    assert [(c.kind, c.status, c.starts) for c in found] == [
        ("payable", "waiting_to_be_paid", True),
        ("receivable", "issued", True),
    ]
    assert rules.review(rules.look(deps, "e1"), NOTHING) == []


def held_elsewhere(deps: Deps, wire: Wire) -> None:
    """Monite's lists are empty, and nobody here has ever asked for that."""
    wire.rules = {"payable": [], "receivable": []}
    rules.look(deps, "e1")


def test_empty_lists_are_a_hold_although_nobody_asked_for_it_here(deps: Deps, wire: Wire) -> None:
    held_elsewhere(deps, wire)

    view = rules.from_store(deps, "e1")

    assert view.hold is not None
    assert (view.hold.is_ours, view.hold.rules, view.shown) == (False, USUAL, USUAL)


def test_releasing_what_was_held_elsewhere_puts_the_usual_set_in_place(deps: Deps, wire: Wire) -> None:
    held_elsewhere(deps, wire)

    view = rules.release(deps, "e1")

    assert SyncRules(tuple(wire.rules["payable"]), tuple(wire.rules["receivable"])).same_as(USUAL)
    assert view.hold is None
    assert [e.kind for e in rules.history(deps, "e1")] == ["sending_resumed"]


def test_what_was_saved_here_comes_back_when_somebody_emptied_the_lists_elsewhere(
    deps: Deps, wire: Wire
) -> None:
    rules.save(deps, "e1", MORE, fingerprint(FEW))
    held_elsewhere(deps, wire)

    rules.release(deps, "e1")

    assert set(wire.rules["payable"]) == {"waiting_to_be_paid", "paid"}


def test_holding_what_is_held_elsewhere_keeps_the_usual_set_for_later(deps: Deps, wire: Wire) -> None:
    held_elsewhere(deps, wire)

    rules.hold(deps, "e1", "before connecting")

    held = holds.find(deps.db, "e1")
    assert held is not None
    assert held.rules == USUAL


def test_nothing_saved_on_purpose_is_no_hold(deps: Deps, wire: Wire) -> None:
    view = rules.save(deps, "e1", NOTHING, fingerprint(FEW))

    assert view.hold is None
    assert rules.release(deps, "e1").shown == NOTHING


def test_history_says_on_hold_once_it_is_confirmed(deps: Deps, wire: Wire, clock: Clock) -> None:
    wire.is_down = True
    rules.hold(deps, "e1", "a person asked")
    before = [e.kind for e in rules.history(deps, "e1")]
    wire.is_down = False
    clock.advance(60)
    outbox.pump(deps, seconds=2)

    [event] = rules.history(deps, "e1")

    assert before == []
    assert (event.kind, event.note) == ("sending_held", "a person asked")
    assert SyncRules.from_text(event.was) == FEW


def test_while_a_hold_is_not_confirmed_sending_is_not_called_idle(deps: Deps, wire: Wire) -> None:
    wire.ignores_changes = True

    rules.hold(deps, "e1", "a person asked")

    assert not rules.from_store(deps, "e1").idle
