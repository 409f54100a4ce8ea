"""What only had bad luck is tried again by itself, three times, and only where it may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import responses
from sqlite_utils import Database

from app.config import Settings
from app.domain.automatic_tries import HEALS, WAITS
from app.domain.people import SYSTEM
from app.domain.record_lists import RecordLine
from app.domain.synced_records import RecordState
from app.jobs import worker
from app.services import automatic_tries, outbox, retries, sightings
from app.services.deps import Deps
from app.store import automatic_tries as stored
from app.store import outbox as rows
from app.store import record_lists, record_tries
from app.store.database import to_text, write
from tests.factories import Clock, make_deps
from tests.log_samples import NOW, add_bill, add_books, add_record
from tests.records import make_record

BASE = "http://127.0.0.1:1/v1"
RECORDS = f"{BASE}/accounting_synced_records"
BUSY = "Too many requests"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Deps:
    with write(db):
        db.execute(
            "INSERT INTO entities (id, name, status, raw, seen_at)"
            " VALUES ('e1', 'Coffee', 'active', '{}', ?)",
            [to_text(NOW)],
        )
        add_books(db)
    return make_deps(db, settings, clock=clock)


@pytest.fixture
def monite(clock: Clock) -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(f"{BASE}/auth/token", json={"access_token": "t", "expires_in": 1800})
        yield mock


def answer(record_id: str, status: str, at: datetime, error: str | None = None) -> dict[str, object]:
    return {
        "id": record_id,
        "object_type": "bill",
        "object_id": f"bill-{record_id}",
        "sync_status": status,
        "errors": {"message": error} if error else None,
        "last_pulled_at": to_text(at),
        "created_at": to_text(NOW),
        "updated_at": to_text(at),
        "platform": "xero",
        "platform_object_id": None,
    }


def see(deps: Deps, record_id: str, *, error: str | None = BUSY, status: str = "error") -> None:
    """The record is seen at Monite, changed just now."""
    seen = make_record(
        record_id,
        object_id=f"bill-{record_id}",
        sync_status=status,
        error_text=error,
        updated_at=deps.clock(),
        created_at=NOW,
    )
    with write(deps.db):
        sightings.records(deps.db, "e1", [(seen, {})], deps.clock())


def line(deps: Deps, record_id: str = "1") -> RecordLine:
    found = record_lists.get(deps.db, "e1", record_id)
    assert found is not None
    return found


def planned_in(deps: Deps, record_id: str = "1") -> timedelta | None:
    at = stored.next_at(deps.db, [record_id]).get(record_id)
    return at - deps.clock() if at else None


def pushes(monite: responses.RequestsMock) -> int:
    return sum(1 for call in monite.calls if "/push" in str(call.request.url))


def test_what_heals_by_itself_waits_for_its_next_try(deps: Deps) -> None:
    see(deps, "1")

    assert set(HEALS) >= {"LIMIT", "DOWN"}
    assert line(deps).state is RecordState.WAITING
    assert planned_in(deps) == timedelta(minutes=1)


def test_it_is_tried_after_1_5_and_30_minutes_and_then_a_person_decides(
    deps: Deps, clock: Clock, monite: responses.RequestsMock
) -> None:
    add_bill(deps.db, "bill-1", {})
    see(deps, "1")
    waits = []
    while (wait := planned_in(deps)) is not None:
        waits.append(wait)
        clock.advance(wait.total_seconds() - 1)
        outbox.pump(deps, 0.2)
        assert pushes(monite) == len(waits) - 1, "it was sent before its time"
        clock.advance(1)
        monite.upsert("POST", f"{RECORDS}/1/push", json=answer("1", "error", clock.now, BUSY))
        outbox.pump(deps, 0.2)

    assert tuple(waits) == WAITS
    assert pushes(monite) == 3
    assert (line(deps).state, line(deps).problem) == (RecordState.ATTENTION, "LIMIT")
    tries = record_tries.find(deps.db, "1")
    assert [one.actor.name for one in tries[:3]] == [SYSTEM.name] * 3
    worker.ROUNDS["watches"](deps)
    assert planned_in(deps) is None


@pytest.mark.parametrize(
    "error", ["Request timed out: no response", "Tax rate does not exist", "Something new"]
)
def test_what_may_have_arrived_or_needs_a_hand_is_never_tried_by_itself(deps: Deps, error: str) -> None:
    see(deps, "1", error=error)
    worker.ROUNDS["watches"](deps)

    assert planned_in(deps) is None
    assert line(deps).state is RecordState.ATTENTION


def test_what_stopped_days_ago_is_left_to_a_person(deps: Deps) -> None:
    add_record(deps.db, "1", error_text=BUSY, minutes=60 * 25)

    automatic_tries.look_after(deps)

    assert planned_in(deps) is None


def test_what_the_rules_leave_out_is_not_tried_by_itself(deps: Deps) -> None:
    add_bill(deps.db, "bill-1", {}, status="draft")

    see(deps, "1")

    assert planned_in(deps) is None


@pytest.mark.parametrize(
    "blocked",
    [
        """
        INSERT INTO carry_overs (id, entity_id, before_connection_id, before_accounts, used, held, unasked,
            started_at, started_by) VALUES ('o1', 'e1', 'c0', 0, '[]', 0, 1, '2025-05-09', 'automatic')
        """,
        "UPDATE connections SET status = 'deauthorized'",
        "UPDATE sync_rules SET payable = '[]', receivable = '[]'",
    ],
)
def test_nothing_is_tried_by_itself_while_held_disconnected_or_unchecked_and_it_goes_on_afterwards(
    deps: Deps, monite: responses.RequestsMock, clock: Clock, blocked: str
) -> None:
    see(deps, "1")
    before = deps.db.execute("SELECT payable, receivable FROM sync_rules").fetchone()
    deps.db.execute(blocked)
    clock.advance(61)

    outbox.pump(deps, 0.2)

    assert pushes(monite) == 0
    assert (line(deps).state, line(deps).automatic_tries) == (RecordState.ATTENTION, 0)
    assert len(record_tries.find(deps.db, "1")) == 1, "what was called off counts as a try"
    deps.db.execute("UPDATE connections SET status = 'connected'")
    deps.db.execute("DELETE FROM carry_overs")
    deps.db.execute("UPDATE sync_rules SET payable = ?, receivable = ?", before)
    automatic_tries.look_after(deps)
    assert planned_in(deps) == timedelta(minutes=1)


def test_a_planned_try_is_called_off_as_soon_as_sending_is_held(deps: Deps) -> None:
    see(deps, "1")
    deps.db.execute("UPDATE sync_rules SET payable = '[]', receivable = '[]'")

    automatic_tries.look_after(deps)

    assert planned_in(deps) is None
    assert line(deps).state is RecordState.ATTENTION


def test_a_persons_retry_takes_over_and_makes_no_second_push(
    deps: Deps, monite: responses.RequestsMock, clock: Clock
) -> None:
    see(deps, "1")
    monite.post(f"{RECORDS}/1/push", json=answer("1", "pending", NOW))

    retries.retry(deps, "e1", "1")
    clock.advance(3600)
    outbox.pump(deps, 0.2)

    assert pushes(monite) == 1
    assert record_tries.find(deps.db, "1")[0].actor.name == deps.actor.name


def test_a_persons_retry_and_success_count_anew(
    deps: Deps, monite: responses.RequestsMock, clock: Clock
) -> None:
    see(deps, "1")
    see(deps, "2")
    deps.db.execute("UPDATE synced_records SET automatic_tries = 2")
    monite.post(f"{RECORDS}/1/push", json=answer("1", "error", NOW + timedelta(seconds=1), BUSY))

    retries.retry(deps, "e1", "1")
    clock.advance(1)
    see(deps, "2", status="done", error=None)

    assert planned_in(deps, "1") == timedelta(seconds=59)
    assert line(deps, "2").automatic_tries == 0


def test_a_read_meanwhile_neither_doubles_nor_moves_the_next_try(deps: Deps, clock: Clock) -> None:
    see(deps, "1")
    clock.advance(30)
    see(deps, "1")
    automatic_tries.look_after(deps)

    assert planned_in(deps) == timedelta(seconds=30)
    assert len(rows.find_for_object(deps.db, "1", "retry")) == 1


def test_it_does_not_take_the_place_of_a_retry_that_a_person_waits_for(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", status=503)
    retries.retry(deps, "e1", "1")

    see(deps, "1")

    [row] = rows.find_for_object(deps.db, "1", "retry")
    assert row.actor.name == deps.actor.name
    assert row.open
