"""Real processes for tests: the program on free ports, with a folder of its own."""

from __future__ import annotations

import multiprocessing
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from jinja2.bccache import FileSystemBytecodeCache

from app import factory
from app.__main__ import main
from app.processes import answer

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """A port at which nobody listens now.

    It lies below those that systems hand out by themselves: were it one of these, somebody's outgoing
    connection could have it before the process that it is meant for, or while that is being restarted.
    """
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def until(condition: Callable[[], object], seconds: float = 30, what: str = "it") -> None:
    """Wait for something that other processes bring about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen in {seconds:.0f} s"
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Stack:
    """A dashboard, its worker and an emulator, as `gangway demo` runs them."""

    parent: psutil.Popen
    dashboard: str
    emulator: str
    instance: Path

    def child(self, command: str) -> psutil.Process:
        """The process that runs one of the commands."""
        return next(child for child in self.parent.children() if command in child.cmdline())


def program(command: str, environ: Mapping[str, str]) -> psutil.Popen:
    """Start one command of this program."""
    return psutil.Popen(
        [sys.executable, "-m", "app", command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


class Forked:
    """One command of this program, forked from a process that has read the program's modules already.

    A journey starts two of them, and reading the modules is most of what a start takes. What a person
    starts is tested with `program`.
    """

    def __init__(self, command: str, environ: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        everything = {**os.environ, **environ}
        self._process = context.Process(target=_run, args=(command, everything), daemon=True)
        self._process.start()

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for its end; raises AssertionError when that doesn't come in time."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, f"it still runs after {seconds} s"


PRELOADED = ["app.__main__", "app.wsgi", "app.jobs.worker", "app.jobs.bells", "waitress"]


def _run(command: str, environ: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    # Kept in the system's folder for what is temporary: the next process need not compile them again.
    factory.COMPILED = FileSystemBytecodeCache()
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    sys.exit(main([command]))


@contextmanager
def running_stack(instance: Path, **environ: str) -> Iterator[Stack]:
    """All three processes, up and answering; ended at the end of the block."""
    port, emulator_port = free_port(), free_port()
    settings = {
        "GANGWAY_INSTANCE": str(instance),
        "GANGWAY_PORT": str(port),
        "GANGWAY_EMULATOR_PORT": str(emulator_port),
        "EMULATOR_SPEED": "instant",
    }
    parent = program("demo", settings | environ)
    stack = Stack(parent, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{emulator_port}", instance)
    try:
        until(lambda: answer(stack.dashboard) or parent.poll() is not None, 60, "the start")
        assert parent.poll() is None, "the program ended by itself"
        yield stack
    finally:
        if parent.poll() is None:
            parent.terminate()
            parent.wait(15)
