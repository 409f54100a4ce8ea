"""Monite's face through Flask's test client, over a small data set of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlite_utils import Database
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from app.emulator.api.limits import RateLimit
from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from app.emulator.store import clock, meta, payables, tokens
from app.emulator.store.database import write
from app.emulator.sync.deliveries import Deliverer
from tests import empty_files

VERSION = "2024-01-31"
Body = dict[str, Any]
_IDLE: list[Flask] = []
"""Apps whose test is over; one that changed its app has put it back (`monkeypatch`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `json` is None when it is no JSON."""

    status_code: int
    headers: Headers
    text: str
    json: Any


@dataclass
class Face:
    """An app, its file, and requests with the headers that Monite asks for."""

    app: Flask
    db: Database
    entity_id: str
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **headers: str | None) -> Answer:
        """One request under /v1; a header given as None is left out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in {**self.headers, **named}.items() if value is not None}
        client = self.app.test_client()
        return _answer(client.open(f"/v1{path}", method=method, json=body, headers=sent))

    def post_raw(self, path: str, raw: bytes) -> Answer:
        """A body that need not be JSON."""
        return _answer(self.app.test_client().post(f"/v1{path}", data=raw, headers=self.headers))

    def get(self, path: str) -> Body:
        """The answer to a read, which must succeed."""
        response = self.send("GET", path)
        assert response.status_code == 200, response.text
        answer: Body = response.json
        return answer

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        """One request of the control interface."""
        return _answer(self.app.test_client().open(f"/_emulator{path}", method=method, json=body))

    def add_entity(self, name: str) -> str:
        """An entity with one Xero organisation of two accounts and a tax rate."""
        entity_id = str(uuid4())
        address = {"country": "DE", "city": "Berlin", "line1": "Hauptstr. 1", "postal_code": "10115"}
        body = {"organization": {"legal_name": name}, "email": "books@example.com", "address": address}
        with write(self.db) as db:
            row = {"id": entity_id, "key": name, "name": name, "country": "DE", "currency": "EUR"}
            at = clock.stamp(clock.now(db))
            db.table("entities").insert({**row, "body": json.dumps(body), "created_at": at, "updated_at": at})
            _add_organisation(db, entity_id, name)
        return entity_id

    def add_organisation(self, name: str, *, own: bool = True, platform: str = "xero") -> None:
        """One more organisation that the entity's person may choose on signing in."""
        with write(self.db) as db:
            _add_organisation(db, self.entity_id, name, own=own, platform=platform)

    def add_payable(self, entity_id: str | None = None, **changes: Any) -> Body:
        """A payable, in any status."""
        status = changes.pop("status", "waiting_to_be_paid")
        owner = entity_id or self.entity_id
        with write(self.db) as db:
            made = payables.create(db, owner, {"currency": "EUR", "total_amount": 11900, **changes})
            return payables.update(db, owner, made["id"], {"status": status})

    def connect(self) -> Body:
        """A connection that has pulled everything, with nothing to send."""
        made: Body = self.send("POST", "/accounting_connections", {"platform": "xero"}).json
        rules: Body = {"push_statuses": {"payable": [], "receivable": []}}
        self.send("PATCH", "/accounting_sync_rules", rules)
        self.control("POST", f"/connections/{made['id']}/authorise")
        return self.get(f"/accounting_connections/{made['id']}")

    def account(self, name: str = "Rent") -> str:
        """The id of a pulled ledger account."""
        by_name = {row["name"]: row["id"] for row in self.get("/ledger_accounts")["data"]}
        return str(by_name[name])


@contextmanager
def face(folder: Path, *, rate_limit: int = 1_000_000) -> Iterator[Face]:
    """An emulator with one small entity and a partner whose provider's key is stored."""
    path = folder / "emulator.sqlite3"
    db = empty_files.emulator(path)
    settings = EmulatorSettings(database=path, instant=True, rate_limit=rate_limit)
    made = Face(take_app(settings), db, "")
    made.entity_id = made.add_entity("Acme GmbH")
    with write(db):
        meta.save_partner_settings(db, {"accounting": {"provider": "codat", "token": "a2V5"}})
        token = tokens.create(db, "client_credentials")
    made.headers = {
        "Authorization": f"Bearer {token}",
        "X-Monite-Version": VERSION,
        "X-Monite-Entity-Id": made.entity_id,
    }
    yield made
    db.close()
    give_back(made.app)


def take_app(settings: EmulatorSettings) -> Flask:
    """An app over the settings' file, without threads of its own.

    Building one costs more than most tests, so each is used again once it is given back.
    """
    if not _IDLE:
        return create_emulator(settings, engine=False)
    app = _IDLE.pop()
    app.extensions["emulator_settings"] = settings
    app.extensions["emulator_deliverer"] = Deliverer(settings)
    app.extensions["emulator_limit"] = RateLimit(settings.rate_limit)
    return app


def give_back(app: Flask) -> None:
    """Nobody uses the app any more."""
    _IDLE.append(app)


def _answer(response: TestResponse) -> Answer:
    content = response.get_json(silent=True)
    return Answer(response.status_code, response.headers, response.text, content)


def _add_organisation(
    db: Database, entity_id: str, name: str, *, own: bool = True, platform: str = "xero"
) -> None:
    organisation_id = str(uuid4())
    db.table("organisations").insert(
        {
            "id": organisation_id,
            "entity_id": entity_id,
            "platform": platform,
            "is_own": int(own),
            "name": name,
            "legal_name": name,
            "email": "books@example.com",
            "country": "DE",
            "base_currency": "EUR",
        }
    )
    accounts = [("1", "200", "Sales", "Income"), ("2", "400", "Rent", "Expense")]
    for key, code, title, kind in accounts:
        db.table("book_accounts").insert(
            {
                "id": key,
                "organisation_id": organisation_id,
                "code": code,
                "name": title,
                "type": kind,
                "status": "Active",
                "is_bank_account": 0,
                "selectable": 1,
            }
        )
    db.table("book_tax_rates").insert(
        {
            "id": "INPUT",
            "organisation_id": organisation_id,
            "name": "19 %",
            "rate": 1900,
            "components": "[]",
            "status": "Active",
            "on_purchases": 1,
            "on_sales": 1,
        }
    )
