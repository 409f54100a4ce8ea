"""The processes behind a journey or a kill, and the emulator's control interface as a test uses it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import requests

from app.processes import answer
from tests.emulator_servers import Client, Running
from tests.processes import Forked, free_port, program, until

RATE_LIMIT = 1000
"""Tests are about what happens, not about how fast Monite lets it happen."""
BOOKKEEPERS_OWN = ("PC-", "BK-")
"""How the numbers begin of what the sample books hold from the start."""


def end(process: psutil.Popen) -> None:
    """Ask it to end, and see that it does."""
    process.terminate()
    process.wait(15)


class Emulator:
    """One emulator, at full speed."""

    def __init__(self, instance: Path, redirect_url: str) -> None:
        port = free_port()
        self.instance = instance
        self.url = f"http://127.0.0.1:{port}"
        self._http = requests.Session()
        self._kept = sqlite3.connect(":memory:")
        self._process = program(
            "emulator",
            {
                "GANGWAY_INSTANCE": str(instance),
                "GANGWAY_EMULATOR_PORT": str(port),
                "EMULATOR_SPEED": "instant",
                "EMULATOR_REDIRECT_URL": redirect_url,
                "EMULATOR_RATE_LIMIT": str(RATE_LIMIT),
            },
        )
        until(lambda: answer(f"{self.url}/_emulator/state"), 60, "the emulator's start")

    def stop(self) -> None:
        self._http.close()
        self._kept.close()
        end(self._process)

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call of /_emulator/, which must succeed."""
        response = self._http.request(method, f"{self.url}/_emulator/{path}", json=body, timeout=30)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text}"
        return response.json()

    def reset(self, scenario: str = "smooth", **counts: int) -> None:
        self.control("DELETE", "faults")
        self.control("POST", "reset", {"scenario": scenario, **counts})

    def keep(self) -> None:
        """Remember everything as it is now."""
        with closing(self.file()) as now:
            now.backup(self._kept)

    def restore(self) -> None:
        """Everything as it was kept; loading the sample data anew takes ten times as long."""
        with closing(self.file()) as now:
            self._kept.backup(now)

    def file(self) -> sqlite3.Connection:
        """The emulator's own file."""
        return sqlite3.connect(self.instance / "emulator.sqlite3", timeout=10)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.control("GET", "state")
        return state

    def entity_id(self, name: str) -> str:
        """The id of the business whose name begins so."""
        return next(str(e["id"]) for e in self.state()["entities"] if e["name"].startswith(name))

    def books(self, entity_id: str) -> dict[str, Any]:
        books: dict[str, Any] = self.control("GET", f"books/{entity_id}")
        return books

    def sent(self, entity_id: str) -> dict[str, set[str]]:
        """What is in the books and was not entered there: the number, and the accounts of its lines."""
        books = self.books(entity_id)
        return {
            document["number"]: {line["account_code"] for line in document["lines"]}
            for document in books["bills"] + books["invoices"]
            if not document["number"].startswith(BOOKKEEPERS_OWN)
        }

    def client(self, entity_id: str) -> Client:
        """Monite's API as a stranger to this product would use it."""
        return Running(self.url, self._http).client(entity_id)

    def account_of(self, entity_id: str, bill: str, line: str) -> str | None:
        """The code of the account that a line of a bill has at Monite."""
        client = self.client(entity_id)
        bill_id = next(row["id"] for row in client.all("/payables", limit=100) if row["document_id"] == bill)
        lines = client.get(f"/payables/{bill_id}/line_items")["data"]
        chosen = next(row["ledger_account_id"] for row in lines if row["name"] == line)
        accounts = client.all("/ledger_accounts", limit=100)
        return next((str(row["nominal_code"]) for row in accounts if row["id"] == chosen), None)

    def connections(self, entity_id: str) -> list[str]:
        """The state of each of the entity's connections, as Monite lists them."""
        rows = self.client(entity_id).get("/accounting_connections")["data"]
        return sorted(str(row["status"]) for row in rows)

    def advance(self, seconds: int) -> None:
        self.control("POST", "clock", {"advance_seconds": seconds})

    def fault(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", {"kind": kind, **more})

    def heal(self) -> None:
        self.control("DELETE", "faults")


class Dashboard:
    """Pages and worker as two processes over one store, either of which a test may kill."""

    def __init__(
        self,
        instance: Path,
        port: int,
        emulator: Emulator,
        commands: Sequence[str] = ("serve", "worker"),
        **environ: str,
    ) -> None:
        state = emulator.state()
        self.instance = instance
        self.url = f"http://127.0.0.1:{port}"
        self._environ = {
            "GANGWAY_INSTANCE": str(instance),
            "GANGWAY_PORT": str(port),
            "GANGWAY_RATE_LIMIT": str(RATE_LIMIT),
            "MONITE_API_URL": f"{emulator.url}/v1",
            "MONITE_CLIENT_ID": state["client_id"],
            "MONITE_CLIENT_SECRET": state["client_secret"],
            **environ,
        }
        self._processes: dict[str, Forked] = {}
        for command in commands:
            self.start(command)

    def start(self, command: str) -> None:
        """Start `serve` or `worker`; pages answer when this returns."""
        self._processes[command] = Forked(command, self._environ)
        if command == "serve":
            until(lambda: answer(self.url), 60, "the dashboard's start")

    def kill(self, command: str) -> None:
        """kill -9."""
        self._processes[command].kill()
        self._processes[command].wait()

    def stop(self) -> None:
        """End both at once: their store ends with the test."""
        for process in self._processes.values():
            if process.poll() is None:
                process.kill()
        for process in self._processes.values():
            process.wait(15)
