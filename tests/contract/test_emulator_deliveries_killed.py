"""kill -9 while a listener has a message in hand: it comes once more with the same id, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from app.processes import answer
from tests.emulator_listeners import Listener, listening
from tests.processes import free_port, program, until

VERSION = "2024-01-31"


class Emulator:
    """The emulator as a process, and a partner who uses it."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._environ = {"GANGWAY_INSTANCE": str(folder), "GANGWAY_EMULATOR_PORT": str(port)}
        self._process: psutil.Popen | None = None
        self._headers = {"X-Monite-Version": VERSION}

    def start(self) -> None:
        self._process = program("emulator", self._environ)
        until(lambda: answer(f"{self.url}/_emulator/state"), 60, "the emulator's start")

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def sign_in(self) -> None:
        """Be the partner, for the first of the sample businesses."""
        state = requests.get(f"{self.url}/_emulator/state", timeout=20).json()
        credentials = {name: state[name] for name in ("client_id", "client_secret")}
        token = self.send("POST", "/auth/token", {"grant_type": "client_credentials", **credentials})
        self._headers["Authorization"] = f"Bearer {token['access_token']}"
        self._headers["X-Monite-Entity-Id"] = state["entities"][0]["id"]

    def send(self, method: str, path: str, body: Any = None) -> Any:
        response = requests.request(
            method, f"{self.url}/v1{path}", json=body, headers=self._headers, timeout=20
        )
        assert response.ok, response.text
        return response.json()


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    made = Emulator(tmp_path)
    yield made
    made.kill()


@pytest.mark.slow
def test_a_kill_between_sending_and_noting_sends_again_and_loses_nothing(emulator: Emulator) -> None:
    with listening() as listener:
        emulator.start()
        emulator.sign_in()
        emulator.send("POST", "/webhook_subscriptions", {"object_type": "product", "url": listener.url})
        listener.patient.clear()
        made = [emulator.send("POST", "/products", {"name": name})["id"] for name in ("Tea", "Coffee")]
        until(lambda: listener.heard, what="the first message")
        emulator.kill()
        listener.patient.set()
        emulator.start()

        until(lambda: len(_told(listener)) == 2, what="every message after the restart")
        deliveries = "/webhook_deliveries"
        until(lambda: all(row["was_successful"] for row in emulator.send("GET", deliveries)["data"]))

    assert _told(listener) == set(made)
    assert [body["object"]["id"] for body in listener.bodies] == [made[0], made[0], made[1]]
    assert listener.bodies[0] == listener.bodies[1]


def _told(listener: Listener) -> set[str]:
    return {body["object"]["id"] for body in listener.bodies}
