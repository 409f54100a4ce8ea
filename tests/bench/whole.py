"""The whole program: how soon it answers, how much memory it takes, how fast the first scan is."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from app.processes import answer
from app.store import resources
from app.store.database import connect, from_text
from tests.bench.report import Figure
from tests.processes import Stack, running_stack, until

SECONDS_TO_FIRST_PAGE = 3.0
MEGABYTES = 200.0
SHARE_OF_LIMIT = 0.9
RATE_LIMIT = 30


def run() -> Iterator[Figure]:
    """Start, memory and scan, over one folder of data."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        with running_stack(instance):
            pass
        began = time.perf_counter()
        with running_stack(instance, EMULATOR_RATE_LIMIT=str(RATE_LIMIT)) as stack:
            yield Figure(
                "Second start: seconds to the first page", time.perf_counter() - began, SECONDS_TO_FIRST_PAGE
            )
            until(lambda: answer(stack.dashboard))
            with closing(connect(instance / "gangway.sqlite3")) as db:
                yield _scan(db)
            yield from _memory(stack)


def _scan(db: Database) -> Figure:
    """The first scan of the large business, by the calls that were made while it ran."""
    until(lambda: _done(db) > 50, 120, "the scan's start")
    entity_id = next(db.query("SELECT id FROM entities WHERE name LIKE 'Tamarack%'"))["id"]
    until(lambda: resources.get(db, entity_id, "line_items").state == "ok", 300, "the scan")
    first, last, lines = db.execute(
        "SELECT min(at), max(at), count(*) FROM api_calls WHERE path LIKE '%/line_items' AND entity_id = ?",
        [entity_id],
    ).fetchone()
    calls = db.execute("SELECT count(*) FROM api_calls WHERE at BETWEEN ? AND ?", [first, last]).fetchone()[0]
    seconds = (from_text(last) - from_text(first)).total_seconds()
    return Figure(
        "First scan: calls a second over the limit",
        calls / seconds / RATE_LIMIT,
        SHARE_OF_LIMIT,
        f"{lines} bills in {seconds:.0f} s",
        at_least=True,
    )


def _done(db: Database) -> int:
    sql = "SELECT count(*) FROM api_calls WHERE path LIKE '%/line_items'"
    return int(db.execute(sql).fetchone()[0])


def _memory(stack: Stack) -> Iterator[Figure]:
    if sys.platform != "linux":
        return
    sizes = {
        command: stack.child(command).memory_full_info().pss / 1024 / 1024
        for command in ("serve", "worker", "emulator")
    }
    detail = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
    yield Figure("Memory of all three, PSS in MB", sum(sizes.values()), MEGABYTES, detail)
