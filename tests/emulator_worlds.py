"""Sample entities with one of everything that Monite's API knows by an id, for a request of every route.

What a refused request must not do is change the file; what an accepted one changed is put back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from sqlite_utils import Database
from werkzeug.test import TestResponse

from app.emulator import api, deps
from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from app.emulator.samples import PRACTICE_KEY, books, businesses
from app.emulator.samples.calendar import Calendar
from app.emulator.store import clock, meta, snapshots
from app.emulator.store.database import migrate, open_database, write
from tests.emulator_clients import Body

VERSION = "2024-05-25"
ENTITIES = ("fernlight", "kettwerk", "wattlebrae")
SALES = "200"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """A method on a path of the app; names in angle brackets stand for ids."""

    method: str
    rule: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def names(self) -> list[str]:
        """The ids in the path."""
        return [part[1:-1] for part in self.rule.split("/") if part.startswith("<")]

    def path(self, ids: dict[str, str]) -> str:
        """The path with these ids; of a name that is missing, with an id of nothing."""
        if self.rule.startswith("/v1/accounting/"):
            # The books' own ids stand there, whatever they are called in the path.
            own = ids["bill_id" if "payables" in self.rule else "invoice_id"]
            ids = {**ids, **dict.fromkeys(self.names, own)}
        parts = self.rule.split("/")
        return "/".join(ids.get(part[1:-1], UNKNOWN) if part.startswith("<") else part for part in parts)


def routes() -> list[Route]:
    """Every route that the emulator serves under /v1, taken from the app."""
    app = Flask("routes")
    deps.init_app(app, EmulatorSettings(database=Path("none")))
    api.init_app(app)
    return sorted(
        Route(method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1/")
    )


# The version that has a resource which the newest has no longer.
OLD = {"accounting_sync_rules": "2024-01-31", "webhooks": "2023-09-01", "webhook_settings": "2023-09-01"}


@dataclass
class World:
    """The app, its file, and what stands in it."""

    app: Flask
    db: Database
    headers: dict[str, str]
    entities: tuple[str, str, str]
    """Two that are connected, and one that is not."""
    user_token: str = ""
    """Of a user of the first entity."""

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """One request, of the first entity unless the headers say otherwise."""
        headers = {**self.headers, **options.pop("headers", {})}
        sent = {name: value for name, value in headers.items() if value is not None}
        client = self.app.test_client()
        return client.open(path, method=method, json=body, headers=sent, **options)

    def own_headers(self, route: Route) -> dict[str, str | None]:
        """What a route needs beside the headers of all others."""
        if str(route) == "POST /v1/accounting_connections":
            return {"X-Monite-Entity-Id": self.entities[2]}
        if route.rule.startswith("/v1/entity_users/m"):
            return {"Authorization": f"Bearer {self.user_token}"}
        return {"X-Monite-Version": OLD.get(route.rule.split("/")[2], VERSION)}

    @cached_property
    def ids(self) -> dict[str, str]:
        """An id of each kind that belongs to the first entity."""
        return _ids(self, self.entities[0])

    @cached_property
    def foreign(self) -> dict[str, str]:
        """The same of the other entity."""
        return _ids(self, self.entities[1])

    def keep(self) -> None:
        """What the file holds now is what `restore` puts back."""
        self._kept = sqlite3.connect(":memory:")
        self.db.conn.backup(self._kept)
        self._digest, self._seen = self.digest(), self._data_version()

    def has_changed(self) -> bool:
        """Whether any table differs from what was kept."""
        seen = self._data_version()
        # Nobody has written a byte since the last look: nothing to compare.
        if seen == self._seen:
            return False
        self._seen = seen
        return self.digest() != self._digest

    def restore(self) -> None:
        """Put back what was kept."""
        self._kept.backup(self.db.conn)
        self._seen = self._data_version()

    def digest(self) -> dict[str, int]:
        """Every table by its rows."""
        names = [row["name"] for row in self.db.query("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: hash(tuple(self.db.execute(f"SELECT * FROM {name}").fetchall())) for name in names}

    def close(self) -> None:
        """Close what is open."""
        self._kept.close()
        self.db.close()

    def _data_version(self) -> int:
        found: int = self.db.execute("PRAGMA data_version").fetchone()[0]
        return found


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Three businesses of the sample data; two are connected, with everything pulled and pushed."""
    path = folder / "emulator.sqlite3"
    db = open_database(path)
    migrate(db)
    with write(db):
        _fill(db)
    settings = EmulatorSettings(database=path, instant=True, rate_limit=10_000_000)
    app = create_emulator(settings, engine=False)
    state = app.test_client().get("/_emulator/state").get_json()
    first, second, third = (entity["id"] for entity in state["entities"])
    made = World(app, db, {"X-Monite-Version": VERSION}, (first, second, third))
    credentials = {name: state[name] for name in ("client_id", "client_secret")}
    body = {"grant_type": "client_credentials", **credentials}
    token = made.send("POST", "/v1/auth/token", body).get_json()["access_token"]
    made.headers |= {"Authorization": f"Bearer {token}", "X-Monite-Entity-Id": first}
    listener = {"object_type": "accounting_connection", "url": "https://example.com/listener"}
    made.send("POST", "/v1/webhook_subscriptions", listener)
    _connect(made, second)
    _connect(made, first)
    user = made.send("GET", "/v1/entity_users").get_json()["data"][0]
    grant = {"grant_type": "entity_user", "entity_user_id": user["id"], **credentials}
    made.user_token = made.send("POST", "/v1/auth/token", grant).get_json()["access_token"]
    # By then nobody tries any longer to reach the listener, which would change the file by itself.
    made.send("POST", "/_emulator/clock", {"advance_seconds": 120})
    yield made
    made.close()


def _fill(db: Database) -> None:
    calendar, filled = Calendar(clock.now(db)), snapshots.Tables()
    for key in ENTITIES:
        business = businesses.get(key)
        snapshots.merge(filled, businesses.tables(business, calendar))
        snapshots.merge(filled, books.tables(business, calendar))
    snapshots.fill(db, filled)
    meta.save(db, "scenario", "smooth")
    meta.save_partner_settings(db, {"accounting": PRACTICE_KEY})


def _connect(made: World, entity_id: str) -> None:
    headers = {"X-Monite-Entity-Id": entity_id}
    row = made.send("POST", "/v1/accounting_connections", {}, headers=headers).get_json()
    answer = made.send("POST", f"/_emulator/connections/{row['id']}/authorise", {"platform": "xero"})
    assert answer.status_code == 200, answer.text
    with write(made.db) as db:
        snapshots.put_product_account(db, entity_id, snapshots.account_ids(db, entity_id)[SALES])
    failed = made.send("GET", "/v1/accounting_synced_records?object_type=receivable", headers=headers)
    for record in failed.get_json()["data"]:
        made.send("POST", f"/v1/accounting_synced_records/{record['id']}/push", headers=headers)
    # What was sent is read back from the books with the next sync.
    made.send("POST", f"/v1/accounting_connections/{row['id']}/sync", headers=headers)


LISTS = {
    "connection_id": "accounting_connections",
    "counterpart_id": "counterparts",
    "entity_user_id": "entity_users",
    "event_id": "events",
    "ledger_account_id": "ledger_accounts",
    "payable_id": "payables?status=new",
    "product_id": "products",
    "receivable_id": "receivables?status=draft",
    "synced_record_id": "accounting_synced_records?object_type=bill",
    "tax_rate_id": "accounting_tax_rates",
    "unit_id": "measure_units",
}


def _ids(made: World, entity_id: str) -> dict[str, str]:
    headers = {"X-Monite-Entity-Id": entity_id}

    def first(path: str) -> Body:
        rows: list[Body] = made.send("GET", f"/v1/{path}", headers=headers).get_json().get("data", [])
        return rows[0] if rows else {"id": UNKNOWN}

    ids = {name: str(first(path)["id"]) for name, path in LISTS.items()} | {"entity_id": entity_id}
    ids["line_item_id"] = str(first(f"payables/{ids['payable_id']}/line_items")["id"])
    ids["invoice_id"] = str(first("accounting/receivables")["id"])
    ids["bill_id"] = str(first("accounting/payables")["id"])
    role = {"name": "Nobody's", "permissions": {"objects": []}}
    ids["role_id"] = str(made.send("POST", "/v1/roles", role, headers=headers).get_json()["id"])
    subscription = {"object_type": "payable", "url": "https://example.com/listener"}
    found = made.send("POST", "/v1/webhook_subscriptions", subscription, headers=headers).get_json()
    ids["webhook_subscription_id"] = str(found.get("id", UNKNOWN))
    return ids
