"""The emulator's pages through Flask's test client, as a browser without a script sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from app.emulator.config import EmulatorSettings
from app.emulator.rules import links
from app.emulator.rules.versions import VERSIONS
from app.emulator.store import connections as rows
from app.emulator.store import sides
from app.emulator.store.database import open_database
from app.emulator.sync import connections
from tests import sample_files
from tests.emulator_clients import give_back, take_app

BACK = "http://127.0.0.1:5000/connect/return"


@dataclass
class Stage:
    """An emulator with its sample data."""

    client: FlaskClient
    db: Database

    def entity(self, key: str) -> str:
        return str(next(row["id"] for row in sides.find_entities(self.db) if row["key"] == key))

    def link(
        self, key: str = "fernlight", platform: str | None = "xero", version: str = "2024-01-31"
    ) -> tuple[str, str]:
        """A new connection's id, and the path of its sign-in pages."""
        row = connections.create(
            self.db, self.entity(key), platform, settings_provider="codat", version=VERSIONS[version]
        )
        return row["id"], links.path(row)

    def organisation(self, key: str, *, own: bool = True, platform: str = "xero") -> str:
        found = self.db.query(
            "SELECT id FROM organisations WHERE entity_id = ? AND platform = ? AND is_own = ?",
            [self.entity(key), platform, int(own)],
        )
        return str(next(found)["id"])

    def connection(self, connection_id: str) -> dict[str, Any]:
        found = rows.find(self.db, connection_id)
        assert found is not None
        return found

    def press(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data=form)

    def do(self, action: str, key: str = "fernlight", **form: str) -> str:
        """Press a button of the presenter's page; returns what the page says about it."""
        data = {"entity": self.entity(key), **form}
        answer = self.client.post(f"/_emulator/desk/{action}", data=data, follow_redirects=True)
        return one(answer, "[role=status]")


@contextmanager
def stages(folder: Path) -> Iterator[Callable[..., Stage]]:
    """Makes a stage over a copy of the sample data, told where Finish leads."""
    opened: list[Database] = []
    apps: list[Flask] = []

    def make(redirect_url: str | None = BACK) -> Stage:
        path = folder / f"emulator-{len(opened)}.sqlite3"
        sample_files.copy_to(path)
        settings = EmulatorSettings(database=path, instant=True, redirect_url=redirect_url)
        apps.append(take_app(settings))
        opened.append(open_database(path))
        return Stage(apps[-1].test_client(), opened[-1])

    yield make
    for app in apps:
        give_back(app)
    for db in opened:
        db.close()


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def one(answer: TestResponse, selector: str) -> str:
    """The words of the first element that fits."""
    found = soup(answer).select_one(selector)
    assert found is not None, f"no {selector} in {answer.text[:400]}"
    return found.get_text(" ", strip=True)


def buttons(answer: TestResponse) -> list[str]:
    return [button.get_text(strip=True) for button in soup(answer).select("button")]
