"""Which record is good to try first, and the steps that let it out and hold everything again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import InputError
from app.domain.first_sends import Candidate, Outcome, Phase, Result, in_order, reasons
from app.domain.sync_rules import NOTHING, USUAL, SyncRules
from app.services import first_send_steps, first_sends, outbox, rules
from app.services.deps import Deps
from app.store import first_sends as store
from app.store import holds, sync_rules
from app.store.database import write
from tests.factories import NOW, Clock, make_deps
from tests.log_samples import add_bill, add_books, add_record
from tests.wire import Wire, on_the_wire

HELD: dict[str, list[str]] = {"payable": [], "receivable": []}
PAID_ONLY = {"payable": ["paid"], "receivable": []}


def make_candidate(candidate_id: str, **changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "object_type": "bill",
        "id": candidate_id,
        "status": "paid",
        "number": candidate_id,
        "party": "Acme Dairy",
        "amount": 1000,
        "currency": "GBP",
        "date": None,
        "company": 3,
        "lines": 1,
    }
    return Candidate(**(values | changes))


def test_the_best_to_try_goes_with_few_and_is_simple_usual_and_small() -> None:
    found = [
        make_candidate("large", amount=9000),
        make_candidate("two-lines", lines=2),
        make_candidate("usual", of_party=4, amount=5000),
        make_candidate("alone", company=0, lines=5, amount=9999),
        make_candidate("small"),
    ]

    assert [one.id for one in in_order(found)] == ["alone", "usual", "small", "large", "two-lines"]


def test_each_reason_is_said_only_where_it_holds() -> None:
    found = [make_candidate("a", company=0, of_party=2), make_candidate("b", lines=3, amount=7000)]

    assert reasons(found[0], found) == ["alone", "one_line", "usual", "small"]
    assert reasons(found[1], found) == []


@pytest.fixture
def wire() -> Iterator[Wire]:
    with on_the_wire() as wire:
        wire.rules = dict(HELD)
        yield wire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Iterator[Deps]:
    """One bill that goes alone by its status, one that was tried before, and everything on hold."""
    deps = make_deps(db, settings, clock=clock)
    with write(db):
        db.execute(
            "INSERT INTO entities (id, name, status, raw, seen_at) VALUES ('e1', 'Harbour', '', '{}', '')"
        )
        add_books(db)
        sync_rules.save(db, "e1", NOTHING, NOW)
        holds.start(db, "e1", USUAL, reason="before connecting", now=NOW, by="Marie")
        holds.confirm(db, "e1", NOW)
        add_bill(db, "fresh", {}, status="paid")
    yield deps
    deps.monite.close()


def arrives(wire: Wire, clock: Clock, object_id: str, status: str, record_id: str = "r1") -> None:
    """From now on Monite lists a record of this bill."""
    at = clock().isoformat()
    wire.records = [
        {
            "id": record_id,
            "object_type": "bill",
            "object_id": object_id,
            "sync_status": status,
            "created_at": at,
            "updated_at": at,
            "last_pulled_at": at,
            "errors": {"message": "Tax rate does not exist"} if status == "error" else None,
        }
    ]


def go_on(deps: Deps, clock: Clock) -> tuple[Phase, Result]:
    """What the worker does a moment later."""
    clock.advance(5)
    outbox.pump(deps, seconds=1)
    first_send_steps.follow_all(deps)
    send = store.find(deps.db, "e1")
    assert send is not None
    return send.phase, send.result


def test_one_status_is_let_out_until_the_record_has_arrived(deps: Deps, wire: Wire, clock: Clock) -> None:
    first_sends.start(deps, "e1", "bill:fresh")
    let_out = dict(wire.rules)
    waiting = go_on(deps, clock)
    arrives(wire, clock, "fresh", "pending")
    on_its_way = go_on(deps, clock)
    arrives(wire, clock, "fresh", "done")
    arrived = go_on(deps, clock)

    ended = go_on(deps, clock)

    assert arrived == (Phase.SENDING, Result.SENT)
    assert let_out == PAID_ONLY
    assert (waiting, on_its_way) == ((Phase.SENDING, Result.UNKNOWN), (Phase.SENDING, Result.UNKNOWN))
    assert ended == (Phase.CLOSED, Result.SENT)
    assert wire.rules == HELD
    held = rules.from_store(deps, "e1").hold
    assert held is not None
    assert held.rules == USUAL
    assert held.confirmed_at is not None
    assert [event.kind for event in rules.history(deps, "e1")] == ["sending_held", "first_send_started"]


def test_what_stops_leaves_everything_on_hold(deps: Deps, wire: Wire, clock: Clock) -> None:
    first_sends.start(deps, "e1", "bill:fresh")
    arrives(wire, clock, "fresh", "error")
    go_on(deps, clock)

    assert go_on(deps, clock) == (Phase.CLOSED, Result.FAILED)
    assert wire.rules == HELD
    with pytest.raises(InputError, match="Nothing has arrived"):
        first_sends.right(deps, "e1", ["contact", "account", "tax", "total"])


def test_what_was_refused_for_something_inactive_there_is_not_offered(deps: Deps, wire: Wire) -> None:
    with write(deps.db):
        for name, why in (("fine", "Tax rate does not exist"), ("inactive", "This has been made inactive.")):
            add_bill(deps.db, name, {})
            add_record(deps.db, name, object_id=name, object_status="waiting_to_be_paid", error_text=why)

    offered = [one.id for one in first_sends.view(deps, "e1").candidates if one.record_id]

    assert offered == ["fine"]


def test_what_was_tried_before_is_pushed_alone(deps: Deps, wire: Wire, clock: Clock) -> None:
    with write(deps.db):
        add_bill(deps.db, "tried", {})
        add_record(deps.db, "r1", object_id="tried", object_status="waiting_to_be_paid")
    arrives(wire, clock, "tried", "pending")

    first_sends.start(deps, "e1", "bill:tried")
    on_its_way = go_on(deps, clock)
    clock.advance(60)
    arrives(wire, clock, "tried", "done")
    go_on(deps, clock)

    assert (wire.pushed, wire.syncs) == (["r1"], 0)
    assert on_its_way == (Phase.SENDING, Result.UNKNOWN)
    assert go_on(deps, clock) == (Phase.CLOSED, Result.SENT)


def test_a_service_that_is_away_is_asked_once_it_is_back(deps: Deps, wire: Wire, clock: Clock) -> None:
    wire.is_down = True
    first_sends.start(deps, "e1", "bill:fresh")
    before = store.find(deps.db, "e1")
    wire.is_down = False
    arrives(wire, clock, "fresh", "done")

    for _ in range(2):
        go_on(deps, clock)

    assert before is not None
    assert before.phase is Phase.OPENING
    assert go_on(deps, clock) == (Phase.CLOSED, Result.SENT)
    assert (wire.syncs, wire.rules) == (1, HELD)


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.SENDING, Phase.CLOSING])
def test_whoever_was_killed_in_between_is_taken_over(
    deps: Deps, wire: Wire, clock: Clock, phase: Phase
) -> None:
    wire.is_down = True
    first_sends.start(deps, "e1", "bill:fresh")
    with write(deps.db):
        store.move(deps.db, "e1", Phase.OPENING, phase)
        store.asked(deps.db, "e1", clock())
    wire.is_down = False
    arrives(wire, clock, "fresh", "done")
    for _ in range(2):
        go_on(deps, clock)

    ended = go_on(deps, clock)

    assert ended[0] is Phase.CLOSED
    assert wire.rules == HELD


def test_lists_that_cannot_be_changed_send_nothing(deps: Deps, wire: Wire, clock: Clock) -> None:
    wire.ignores_changes = True

    first_sends.start(deps, "e1", "bill:fresh")

    assert go_on(deps, clock) == (Phase.CLOSED, Result.REFUSED)
    assert wire.syncs == 0


def test_what_never_begins_is_not_waited_for(deps: Deps, wire: Wire, clock: Clock) -> None:
    first_sends.start(deps, "e1", "bill:fresh")
    clock.advance(16 * 60)

    assert go_on(deps, clock) == (Phase.CLOSED, Result.STOPPED)
    assert wire.rules == HELD


def test_those_that_go_with_it_arrive_before_all_is_held_again(deps: Deps, wire: Wire, clock: Clock) -> None:
    with write(deps.db):
        add_bill(deps.db, "other", {}, status="paid")
    send = first_sends.start(deps, "e1", "bill:fresh")
    arrives(wire, clock, "fresh", "done")
    mine = wire.records
    arrives(wire, clock, "other", "pending", "r2")
    wire.records += mine
    waits = [go_on(deps, clock), go_on(deps, clock)]
    held_meanwhile = wire.rules
    clock.advance(60)
    arrives(wire, clock, "other", "done", "r2")

    assert send.company == 1
    assert waits == [(Phase.SENDING, Result.SENT)] * 2
    assert held_meanwhile == PAID_ONLY
    assert go_on(deps, clock)[0] is Phase.CLOSED


def test_while_nobody_answers_the_others_are_not_taken_for_arrived(
    deps: Deps, wire: Wire, clock: Clock
) -> None:
    first_sends.start(deps, "e1", "bill:fresh")
    arrives(wire, clock, "fresh", "done")
    go_on(deps, clock)
    wire.is_down = True
    waits = go_on(deps, clock)
    wire.is_down = False

    assert waits == (Phase.SENDING, Result.SENT)
    assert go_on(deps, clock)[0] is Phase.CLOSED


def test_nobody_waits_for_ever_for_those_that_go_with_it(deps: Deps, wire: Wire, clock: Clock) -> None:
    with write(deps.db):
        add_bill(deps.db, "other", {}, status="paid")
    first_sends.start(deps, "e1", "bill:fresh")
    with write(deps.db):
        add_record(deps.db, "r2", object_id="other", sync_status="pending")
    arrives(wire, clock, "fresh", "done")
    waits = go_on(deps, clock)
    clock.advance(16 * 60)

    assert waits[0] is Phase.SENDING
    assert go_on(deps, clock)[0] is Phase.CLOSED


def test_who_releases_sending_meanwhile_is_not_undone(deps: Deps, wire: Wire, clock: Clock) -> None:
    first_sends.start(deps, "e1", "bill:fresh")

    rules.release(deps, "e1")
    arrives(wire, clock, "fresh", "done")

    assert go_on(deps, clock)[0] is Phase.CLOSED
    assert SyncRules(tuple(wire.rules["payable"]), tuple(wire.rules["receivable"])).same_as(USUAL)


def test_when_it_is_right_sending_starts_with_the_lists_that_were_kept(
    deps: Deps, wire: Wire, clock: Clock
) -> None:
    first_sends.start(deps, "e1", "bill:fresh")
    arrives(wire, clock, "fresh", "done")
    go_on(deps, clock)

    first_sends.right(deps, "e1", ["contact", "account", "tax", "total"])

    send = store.find(deps.db, "e1")
    assert send is not None
    assert send.outcome is Outcome.RIGHT
    assert SyncRules(tuple(wire.rules["payable"]), tuple(wire.rules["receivable"])).same_as(USUAL)
    assert rules.from_store(deps, "e1").hold is None


def test_nothing_goes_first_while_sending_is_not_on_hold(deps: Deps, wire: Wire) -> None:
    rules.release(deps, "e1")

    with pytest.raises(InputError, match="Nothing can be sent first now"):
        first_sends.start(deps, "e1", "bill:fresh")
