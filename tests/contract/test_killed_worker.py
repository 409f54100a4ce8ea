"""kill -9 in the middle of the work: afterwards every row is done, and what must be done once is."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.services import outbox as service
from app.store.database import write
from tests.factories import MARIE, make_intent

ROWS = 240
KILLS = 5
ROOT = Path(__file__).parents[2]


class CountingServer(ThreadingHTTPServer):
    """The far side: counts what arrives, a few milliseconds before and after it takes effect."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counting)
        self.counts: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Counting(BaseHTTPRequestHandler):
    server: CountingServer

    def do_POST(self) -> None:
        time.sleep(0.015)
        self.server.counts[self.path[1:]] += 1
        time.sleep(0.015)
        self._answer(200)

    def do_GET(self) -> None:
        self._answer(200 if self.server.counts[self.path[1:]] else 404)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def handle(self) -> None:
        # The worker may be killed while it listens.
        with suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def far_side() -> Iterator[CountingServer]:
    server = CountingServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class KillableWorker:
    """A worker process that is started again each time it is killed."""

    def __init__(self, settings: Settings, url: str) -> None:
        self._command = [sys.executable, "-m", "tests.contract.killable", str(settings.instance), url]
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=ROOT)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def kill_and_restart(self) -> None:
        self.end()
        self._process = self._start()


@pytest.fixture
def worker(settings: Settings, db: Database, far_side: CountingServer) -> Iterator[KillableWorker]:
    worker = KillableWorker(settings, far_side.url)
    yield worker
    worker.end()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("action", ["repeatable", "once"])
def test_a_worker_killed_at_random_moments_loses_nothing_and_does_nothing_twice(
    action: str, db: Database, far_side: CountingServer, worker: KillableWorker
) -> None:
    with write(db):
        service.put(
            db,
            "e1",
            MARIE,
            [make_intent(f"row-{n}", action=action) for n in range(ROWS)],
            datetime.now(UTC),
        )
    for _ in range(KILLS):
        before = len(far_side.counts)
        until(lambda seen=before: len(far_side.counts) > seen or _done(db) == ROWS)  # type: ignore[misc]
        time.sleep(random.uniform(0.0, 0.12))
        worker.kill_and_restart()
    until(lambda: _done(db) == ROWS)

    assert _claimed_again(db) > 0, "no kill hit a row that was under way"
    assert {row for row, n in far_side.counts.items() if n} == {f"row-{n}" for n in range(ROWS)}
    written_down = Counter(row["object_id"] for row in db.query("SELECT object_id FROM events"))
    assert set(written_down.values()) == {1}
    assert len(written_down) == ROWS
    if action == "once":
        assert set(far_side.counts.values()) <= {0, 1}


def _done(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM outbox WHERE state = 'done'").fetchone()[0])


def _claimed_again(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM outbox WHERE attempts > 1").fetchone()[0])
