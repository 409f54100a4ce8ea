"""A listener for the emulator's messages: a tiny server on a free port, in a thread of this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], str]
OK: Answer = (200, {}, "")


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: its headers in small letters, and its body as it came."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.raw)


@dataclass
class Listener:
    """What was heard, and what is answered: the next of `answers`, and 200 once they are used up."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    patient: threading.Event = field(default_factory=threading.Event)
    """Clear it to let requests hang, set it to let them be answered."""

    def fail(self, times: int, status: int = 500, **headers: str) -> None:
        """Refuse the next so many requests."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers += [(status, named, "no")] * times

    @property
    def bodies(self) -> list[Any]:
        """The body of every request."""
        return [one.json for one in self.heard]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Hear a message."""
        self._take()

    def do_GET(self) -> None:
        """Hear who followed a redirect."""
        self._take()

    def _take(self) -> None:
        listener = self.server.listener
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        listener.heard.append(Heard(self.command, self.path, headers, raw))
        listener.patient.wait(20)
        status, more, text = listener.answers.pop(0) if listener.answers else OK
        self.send_response(status)
        for name, value in {**more, "Content-Length": str(len(text.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    listener: Listener


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[Listener]:
    """A listener that takes everything, gone at the end."""
    server = _Server((host, 0), _Handler)
    server.listener = listener = Listener(f"http://{host}:{server.server_address[1]}/hook")
    listener.patient.set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.patient.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
