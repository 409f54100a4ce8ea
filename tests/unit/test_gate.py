"""The shared rate limit and the log of calls, as every call passes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.api_calls import ApiCall
from app.services.clients import Gate
from app.store import api_calls, rate_bucket

CALL = ApiCall(datetime(2026, 6, 8, tzinfo=UTC), "e1", "GET", "/payables", 200, 12, "r1")
EVERY = 1 / 28.5


@pytest.fixture
def gate(db: Database, settings: Settings) -> Iterator[Gate]:
    gate = Gate(settings.database, 100)
    yield gate
    gate.close()


def test_no_second_holds_more_than_the_limit(db: Database) -> None:
    now, slots = 1000.0, []
    while now < 1010:
        if (slot := rate_bucket.take(db, now, EVERY)) <= now:
            slots.append(now)
        else:
            now = slot + 0.003  # a thread wakes a little late

    busiest = max(sum(1 for other in slots if slot <= other < slot + 1) for slot in slots)
    assert busiest <= 30
    assert len(slots) >= 10 * 30 * 0.9


def test_an_idle_hour_is_not_saved_up(db: Database) -> None:
    rate_bucket.reserve(db, 1000.0, EVERY)
    slots = [rate_bucket.reserve(db, 5000.0, EVERY) for _ in range(10)]

    assert slots[-1] - 5000.0 > 8 * EVERY


def test_an_interactive_call_passes_those_in_the_background(db: Database) -> None:
    rate_bucket.reserve(db, 1000.0, EVERY)
    wanted = rate_bucket.take(db, 1000.0, EVERY)

    mine = rate_bucket.reserve(db, 1000.0, EVERY)

    assert mine == wanted
    assert rate_bucket.take(db, wanted, EVERY) > wanted


def test_a_clock_that_was_set_back_stops_nobody(db: Database) -> None:
    rate_bucket.reserve(db, 90_000.0, EVERY)

    assert rate_bucket.take(db, 1000.0, EVERY) <= 1000.0


def test_threads_and_processes_share_one_limit(gate: Gate, settings: Settings) -> None:
    other = Gate(settings.database, 100)
    began = time.monotonic()

    def go(which: Gate) -> None:
        for _ in range(10):
            which.wait(interactive=False)

    threads = [threading.Thread(target=go, args=[which]) for which in (gate, gate, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()

    assert time.monotonic() - began >= 28 / 95


def test_calls_are_told_newest_first_and_by_entity(db: Database, gate: Gate) -> None:
    gate.log(CALL)
    gate.log(ApiCall(CALL.at, "e2", "GET", "/products", None, 3000, None, "ReadTimeout"))

    assert [call.path for call in api_calls.find(db)] == ["/products", "/payables"]
    assert api_calls.find(db, "e1") == [CALL]


def test_the_oldest_calls_are_forgotten(db: Database) -> None:
    for _ in range(api_calls.KEPT + api_calls.PRUNE_EVERY):
        api_calls.add(db, CALL)

    assert db.execute("SELECT count(*) FROM api_calls").fetchone()[0] == api_calls.KEPT
