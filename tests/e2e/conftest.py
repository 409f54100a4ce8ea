"""Journeys: a real browser, a dashboard and its worker as processes, and one emulator for all tests.

Each test has a fresh store and fresh sample data. A journey fails when the page logs an error or
asks for anything outside this machine.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from app.store.database import to_text
from tests.e2e import browsers
from tests.processes import free_port, until
from tests.stack import Dashboard, Emulator

PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
FETCHED_WITHOUT_A_HOST = ("data", "blob", "about")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium or Chrome, started once."""
    try:
        path = browsers.find()
    except browsers.NoBrowserError as error:
        pytest.exit(str(error), returncode=4)
    as_root = sys.platform == "linux" and os.geteuid() == 0
    with sync_playwright() as playwright:
        arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if as_root else [])]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def dashboard_port() -> int:
    """The port of every test's dashboard: the emulator is told once where Finish leads."""
    return free_port()


@pytest.fixture(scope="session")
def shared_emulator(tmp_path_factory: pytest.TempPathFactory, dashboard_port: int) -> Iterator[Emulator]:
    emulator = Emulator(
        tmp_path_factory.mktemp("emulator"), f"http://127.0.0.1:{dashboard_port}/connect/return"
    )
    _make_small(emulator)
    emulator.keep()
    yield emulator
    emulator.stop()


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The other side, with the sample businesses as on the first day and nothing broken."""
    shared_emulator.restore()
    return shared_emulator


def _make_small(emulator: Emulator) -> None:
    """The large business withdraws its access and has few bills: 2,000 slow every journey down."""
    large = emulator.entity_id("Tamarack")
    emulator.fault("access_withdrawn", entity_id=large)
    with closing(emulator.file()) as db, db:
        db.execute("PRAGMA foreign_keys=ON")
        db.execute(
            """
            DELETE FROM payables WHERE entity_id = :large
            AND id NOT IN (SELECT id FROM payables WHERE entity_id = :large LIMIT 20)
            """,
            {"large": large},
        )


@pytest.fixture(scope="session")
def store_with_all_read(
    tmp_path_factory: pytest.TempPathFactory, shared_emulator: Emulator, dashboard_port: int
) -> Path:
    """The store of a dashboard that has read everything: reading it takes most of a journey's time."""
    folder = tmp_path_factory.mktemp("read")
    shared_emulator.restore()
    dashboard = Dashboard(folder, dashboard_port, shared_emulator)
    store = folder / "gangway.sqlite3"
    until(lambda: _is_read(store), 60, "the first reading")
    dashboard.stop()
    # The journal, which a process that was killed leaves, goes into the file.
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store


def _is_read(store: Path) -> bool:
    with closing(sqlite3.connect(store)) as db:
        entities, still_due = db.execute(
            """
            SELECT count(DISTINCT entity_id), count(*) FILTER (WHERE as_of IS NULL OR next_due <= ?)
            FROM resources WHERE next_due IS NOT NULL
            """,
            [to_text(datetime.now(UTC))],
        ).fetchone()
    return bool(entities > 1 and still_due == 0)


@pytest.fixture
def dashboard(request: pytest.FixtureRequest, tmp_path: Path, dashboard_port: int) -> Iterator[Dashboard]:
    """The dashboard and its worker, which has read everything before, unless this is a first start."""
    if "first_start" not in request.keywords:
        shutil.copy(request.getfixturevalue("store_with_all_read"), tmp_path)
    emulator = request.getfixturevalue("emulator")
    version = request.node.get_closest_marker("api_version")
    told = {"MONITE_API_VERSION": version.args[0]} if version else {}
    dashboard = Dashboard(tmp_path, dashboard_port, emulator, **told)
    yield dashboard
    dashboard.stop()


class Problems(list[str]):
    """What went wrong in the browser; a journey that wants something to go wrong says so."""

    def expect(self, part: str) -> None:
        """Take out what contains these words; at least one must be there."""
        kept = [problem for problem in self if part not in problem]
        assert len(kept) < len(self), f"nothing went wrong with {part!r}"
        self[:] = kept


@pytest.fixture
def problems() -> Iterator[Problems]:
    problems = Problems()
    yield problems
    assert problems == []


@pytest.fixture
def open_context(
    browser: Browser, dashboard: Dashboard, problems: Problems
) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers that know nothing of each other, each watched."""
    opened: list[BrowserContext] = []

    def open_context(**options: object) -> BrowserContext:
        settings = {
            "base_url": dashboard.url,
            "locale": "en-GB",
            "timezone_id": "UTC",
            "viewport": {"width": 1280, "height": 800},
        }
        context = browser.new_context(**(settings | options))  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        _watch(context, problems)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """A tab of a browser 1280 wide."""
    return open_context().new_page()


@pytest.fixture
def page_without_script(open_context: Callable[..., BrowserContext]) -> Page:
    """The same, with scripts off."""
    return open_context(java_script_enabled=False).new_page()


def _watch(context: BrowserContext, problems: Problems) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text}")

    def request(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in FETCHED_WITHOUT_A_HOST and url.hostname != "127.0.0.1":
            problems.append(f"left the machine: {request.url}")

    context.on("console", console)
    context.on("weberror", lambda error: problems.append(f"script: {error.error}"))
    context.on("request", request)
