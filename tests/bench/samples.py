"""Loading the emulator's scenarios, beside what their rows cost when they are simply inserted.

The yardstick is one executemany() a table, in one transaction, of rows that are in memory already. Beside
that, `smooth` makes its documents, and lives through what its businesses lived through with the real engine.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
from sqlite_utils import Database

from app.emulator import samples
from app.emulator.store import snapshots
from app.emulator.store.database import prepare, write
from tests.bench.report import Figure
from tests.bench.turns import in_turns

MOST_OVER_ROWS = 6.0
SECONDS_SMOOTH = 1.0
SECONDS_BULK = 10.0
MEGABYTES = 60.0
BULKS = (
    ("1,000 businesses", {"entities": 1000}),
    ("one business with 50,000 bills", {"entities": 1, "payables": 50_000, "records": 50_000}),
)


def run() -> Iterator[Figure]:
    """How long a reset takes, and how much memory the large ones need."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(prepare(folder / "emulator.sqlite3")) as db:
            yield from _smooth(db, folder / "bare.sqlite3")
            for words, counts in BULKS:
                yield from _bulk(db, words, counts)


def _smooth(db: Database, bare_file: Path) -> Iterator[Figure]:
    samples.load(db, "smooth")
    names = [table for table in snapshots.TABLES if db.table(table).count]
    rows = {table: list(db.query(f"SELECT * FROM {table}")) for table in names}
    with closing(prepare(bare_file)) as bare:
        loading, inserting = in_turns(
            lambda: samples.load(db, "smooth"), lambda: _insert(bare, rows), times=5, warm=1
        )
    count = sum(len(found) for found in rows.values())
    yield Figure(
        f"Reset to smooth: loading over inserting its {count} rows",
        loading / inserting,
        MOST_OVER_ROWS,
        f"{loading * 1000:.0f} ms over {inserting * 1000:.0f} ms",
    )
    yield Figure("Reset to smooth: seconds", loading, SECONDS_SMOOTH)


def _insert(db: Database, rows: dict[str, list[dict[str, object]]]) -> None:
    with snapshots.unchecked(db), write(db):
        snapshots.clear(db)
        snapshots.fill(db, rows)


def _bulk(db: Database, name: str, counts: dict[str, int]) -> Iterator[Figure]:
    before, began = psutil.Process().memory_info().rss, time.thread_time()
    samples.load(db, "bulk", **counts)
    yield Figure(f"Reset to bulk, {name}: seconds", time.thread_time() - began, SECONDS_BULK)
    grown = (psutil.Process().memory_info().rss - before) / 1024 / 1024
    yield Figure(f"Reset to bulk, {name}: memory, grown by MB", grown, MEGABYTES)
