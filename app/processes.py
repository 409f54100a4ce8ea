"""Several processes that live and die together.

Each child reads its standard input and ends when that does. The parent holds the other end, so
however the parent dies, its children go too; and a child that dies is started again.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LIFELINE = "GANGWAY_LIFELINE"
WRONG_SETTINGS = 2
"""The exit status of a child that starting again cannot help."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
STEADY = 30.0
TIME_TO_STOP = 8.0


@dataclass(slots=True)
class Child:
    """A command of this program, run as a process of its own."""

    command: str
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started_at: float = field(default=0.0)
    again_at: float = field(default=0.0)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.again_at = 0.0
        self.process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "app", self.command],
            stdin=subprocess.PIPE,
            env={**os.environ, **self.environ, LIFELINE: "1"},
        )

    def exit_status(self) -> int | None:
        return None if self.process is None else self.process.poll()

    def revive(self) -> None:
        """Start it again when it has died, after a pause that doubles until it keeps going."""
        if self.exit_status() is None:
            return
        now = time.monotonic()
        if not self.again_at:
            self.pause = FIRST_PAUSE if now - self.started_at > STEADY else self.pause * 2
            self.again_at = now + min(self.pause, LONGEST_PAUSE)
        if now >= self.again_at:
            self.let_go()
            self.start()

    def let_go(self) -> None:
        """Close the lifeline: the child ends by itself."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def end(self, until: float) -> None:
        """Wait for its end, and make it end when that takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Family:
    """The children, and the parent's promise to end them all."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.stopping = threading.Event()

    def add(self, command: str, environ: Mapping[str, str]) -> Child:
        child = Child(command, environ)
        child.start()
        self.children.append(child)
        return child

    def wait_for(self, url: str, seconds: float) -> bytes | None:
        """What the address answers, once it does; None when it does not, or a child cannot start."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopping.is_set() and not self.hopeless():
            body = answer(url)
            if body is not None:
                return body
            self.stopping.wait(0.05)
        return None

    def keep_alive(self) -> int:
        """Revive who dies until told to stop; the exit status for the whole."""
        while not self.stopping.wait(0.2):
            if self.hopeless():
                return WRONG_SETTINGS
            for child in self.children:
                child.revive()
        return 0

    def hopeless(self) -> bool:
        return any(child.exit_status() == WRONG_SETTINGS for child in self.children)

    def end(self) -> None:
        until = time.monotonic() + TIME_TO_STOP
        for child in self.children:
            child.let_go()
        for child in self.children:
            child.end(until)


def answer(url: str) -> bytes | None:
    """The body that the address answers with, whatever its status; None when nobody answers to the end."""
    try:
        with _open(url) as response:
            return bytes(response.read())
    except (OSError, http.client.HTTPException):
        return None


def _open(url: str) -> Any:
    try:
        return urllib.request.urlopen(url, timeout=2)  # noqa: S310 - our own address
    except urllib.error.HTTPError as error:
        return error


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name == "posix":
            # As servers do: an address left a moment ago may be taken again.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def on_stop(stop: Callable[[], object]) -> None:
    """Call it when the process is asked to end: Ctrl-C, SIGTERM, or its parent is gone.

    A child leaves Ctrl-C to its parent; the terminal sends it to both.
    """
    child = os.environ.get(LIFELINE) == "1"
    signal.signal(signal.SIGTERM, lambda *_: stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN if child else lambda *_: stop())
    if child:
        threading.Thread(target=_until_alone, args=(stop,), name="lifeline", daemon=True).start()


def _until_alone(stop: Callable[[], object]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()
