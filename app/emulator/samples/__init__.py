"""Sample data: puts the emulator's file into a known state."""

from __future__ import annotations

import json

from sqlite_utils import Database

from app.emulator.samples import books, bulk, businesses, generated, stories
from app.emulator.samples.calendar import Calendar
from app.emulator.store import clock, meta, snapshots
from app.emulator.store.database import write
from app.emulator.store.snapshots import Tables, merge

SCENARIOS = ("smooth", "empty", "bulk")

LARGE = "tamarack"
LARGE_PAYABLES = 2000

PRACTICE_KEY = {"provider": "codat", "token": "cHJhY3RpY2Uta2V5LXRoYXQtb3BlbnMtbm8tcmVhbC1kb29yN1EyeA=="}


def load(db: Database, scenario: str, **counts: int) -> None:
    """Empty the file and load a scenario; the credentials stay. All of it in one transaction.

    Raises ValueError for an unknown scenario, and for more than `bulk` makes; the file is as it was then.
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"there is no scenario {scenario!r}; there are {', '.join(SCENARIOS)}")
    with snapshots.unchecked(db), write(db):
        snapshots.clear(db)
        meta.save(db, "scenario", scenario)
        if scenario != "empty":
            meta.save(db, "partner_settings", json.dumps({"accounting": PRACTICE_KEY}))
        calendar = Calendar(clock.now(db))
        if scenario == "bulk":
            bulk.load(db, calendar, **counts)
        elif scenario == "smooth":
            snapshots.fill(db, _smooth(calendar))
            stories.tell(db)


def _smooth(calendar: Calendar) -> Tables:
    filled: Tables = {}
    for key in businesses.KEYS:
        business = businesses.get(key)
        if key == LARGE:
            more = generated.bills(business, LARGE_PAYABLES - len(business["payables"]))
            business = {**business, "payables": business["payables"] + list(more)}
        merge(filled, businesses.tables(business, calendar))
        merge(filled, books.tables(business, calendar))
    return filled
