"""The log of a business with 100,000 records in a store that holds 1,000,000 of 1,000 businesses.

Pages are measured as in tests/bench/pages.py. A review of a Retry has no bare page to compare with, for
it decides on each record; so its limit is how much longer ten times as many take, and its seconds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.domain.record_lists import LogFilter
from app.domain.synced_records import RecordState
from app.factory import create_app
from app.store import record_lists
from app.store.database import connect
from tests.bench.entering import come_in
from tests.bench.pages import MeasuredPage, measure
from tests.bench.report import Figure
from tests.bench.stores import ENTITY, NOW, crowd, make_store
from tests.bench.turns import in_turns
from tests.factories import make_monite, make_settings

RECORDS, OTHERS, ALL = 100_000, 999, 1_000_000
FAILING = 10
MOST_SECONDS = 2.0
MOST_LONGER = 1.3
LOG = f"/e/{ENTITY}/log"
PAGES = (
    MeasuredPage("Log by problem, of a million", LOG),
    MeasuredPage("Log by record, of a million", f"{LOG}?view=record", 100),
    MeasuredPage("Log, all records of a million", f"{LOG}?tab=all", 100),
    MeasuredPage(
        "Log filtered by type and problem, of a million", f"{LOG}?view=record&type=bill&problem=UNKNOWN"
    ),
    MeasuredPage("Log searched for a number, of a million", f"{LOG}?tab=all&q=INV-4242"),
    MeasuredPage("Log searched for a common word, of a million", f"{LOG}?tab=all&q=supplier"),
)


def run() -> Iterator[Figure]:
    """The log's figures in a crowded store."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        with closing(make_store(settings.database, records=RECORDS, failing=FAILING)) as db:
            crowd(db, entities=OTHERS, records=ALL - RECORDS)
        app = create_app(settings, monite=make_monite(settings), clock=lambda: NOW, wake=lambda: None)
        client = app.test_client()
        come_in(client, ENTITY)
        with closing(connect(settings.database)) as db:
            for page in PAGES:
                yield from measure(app, client, db, page)
            part = record_lists.count(db, ENTITY, LogFilter((RecordState.ATTENTION,), problem="UNKNOWN"))
        many, few = in_turns(
            lambda: client.get(f"{LOG}/retry?all=1"),
            lambda: client.get(f"{LOG}/retry?all=1&problem=UNKNOWN"),
            times=5,
            warm=1,
        )
        yield Figure(f"Review of a Retry of {RECORDS // FAILING:,} records, seconds", many, MOST_SECONDS)
        yield Figure(
            f"Review of {RECORDS // FAILING:,} records over that of {part}, per record",
            many * part / (few * RECORDS // FAILING),
            MOST_LONGER,
        )
        app.extensions["gangway"].connections.close()
