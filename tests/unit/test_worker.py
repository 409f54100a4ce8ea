"""The worker's loops: they go round, they come back after a failure, and they end when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.jobs import worker
from app.jobs.bells import Bell
from app.services.deps import Deps
from app.store import heartbeats
from app.store.database import connect
from tests.factories import NOW, make_deps
from tests.processes import until


@contextmanager
def working(settings: Settings, **rounds: worker.Round) -> Iterator[tuple[Bell, threading.Event]]:
    """A worker with these loops, in a thread."""
    bell, stop, db = Bell(settings), threading.Event(), connect(settings.database)
    deps = make_deps(db, settings)
    with patch.dict(worker.ROUNDS, rounds, clear=True), patch.object(worker, "FIRST_PAUSE", 0.05):
        thread = threading.Thread(target=worker.run, args=(deps, bell, stop))
        thread.start()
        yield bell, stop
        stop.set()
        thread.join(15)
        assert not thread.is_alive()
    bell.close()
    db.close()


def test_a_worker_shows_that_it_is_alive(db: Database, settings: Settings) -> None:
    with working(settings):
        until(lambda: heartbeats.last(db, "worker") == NOW)


def test_a_ring_ends_the_pause_of_a_loop_that_found_nothing(db: Database, settings: Settings) -> None:
    rounds: list[Deps] = []
    count: Callable[[Deps], object] = rounds.append

    with (
        patch.object(worker, "IDLE", 60),
        working(settings, idle=count) as (bell, _),
    ):
        until(lambda: rounds)
        for _ in range(3):
            seen = len(rounds)
            bell.sound()
            until(lambda seen=seen: len(rounds) > seen, 5)  # type: ignore[misc]


def test_a_loop_that_found_something_goes_on_at_once(db: Database, settings: Settings) -> None:
    rounds: list[Deps] = []

    def busy(deps: Deps) -> bool:
        rounds.append(deps)
        return len(rounds) < 50

    with patch.object(worker, "IDLE", 60), working(settings, busy=busy):
        until(lambda: len(rounds) >= 50, 5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_fails_comes_back_and_leaves_the_others_alone(
    db: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[Deps] = []
    others: list[Deps] = []

    def failing(deps: Deps) -> bool:
        failures.append(deps)
        raise KeyError("a mistake of ours")

    count: Callable[[Deps], object] = others.append
    with patch.object(worker, "IDLE", 0.05), working(settings, failing=failing, fine=count):
        until(lambda: len(failures) >= 2)
        until(lambda: len(others) >= 3)

    assert "the failing loop failed" in caplog.text
