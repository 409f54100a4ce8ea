"""Pages from a store with 100,000 synced records, beside their own queries on a bare page.

Both are asked through the same kind of client, in the same process, in turns, and the medians are
divided. What bare means: tests/bench/bare.py. What is timed is what the processor does for one request,
from the client's call to the whole answer; pages wait for nobody, so on a quiet machine that is what a
clock on the wall says too, and on a busy one it does not count what other programs take.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.factory import create_app
from app.store.database import connect
from tests.bench.bare import bare_client, reading
from tests.bench.entering import come_in
from tests.bench.report import Figure
from tests.bench.stores import ENTITY, NOW, make_store
from tests.bench.turns import in_turns
from tests.factories import make_monite, make_settings

WARM = 5
TIMES = 60
DEEP = 200
"""Pages from the first to the deep one."""
MOST_OVER_BARE = 3.0
MOST_DEEPER = 1.2


@dataclass(frozen=True, slots=True)
class MeasuredPage:
    name: str
    path: str
    deep: int = 0
    """How many pages further the deep one is; 0 for a page without others behind it."""


PAGES = (
    MeasuredPage("Home", f"/e/{ENTITY}"),
    MeasuredPage("Assignment", f"/e/{ENTITY}/assign/bills", DEEP),
    MeasuredPage("Log by problem", f"/e/{ENTITY}/log"),
    MeasuredPage("Log by record", f"/e/{ENTITY}/log?view=record", DEEP // 4),
    MeasuredPage("Log by record, all", f"/e/{ENTITY}/log?tab=all", DEEP),
)


def run() -> Iterator[Figure]:
    """Each page's time over that of its queries on a bare page, and deep pages over first ones."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        make_store(settings.database).close()
        app = create_app(settings, monite=make_monite(settings), clock=lambda: NOW, wake=lambda: None)
        client = app.test_client()
        come_in(client, ENTITY)
        with closing(connect(settings.database)) as db:
            for page in PAGES:
                yield from measure(app, client, db, page)
        app.extensions["gangway"].connections.close()


def measure(app: Flask, client: FlaskClient, db: Database, page: MeasuredPage) -> Iterator[Figure]:
    statements = _statements(app, client, page.path)
    bare_page = bare_client(db, statements)
    own, bare = in_turns(
        lambda: _get(client, page.path), lambda: _get(bare_page, "/"), times=TIMES, warm=WARM
    )
    yield Figure(
        f"{page.name}: page over its {len(statements)} queries on a bare page",
        own / bare,
        MOST_OVER_BARE,
        f"{own * 1000:.2f} ms over {bare * 1000:.2f} ms",
    )
    if page.deep:
        deep_path = _deep(client, page)
        deep, first = in_turns(
            lambda: _get(client, deep_path), lambda: _get(client, page.path), times=TIMES, warm=WARM
        )
        yield Figure(
            f"{page.name}: page {page.deep} over the first",
            deep / first,
            MOST_DEEPER,
            f"{deep * 1000:.2f} ms over {first * 1000:.2f} ms",
        )


def _get(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response.get_data(as_text=True)


def _statements(app: Flask, client: FlaskClient, path: str) -> list[str]:
    """Every SELECT of a page that was seen before, as most are."""
    _get(client, path)
    return reading(app.extensions["gangway"].connections.get(), lambda: _get(client, path))


def _deep(client: FlaskClient, page: MeasuredPage) -> str:
    """The address of a page far behind the first, by following its links."""
    path = page.path
    for _ in range(page.deep):
        link = BeautifulSoup(_get(client, path), "html.parser").select_one("a[rel=next]")
        assert link is not None, f"{path} is the last page"
        path = str(link["href"])
    return path
