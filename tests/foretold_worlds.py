"""One business on both sides in one process: its books at the emulator, and a dashboard that reads Monite.

The dashboard gets everything through its own client over Monite's paths; only the wire is short.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from flask import Flask
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from app.domain.people import SYSTEM
from app.domain.resources import ENTITIES, EVERYBODY
from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from app.emulator.store import meta
from app.emulator.store.database import migrate, open_database
from app.services import refresh
from app.services.deps import Deps
from app.store.database import prepare
from tests.emulator_factories import Practice
from tests.factories import make_monite, make_settings

HOST = "http://127.0.0.1:1"
START = "2026-01-01T00:00:00.000000+00:00"


class ShortWire(BaseAdapter):
    """Carries requests to a Flask app of this process."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_options: Any, **_more: Any) -> requests.Response:
        answered = self._app.test_client().open(
            request.path_url,
            method=request.method or "GET",
            data=request.body,
            headers=list(request.headers.items()),
        )
        response = requests.Response()
        response.status_code = answered.status_code
        response.headers = CaseInsensitiveDict(answered.headers)
        response._content = answered.data
        response.url, response.request = request.url or "", request
        return response

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class BothSides:
    """The business as the emulator has it, and the dashboard's services over a store of its own."""

    practice: Practice
    deps: Deps

    @property
    def entity_id(self) -> str:
        return self.practice.entity_id

    def read(self) -> None:
        """The dashboard reads everything that Monite tells of the business."""
        refresh.want(self.deps, EVERYBODY, [ENTITIES])
        refresh.want(self.deps, self.entity_id)
        while any(one.under_way for one in refresh.overview(self.deps.db, self.entity_id).values()):
            refresh.run_due(self.deps, 5)

    def document(self, kind: str, lines: list[dict[str, Any]], **columns: Any) -> str:
        """A bill or an invoice as Monite keeps it, with every sum spelled out; returns its id."""
        object_id = str(uuid4())
        row = {
            "id": object_id,
            "entity_id": self.entity_id,
            "counterpart_name": None,
            "currency": "EUR",
            "created_at": START,
            "updated_at": START,
        } | columns
        body: dict[str, Any] = row.pop("body", {})
        day = row.pop("day")
        if kind == "bill":
            self._insert("payables", row | {"issued_at": day, "due_date": day, "body": json.dumps(body)})
            for position, line in enumerate(lines):
                self._bill_line(object_id, position, line)
        else:
            body = {"line_items": [_invoice_line(line) for line in lines], "discount": None} | body
            more = {"type": "invoice", "issue_date": day, "due_date": day, "body": json.dumps(body)}
            self._insert("receivables", row | more)
        return object_id

    def _bill_line(self, bill_id: str, position: int, line: dict[str, Any]) -> None:
        body = {name: line[name] for name in ("name", "quantity", "unit_price", "subtotal", "tax_amount")}
        self._insert(
            "payable_line_items",
            {
                "id": str(uuid4()),
                "entity_id": self.entity_id,
                "payable_id": bill_id,
                "position": position,
                "ledger_account_id": line["account"],
                "accounting_tax_rate_id": line["rate_id"],
                "tax": line["tax"],
                "body": json.dumps(body | {"total": line["subtotal"] + line["tax_amount"]}),
                "created_at": START,
                "updated_at": START,
            },
        )

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        self.practice.db.execute(f"INSERT INTO {table} ({names}) VALUES ({values})", row)


def _invoice_line(line: dict[str, Any]) -> dict[str, Any]:
    """A line that sells a product of its own, or one of the catalogue where `product_id` says so."""
    tax = None if line["tax"] is None else {"value": line["tax"]}
    product: dict[str, Any] = {"vat_rate": tax, "accounting_tax_rate_id": line["rate_id"]}
    if line.get("product_id"):
        product["id"] = line["product_id"]
    else:
        product |= {
            "id": str(uuid4()),
            "is_inline": True,
            "name": line["name"],
            "ledger_account_id": line["account"],
            "price": {"currency": "EUR", "value": line["unit_price"]},
        }
    return {
        "product": product,
        "quantity": line["quantity"],
        "total_before_vat": line["subtotal"],
        "total_after_vat": line["subtotal"] + line["tax_amount"],
        "discount": None,
    }


@contextmanager
def both_sides(*, platform: str, version: str, sends_discounts: bool = False) -> Iterator[BothSides]:
    """A business that is not connected yet, and a dashboard that has read nothing yet."""
    folder = Path(tempfile.mkdtemp(prefix="gangway-sides-"))
    books, instance = folder / "emulator.sqlite3", folder / "instance"
    instance.mkdir()
    shutil.copy(_empty() / "emulator.sqlite3", books)
    settings = make_settings(
        instance, monite_api_url=f"{HOST}/v1", monite_api_version=version, sends_discounts=sends_discounts
    )
    shutil.copy(_empty() / "gangway.sqlite3", settings.database)
    practice = Practice(books, platform=platform)
    practice.speak(version)
    app = create_emulator(EmulatorSettings(database=books, instant=True, rate_limit=10_000_000), engine=False)
    state = app.test_client().get("/_emulator/state").get_json()
    monite = make_monite(
        make_settings(
            instance,
            monite_api_url=f"{HOST}/v1",
            monite_client_id=state["client_id"],
            monite_client_secret=state["client_secret"],
            monite_api_version=version,
        )
    )
    monite._http._http.mount(HOST, ShortWire(app))
    db = prepare(settings.database)
    try:
        yield BothSides(practice, Deps(db, monite, settings, SYSTEM, lambda: datetime.now(UTC), lambda: None))
    finally:
        monite.close()
        db.close()
        practice.close()
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _empty() -> Path:
    """Both stores with their tables and nothing in them, made once for all worlds."""
    folder = Path(tempfile.mkdtemp(prefix="gangway-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    emulator = open_database(folder / "emulator.sqlite3")
    migrate(emulator)
    meta.save(emulator, "scenario", "practice")
    emulator.close()
    prepare(folder / "gangway.sqlite3").close()
    for path in folder.glob("*-wal"):
        path.unlink()
    return folder
