"""Routes through Flask's test client, over a real store and a Monite that is never called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.store.database import connect, to_text, write
from tests import dashboards
from tests.emulator_stages import Stage, stages
from tests.factories import CHEAP, ENCRYPTION_KEY

NOW = datetime(2025, 5, 9, 9, 42, tzinfo=UTC)
Enter = Callable[..., FlaskClient]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        monite_api_url="http://127.0.0.1:9/v1",
        monite_client_id="id",
        monite_client_secret="secret",
        instance=tmp_path,
        secret_key="only for tests",
        encryption_keys=(ENCRYPTION_KEY,),
        public_url="http://localhost",
        hashing=CHEAP,
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The dashboard over an empty store, without tokens in its forms."""
    with dashboards.open_app(settings, clock=lambda: NOW) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def store(app: Flask, settings: Settings) -> Iterator[Database]:
    db = connect(settings.database)
    with write(db):
        for entity_id, name in (("e1", "Harbour Lane Coffee Ltd"), ("e2", "Mori Ceramics Ltd")):
            db.execute(
                "INSERT INTO entities (id, name, country, currency, status, raw, seen_at)"
                " VALUES (?, ?, 'GB', 'GBP', 'active', '{}', ?)",
                [entity_id, name, to_text(NOW)],
            )
    yield db
    db.close()


@pytest.fixture
def enter(app: Flask, store: Database) -> Enter:
    """A browser that came in: `enter("owner", "e1")`."""

    def come_in(role: str = "owner", entity_id: str = "e1") -> FlaskClient:
        browser = app.test_client()
        answer = browser.post("/enter", data={"role": role, "entity_id": entity_id})
        assert answer.status_code == 303
        return browser

    return come_in


@pytest.fixture
def make_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Makes emulators with the sample data, for its own pages."""
    with stages(tmp_path) as make:
        yield make


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage()
