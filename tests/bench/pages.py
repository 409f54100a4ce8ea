"""Pages from a store with 100,000 synced records, beside their own queries rendered by bare Jinja."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from jinja2 import Environment
from sqlite_utils import Database

from app.factory import create_app
from app.store.database import connect
from app.web import requests as web_requests
from tests.bench.report import Figure
from tests.bench.stores import ENTITY, NOW, make_store
from tests.factories import make_monite, make_settings

TIMES = 40
DEEP = 200
"""Pages from the first to the deep one."""
MOST_OVER_BARE = 3.0
MOST_DEEPER = 1.2
BARE = Environment(autoescape=True).from_string(
    "<table>{% for row in rows %}<tr>"
    "{% for cell in row %}<td>{{ cell }}</td>{% endfor %}"
    "</tr>{% endfor %}</table>"
)


@dataclass(frozen=True, slots=True)
class MeasuredPage:
    name: str
    path: str
    has_depth: bool = True


PAGES = (
    MeasuredPage("Home", f"/e/{ENTITY}", has_depth=False),
    MeasuredPage("Assignment", f"/e/{ENTITY}/assign/bills"),
    MeasuredPage("Log by problem", f"/e/{ENTITY}/log", has_depth=False),
    MeasuredPage("Log by record", f"/e/{ENTITY}/log?tab=all"),
)


def run() -> Iterator[Figure]:
    """Each page's time over that of its queries rendered bare, and deep pages over first ones."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        make_store(settings.database).close()
        app = create_app(settings, monite=make_monite(settings), clock=lambda: NOW, wake=lambda: None)
        client = app.test_client()
        with client.session_transaction() as session:
            session["actor"] = {"name": "Marie", "role": "owner", "entity_id": ENTITY}
        with closing(connect(settings.database)) as db:
            for page in PAGES:
                yield from _measure(client, db, page)


def _measure(client: FlaskClient, db: Database, page: MeasuredPage) -> Iterator[Figure]:
    statements = _statements(client, page.path)
    own, bare = _alternately(lambda: _get(client, page.path), lambda: _bare(db, statements))
    yield Figure(
        f"{page.name}: page over its {len(statements)} queries rendered bare",
        own / bare,
        MOST_OVER_BARE,
        f"{own * 1000:.1f} ms",
    )
    if page.has_depth:
        deep_path = _deep(client, page.path)
        deep, first = _alternately(lambda: _get(client, deep_path), lambda: _get(client, page.path))
        yield Figure(
            f"{page.name}: page {DEEP} over the first", deep / first, MOST_DEEPER, f"{deep * 1000:.1f} ms"
        )


def _get(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response.get_data(as_text=True)


def _alternately(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """The median seconds of each, taken in turns so that a busy machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        for work, into in zip((one, other), times, strict=True):
            began = time.perf_counter()
            work()
            into.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def _statements(client: FlaskClient, path: str) -> list[str]:
    """Every SELECT that the page runs, with its values."""
    seen: list[str] = []

    def traced(where: Any) -> Database:
        db = connect(where)
        db.conn.set_trace_callback(seen.append)
        return db

    _get(client, path)
    with patch.object(web_requests, "connect", traced):
        _get(client, path)
    return [text for text in seen if text.lstrip().upper().startswith(("SELECT", "WITH"))]


def _bare(db: Database, statements: list[str]) -> str:
    rows: list[Any] = []
    for statement in statements:
        rows += db.conn.execute(statement).fetchall()
    return BARE.render(rows=rows)


def _deep(client: FlaskClient, path: str) -> str:
    """The address of a page far behind the first, by following its links."""
    for _ in range(DEEP):
        link = BeautifulSoup(_get(client, path), "html.parser").select_one("a[rel=next]")
        assert link is not None, f"{path} is the last page"
        path = str(link["href"])
    return path
