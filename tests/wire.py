"""A small Monite on the wire, for tests of what the dashboard does with its answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import responses

BASE = "http://127.0.0.1:1/v1"
Answer = tuple[int, dict[str, str], str]


@dataclass
class Wire:
    """Holds sync rules and a connection, and takes accounts for products and lines.

    `fails` is answered instead, once each, to whatever is asked; `refuses_changes` to a change of the rules.
    """

    rules: dict[str, list[str]] = field(
        default_factory=lambda: {"payable": ["waiting_to_be_paid"], "receivable": ["issued"]}
    )
    ignores_changes: bool = False
    refuses_changes: tuple[int, str] | None = None
    is_down: bool = False
    keeps_accounts: bool = False
    """Whether an account that is to be taken away stays."""
    fails: list[tuple[int, str]] = field(default_factory=list)
    patched: list[tuple[str, Any]] = field(default_factory=list)
    connection: dict[str, Any] | None = None
    records: list[dict[str, Any]] = field(default_factory=list)
    leads_to: str = "https://link.codat.io/company/c1"
    """The sign-in address of a new connection."""
    syncs: int = 0
    pushed: list[str] = field(default_factory=list)

    def get_rules(self, request: requests.PreparedRequest) -> Answer:
        return self._answer({"push_statuses": self.rules})

    def patch_rules(self, request: requests.PreparedRequest) -> Answer:
        body = json.loads(request.body or "{}")
        self.patched.append(("rules", body["push_statuses"]))
        if self.refuses_changes:
            self.fails.append(self.refuses_changes)
        if not (self.ignores_changes or self.is_down or self.fails):
            self.rules = body["push_statuses"]
        return self._answer({"push_statuses": self.rules})

    def get_connections(self, request: requests.PreparedRequest) -> Answer:
        return self._answer({"data": [self.connection] if self.connection else []})

    def get_connection(self, request: requests.PreparedRequest) -> Answer:
        return self._answer(self.connection)

    def create_connection(self, request: requests.PreparedRequest) -> Answer:
        self.connection = {
            "id": "c1",
            "status": "pending_auth",
            "platform": "xero",
            "connection_url": self.leads_to,
            "created_at": "2025-05-09T09:42:00Z",
            "updated_at": "2025-05-09T09:42:00Z",
            "errors": [],
        }
        return self._answer(self.connection)

    def disconnect(self, request: requests.PreparedRequest) -> Answer:
        self.connection = {**(self.connection or {}), "status": "disconnected"}
        return self._answer(self.connection)

    def get_records(self, request: requests.PreparedRequest) -> Answer:
        return self._answer({"data": self.records})

    def push_record(self, request: requests.PreparedRequest) -> Answer:
        record_id = str(request.path_url).split("/")[-2]
        self.pushed.append(record_id)
        return self._answer(next(record for record in self.records if record["id"] == record_id))

    def ask_for_sync(self, request: requests.PreparedRequest) -> Answer:
        self.syncs += 1
        return self._answer({"message": "started"})

    def get_units(self, request: requests.PreparedRequest) -> Answer:
        return self._answer({"data": []})

    def make_unit(self, request: requests.PreparedRequest) -> Answer:
        body = json.loads(request.body or "{}")
        self.patched.append(("measure_units", body))
        return self._answer({"id": f"made-{body['name']}", **body})

    def patch_object(self, request: requests.PreparedRequest) -> Answer:
        path = str(request.path_url).split("/")
        body = json.loads(request.body or "{}")
        self.patched.append((path[-1], body))
        shared = {**body, "id": path[-1]}
        if "ledger_account_id" in body and self.keeps_accounts:
            shared["ledger_account_id"] = body["ledger_account_id"] or "a1"
        if "line_items" in path:
            return self._answer({**shared, "payable_id": path[-3]})
        times = {"created_at": "2026-06-01T10:00:00Z", "updated_at": "2026-06-08T10:00:00Z"}
        return self._answer({**shared, **times, "name": "Flat white", "entity_id": "e1"})

    def _answer(self, body: Any) -> Answer:
        if self.is_down:
            raise requests.ConnectionError("nobody listens")
        if self.fails:
            status, message = self.fails.pop(0)
            return status, {}, json.dumps({"error": {"message": message}})
        return 200, {}, json.dumps(body)


@contextmanager
def on_the_wire(base: str = BASE) -> Iterator[Wire]:
    """Answers every call under the base address until the block ends."""
    wire = Wire()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        token = {"access_token": "t", "token_type": "Bearer", "expires_in": 1800}
        mock.post(f"{base}/auth/token", json=token)
        mock.add_callback("GET", f"{base}/accounting_sync_rules", wire.get_rules)
        mock.add_callback("PATCH", f"{base}/accounting_sync_rules", wire.patch_rules)
        connections = f"{base}/accounting_connections"
        mock.add_callback("GET", connections, wire.get_connections)
        mock.add_callback("POST", connections, wire.create_connection)
        mock.add_callback("GET", f"{connections}/c1", wire.get_connection)
        mock.add_callback("POST", re.compile(rf"{connections}/[^/]+/sync"), wire.ask_for_sync)
        mock.add_callback("POST", re.compile(rf"{connections}/[^/]+/disconnect"), wire.disconnect)
        records = f"{base}/accounting_synced_records"
        mock.add_callback("GET", records, wire.get_records)
        mock.add_callback("POST", re.compile(rf"{records}/[^/]+/push"), wire.push_record)
        mock.add_callback("PATCH", re.compile(rf"{base}/(products|payables)/.+"), wire.patch_object)
        mock.add_callback("GET", f"{base}/measure_units", wire.get_units)
        mock.add_callback("POST", f"{base}/measure_units", wire.make_unit)
        yield wire
