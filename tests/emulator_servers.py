"""A real emulator for tests: served by waitress on a free port, in a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from waitress import wasyncore
from waitress.server import create_server

from app.emulator.config import EmulatorSettings
from app.emulator.factory import create_emulator
from tests import sample_files

VERSION = "2024-01-31"


@dataclass(frozen=True, slots=True)
class Running:
    """Where the emulator listens, and how to talk to it."""

    url: str
    http: requests.Session

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Use the control interface; a refusal fails the test."""
        response = self.http.request(method, f"{self.url}/_emulator{path}", json=body, timeout=20)
        assert response.ok, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def state(self) -> dict[str, Any]:
        """What the emulator says of itself."""
        return self.control("GET", "/state")

    def entity_id(self, name: str) -> str:
        """The id of the sample business whose name begins so."""
        found = [entity["id"] for entity in self.state()["entities"] if entity["name"].startswith(name)]
        assert len(found) == 1, name
        return str(found[0])

    def client(self, entity_id: str | None = None, version: str = VERSION) -> Client:
        """A client with a token of its own."""
        state = self.state()
        credentials = {name: state[name] for name in ("client_id", "client_secret")}
        response = self.http.post(
            f"{self.url}/v1/auth/token",
            json={"grant_type": "client_credentials", **credentials},
            headers={"X-Monite-Version": VERSION},
            timeout=20,
        )
        token = response.json()["access_token"]
        return Client(self, token, entity_id, version)


@dataclass(frozen=True, slots=True)
class Client:
    """Plain HTTP against Monite's paths; nothing of the product's own client is used."""

    emulator: Running
    token: str
    entity_id: str | None
    version: str = VERSION

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request with all the headers that Monite asks for."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Monite-Version": self.version}
        if self.entity_id:
            headers["X-Monite-Entity-Id"] = self.entity_id
        url = f"{self.emulator.url}/v1{path}"
        return self.emulator.http.request(method, url, headers=headers, timeout=20, **options)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The answer to a read, which must succeed."""
        response = self.send("GET", path, params=params)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of a cursor list, page by page."""
        page = self.get(path, **params)
        rows: list[dict[str, Any]] = page["data"]
        while page["next_pagination_token"]:
            page = self.get(path, pagination_token=page["next_pagination_token"], limit=100)
            rows += page["data"]
        return rows


@contextmanager
def serve(
    folder: Path, *, rate_limit: int = 100_000, instant: bool = True, redirect_url: str | None = None
) -> Iterator[Running]:
    """An emulator over fresh sample data in the folder, gone at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    # The sign-in addresses that it hands out carry its own port.
    settings = EmulatorSettings(
        database=folder / "emulator.sqlite3",
        port=listening.getsockname()[1],
        instant=instant,
        rate_limit=rate_limit,
        redirect_url=redirect_url,
    )
    sample_files.copy_to(settings.database)
    app = create_emulator(settings)
    server: Any = create_server(app, sockets=[listening], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        with requests.Session() as http:
            yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", http)
    finally:
        app.extensions["emulator_engine"].stop()
        app.extensions["emulator_deliverer"].stop()
        # Closed by its own thread: a socket closed under a running select is an error there.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(10)
        server.task_dispatcher.shutdown()
