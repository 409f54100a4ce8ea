"""50,000 bill lines and 2,000 accounts: lists, searches, the picker, files, one account for all lines.

Searches and filters are measured beside the first page of the whole list, in turns. The words are of all
kinds: in every line, in few, in none, of two letters, and of a supplier whose lines come last.
"""

from __future__ import annotations

import csv
import io
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.domain.assignables import AssignQuery, Kind
from app.factory import create_app
from app.services import bulk_assignments
from app.services.deps import Deps
from app.store.database import connect
from tests.bench.entering import come_in
from tests.bench.pages import MeasuredPage, measure
from tests.bench.report import Figure
from tests.bench.stores import ENTITY, NOW, make_store
from tests.bench.turns import in_turns, timed
from tests.factories import make_deps, make_monite, make_settings

LINES, ACCOUNTS = 50_000, 2_000
LIST = f"/e/{ENTITY}/assign/bills"
TIMES, WARM = 20, 3
MOST_OVER_FIRST = 1.5
MOST_OVER_FIRST_AT_WORST = 2.6
"""For words whose few lines stand at the end of the list, or are of as many suppliers as a page has rows."""
LONGEST_WRITE = 0.5
MOST_SECONDS_OF_A_FILE = 6.0
MOST_SECONDS_OF_ALL = 15.0
FIRST = MeasuredPage(f"Assignment of {LINES} lines", LIST, 400)
PICKER = (
    MeasuredPage(f"Assignment with {ACCOUNTS} accounts", LIST),
    MeasuredPage(f"Picker with {ACCOUNTS} accounts", f"/e/{ENTITY}/assign/accounts?kind=bills"),
    MeasuredPage("Picker, searched", f"/e/{ENTITY}/assign/accounts?kind=bills&q=account+19"),
)
FILTERS = (
    ("those assigned", "?show=assigned", MOST_OVER_FIRST),
    ("all", "?show=all", MOST_OVER_FIRST),
    ("one supplier", "?supplier=Supplier+200", MOST_OVER_FIRST),
    ("one bill", "?show=all&bill=payable-020000", MOST_OVER_FIRST),
    ("a word of every line", "?q=item", MOST_OVER_FIRST),
    ("a word of one line", "?q=Item+49999", MOST_OVER_FIRST),
    ("a word of no line", "?q=nowhere", MOST_OVER_FIRST),
    ("two letters of every line", "?q=it", MOST_OVER_FIRST),
    ("two letters of no line", "?q=zq", MOST_OVER_FIRST),
    ("a supplier at the end", "?q=Supplier+399", MOST_OVER_FIRST_AT_WORST),
    ("a number here and there", "?q=inv-249", MOST_OVER_FIRST_AT_WORST),
)


def run() -> Iterator[Figure]:
    """The list and the picker over bare pages, searches over the first page, files, all lines at once."""
    with _business(records=100, lines=500, accounts=ACCOUNTS) as (app, client, db, _):
        for page in PICKER:
            yield from measure(app, client, db, page)
    with _business(records=5_000, lines=LINES, accounts=200) as (app, client, db, settings):
        yield from measure(app, client, db, FIRST)
        for name, query, limit in FILTERS:
            yield _over_first(client, name, query, limit)
        yield from _files(client)
        with closing(make_monite(settings)) as monite, app.test_request_context():
            yield from _all_at_once(make_deps(db, settings, clock=lambda: NOW, monite=monite))


@contextmanager
def _business(**size: int) -> Iterator[tuple[Flask, FlaskClient, Database, Settings]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        make_store(settings.database, **size).close()
        app = create_app(settings, monite=make_monite(settings), clock=lambda: NOW, wake=lambda: None)
        client = app.test_client()
        come_in(client, ENTITY)
        with closing(connect(settings.database)) as db:
            yield app, client, db, settings
        app.extensions["gangway"].connections.close()


def _over_first(client: FlaskClient, name: str, query: str, limit: float) -> Figure:
    def get(path: str) -> None:
        assert client.get(path).status_code == 200, path

    found, first = in_turns(lambda: get(LIST + query), lambda: get(LIST), times=TIMES, warm=WARM)
    return Figure(
        f"Assignment of {LINES} lines, {name}: over the first page",
        found / first,
        limit,
        f"{found * 1000:.2f} ms over {first * 1000:.2f} ms",
    )


def _files(client: FlaskClient) -> Iterator[Figure]:
    """The whole list as a file, and the file with another account in each row."""
    data = b""

    def download() -> None:
        nonlocal data
        data = client.get(f"{LIST}.csv").data

    yield Figure(f"A file of {LINES} lines, written: seconds", timed(download), MOST_SECONDS_OF_A_FILE)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == LINES, len(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(row | {"Account code": "300"} for row in rows)
    data = text.getvalue().encode()
    place = ""

    def upload() -> None:
        nonlocal place
        body = {"csrf_token": token, "file": (io.BytesIO(data), "lines.csv")}
        place = client.post(f"{LIST}/file", data=body).headers["Location"]

    page = BeautifulSoup(client.get(f"{LIST}/file").text, "html.parser")
    token = str(page.select("main [name=csrf_token]")[0]["value"])
    yield Figure(
        f"A file of {LINES} lines, read and compared: seconds", timed(upload), MOST_SECONDS_OF_A_FILE
    )
    assert "would change" in client.get(place).text


def _all_at_once(deps: Deps) -> Iterator[Figure]:
    """One account for every line, by how long others wait for the store meanwhile."""
    seconds: list[float] = []
    began = 0.0

    def watch(statement: str) -> None:
        nonlocal began
        if statement.startswith("BEGIN IMMEDIATE"):
            began = time.thread_time()
        elif statement.startswith("COMMIT"):
            seconds.append(time.thread_time() - began)

    def assign() -> None:
        batch = bulk_assignments.assign_many(
            deps, ENTITY, Kind.BILLS, AssignQuery(Kind.BILLS), account_id="account-101", form_key="all"
        )
        assert batch.total > LINES * 0.9, batch.total

    deps.db.conn.set_trace_callback(watch)
    took = timed(assign)
    deps.db.conn.set_trace_callback(None)
    yield Figure(f"One account for {LINES} lines: the longest write in seconds", max(seconds), LONGEST_WRITE)
    yield Figure(f"One account for {LINES} lines: seconds until all are noted", took, MOST_SECONDS_OF_ALL)
