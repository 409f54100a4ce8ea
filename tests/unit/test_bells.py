"""The bell between pages and worker."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator

import pytest

from app.config import Settings
from app.jobs.bells import Bell


@pytest.fixture
def bell(settings: Settings) -> Iterator[Bell]:
    bell = Bell(settings)
    yield bell
    bell.close()


def test_a_ring_is_heard_by_whoever_listens_elsewhere(bell: Bell, settings: Settings) -> None:
    worker = Bell(settings)
    consumer = worker.listen()
    try:
        bell.ring()
        # Once more when the minute happens to tick meanwhile.
        assert worker.wait(0, 5) in (1, 2)
    finally:
        consumer.stop(graceful=True)
        worker.close()


def test_ringing_often_leaves_one_ring_behind(bell: Bell) -> None:
    for _ in range(5):
        bell.ring()

    assert bell._queue.pending_count() == 1


def test_a_bell_that_cannot_be_rung_stops_nobody(
    bell: Bell, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    lock = sqlite3.connect(settings.instance / "huey.sqlite3", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")

    began = time.monotonic()
    bell.ring()
    lock.close()

    assert time.monotonic() - began < 2
    assert "could not be woken" in caplog.text


def test_waiting_ends_at_once_for_what_rang_before(bell: Bell) -> None:
    bell.sound()

    assert bell.wait(0, 60) == 1


def test_waiting_ends_when_the_time_is_over(bell: Bell) -> None:
    assert bell.wait(0, 0.01) == 0


def test_everybody_who_waits_is_woken(bell: Bell) -> None:
    woken: list[int] = []
    waiters = [threading.Thread(target=lambda: woken.append(bell.wait(0, 10))) for _ in range(3)]
    for waiter in waiters:
        waiter.start()
    bell.sound()
    for waiter in waiters:
        waiter.join(10)

    assert woken == [1, 1, 1]
