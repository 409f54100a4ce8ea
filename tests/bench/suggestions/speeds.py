"""How long suggestions for one page take, in a store with many lines and a long chart."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path

from sqlite_utils import Database

from app.domain.assignables import AssignQuery, AssignState, Kind
from app.services import suggestions
from app.store import assignables
from app.store.database import write
from tests.bench.report import Figure
from tests.bench.stores import ENTITY, make_store
from tests.bench.suggestions.cases import read
from tests.bench.turns import timed
from tests.factories import make_deps, make_settings

LINES, ACCOUNTS, TIMES = 50_000, 2_000, 30
MILLISECONDS = 20.0
"""Of the processor, on a slow machine; about 10 on the one that this was written on."""


def run() -> Iterator[Figure]:
    """The median for a page of 50 rows, once the chart is in memory."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        with closing(make_store(settings.database, records=100, lines=LINES, accounts=ACCOUNTS)) as db:
            _name(db)
            deps = make_deps(db, settings)
            rows = assignables.page(db, ENTITY, AssignQuery(Kind.BILLS, AssignState.NEEDS)).rows
            first = timed(lambda: suggestions.for_rows(deps, ENTITY, rows))
            later = [timed(lambda: suggestions.for_rows(deps, ENTITY, rows)) for _ in range(TIMES)]
            deps.monite.close()
    yield Figure(
        f"Suggestions for {len(rows)} rows of {LINES:,} lines, {ACCOUNTS:,} accounts: milliseconds",
        statistics.median(later) * 1000,
        MILLISECONDS,
        f"{first * 1000:.0f} ms when the accounts are new",
    )


def _name(db: Database) -> None:
    """Lines and accounts are called as the development cases call theirs."""
    businesses = read("development")
    names = cycle(case.row.name for business in businesses for case in business.lines)
    accounts = cycle(account.name for business in businesses for account in business.accounts)
    with write(db):
        db.conn.executemany(
            "UPDATE payable_lines SET name = ? WHERE id = ?",
            [(next(names), f"line-{n:06}") for n in range(LINES)],
        )
        db.conn.executemany(
            "UPDATE ledger_accounts SET name = ? WHERE id = ?",
            [(f"{next(accounts)} {n}", f"account-{n}") for n in range(ACCOUNTS)],
        )
