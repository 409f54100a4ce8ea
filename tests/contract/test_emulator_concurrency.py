"""Many callers at once, over real connections: one document for each bill, and no answer of 500."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from app.emulator.store.database import open_database
from tests.emulator_servers import Client, Running, serve

CALLERS = 5
ROUNDS = 8
SCENARIOS = ({"scenario": "smooth"}, {"scenario": "empty"}, {"scenario": "bulk", "payables": 30})


def at_once(work: Callable[[int], None], callers: int = CALLERS) -> None:
    """Run the work in so many threads that begin together; what fails in one fails the test."""
    gate, failures = threading.Barrier(callers), list[BaseException]()

    def run(number: int) -> None:
        try:
            gate.wait(20)
            work(number)
        except BaseException as failure:  # noqa: BLE001 - a thread's failure is told by the test
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def failed_bill(emulator: Running) -> tuple[Client, dict[str, Any]]:
    """A bill that was refused for want of an account and has one now: its client and its record."""
    client = emulator.client(emulator.entity_id("Boulangerie"))
    rules = {"push_statuses": {"payable": ["waiting_to_be_paid"], "receivable": []}}
    client.send("PATCH", "/accounting_sync_rules", json=rules)
    (connection,) = client.get("/accounting_connections")["data"]
    client.send("POST", f"/accounting_connections/{connection['id']}/sync")
    emulator.control("POST", "/clock", {"advance_seconds": 60})
    records = client.all("/accounting_synced_records", object_type="bill", limit=100)
    record = next(row for row in records if row["sync_status"] == "error")
    accounts = client.get("/ledger_accounts")["data"]
    account = next(row["id"] for row in accounts if row["nominal_code"] == "429")
    lines = client.get(f"/payables/{record['object_id']}/line_items")["data"]
    for line in lines:
        path = f"/payables/{record['object_id']}/line_items/{line['id']}"
        client.send("PATCH", path, json={"ledger_account_id": account})
    return client, record


@pytest.mark.parametrize("instant", [True, False])
def test_a_record_that_many_push_at_once_becomes_one_document(tmp_path: Path, instant: bool) -> None:
    with serve(tmp_path, instant=instant) as emulator:
        client, record = failed_bill(emulator)
        number = client.get(f"/payables/{record['object_id']}")["document_id"]
        statuses: list[int] = []

        def push(_: int) -> None:
            with requests.Session() as http:
                own = Client(Running(emulator.url, http), client.token, client.entity_id)
                path = f"/accounting_synced_records/{record['id']}/push"
                statuses.append(own.send("POST", path).status_code)

        at_once(push)
        emulator.control("POST", "/clock", {"advance_seconds": 60})

        bills = emulator.control("GET", f"/books/{client.entity_id}")["bills"]
        assert [bill["number"] for bill in bills].count(number) == 1
        assert set(statuses) <= {200, 409}
        assert 200 in statuses
        assert client.get(f"/accounting_synced_records/{record['id']}")["sync_status"] == "done"


@pytest.mark.slow
def test_reads_go_on_with_the_former_data_while_a_large_scenario_loads(tmp_path: Path) -> None:
    with serve(tmp_path) as emulator:
        before = emulator.client(emulator.entity_id("Fernlight"))
        body = {"scenario": "bulk", "payables": 6_000}
        loading = threading.Thread(target=_post, args=(f"{emulator.url}/_emulator/reset", body))
        loading.start()
        seen = []
        while loading.is_alive():
            seen.append(before.send("GET", "/payables").status_code)
        loading.join()

        # Former data first; then the new one, to which the former token means nothing. One request may
        # have been let in just before, and find its business gone.
        between = [status for status in seen if status not in (200, 401)]
        assert between in ([], [403])
        told = [status for status in seen if status not in between]
        assert told == sorted(told)
        assert seen.count(200) > 5
        assert [entity["name"] for entity in emulator.state()["entities"]] == ["Bulk business 1"]


def _post(address: str, body: dict[str, Any]) -> None:
    with requests.Session() as http:
        assert http.post(address, json=body, timeout=60).ok


@pytest.mark.slow
@pytest.mark.parametrize("instant", [True, False])
def test_resets_syncs_pushes_and_edits_at_once_never_answer_500(tmp_path: Path, instant: bool) -> None:
    answers: list[str] = []

    with serve(tmp_path, instant=instant) as emulator:
        at_once(lambda number: _Caller(emulator.url, Random(number), answers).run())

    with closing(open_database(tmp_path / "emulator.sqlite3")) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(answers) > CALLERS * ROUNDS
    assert [line for line in answers if line.startswith("5")] == []


class _Caller:
    """Somebody who does one thing after the other, whatever became of the one before."""

    def __init__(self, url: str, chance: Random, answers: list[str]) -> None:
        self.chance, self.answers = chance, answers
        self.http = requests.Session()
        self.emulator = Running(url, self.http)
        self.client = Client(self.emulator, "", None)

    def run(self) -> None:
        works = [self.push, self.assign, self.sync, self.connect, self.create, self.reset, self.wait]
        for _ in range(ROUNDS):
            entities = self.emulator.state()["entities"]
            if entities:
                self.client = self.emulator.client(self.chance.choice(entities)["id"])
            self.chance.choice(works)()
        self.http.close()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The body of the answer, empty unless it is a success."""
        answer = self.client.send(method, path, json=body)
        self.answers.append(f"{answer.status_code} {method} {path} {answer.text[:80]}")
        return answer.json() if answer.status_code < 300 else {}

    def rows(self, path: str) -> list[dict[str, Any]]:
        return list(self.send("GET", path).get("data", []))

    def push(self) -> None:
        for record in self.rows("/accounting_synced_records?object_type=bill&limit=5"):
            self.send("POST", f"/accounting_synced_records/{record['id']}/push")

    def assign(self) -> None:
        accounts = self.rows("/ledger_accounts")
        for bill in self.rows("/payables?limit=3"):
            for line in self.rows(f"/payables/{bill['id']}/line_items"):
                path = f"/payables/{bill['id']}/line_items/{line['id']}"
                self.send("PATCH", path, {"ledger_account_id": accounts[0]["id"] if accounts else None})

    def sync(self) -> None:
        rules = {"push_statuses": {"payable": ["waiting_to_be_paid"], "receivable": ["issued"]}}
        self.send("PATCH", "/accounting_sync_rules", rules)
        for connection in self.rows("/accounting_connections"):
            self.send("POST", f"/accounting_connections/{connection['id']}/sync")

    def connect(self) -> None:
        for connection in self.rows("/accounting_connections"):
            self.send("POST", f"/accounting_connections/{connection['id']}/disconnect")
        made = self.send("POST", "/accounting_connections", {"platform": "xero"})
        if made:
            self.control(f"/connections/{made['id']}/authorise", {})

    def create(self) -> None:
        self.send("POST", "/payables", {"currency": "EUR"})
        person = {"legal_name": "Kohl AG", "is_vendor": True, "is_customer": False}
        self.send("POST", "/counterparts", {"type": "organization", "organization": person})
        price = {"currency": "EUR", "value": 100}
        self.send("POST", "/products", {"name": "Tea", "type": "product", "price": price})

    def reset(self) -> None:
        self.control("/reset", self.chance.choice(SCENARIOS))

    def wait(self) -> None:
        self.control("/clock", {"advance_seconds": 3600})

    def control(self, path: str, body: dict[str, Any]) -> None:
        answer = self.http.post(f"{self.emulator.url}/_emulator{path}", json=body, timeout=60)
        self.answers.append(f"{answer.status_code} POST {path} {answer.text[:80]}")
