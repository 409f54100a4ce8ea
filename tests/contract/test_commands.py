"""`gangway demo`: three processes that live and die together."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from app.processes import answer
from tests.processes import ROOT, free_port, running_stack, until

pytestmark = pytest.mark.slow


def test_a_killed_process_comes_back(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        killed = [stack.child(command) for command in ("serve", "emulator", "worker")]
        for process in killed:
            process.kill()

        until(lambda: len(stack.parent.children()) == 3 and not any(p.is_running() for p in killed))
        until(lambda: answer(stack.dashboard))
        until(lambda: answer(f"{stack.emulator}/_emulator/state"))


def test_nothing_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        until(lambda: len(stack.parent.children()) == 3)
        children = stack.parent.children()
        stack.parent.kill()
        stack.parent.wait()

        gone, alive = psutil.wait_procs(children, timeout=10)

    assert (len(gone), alive) == (3, [])


def test_ctrl_c_stops_everything_quietly(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        until(lambda: len(stack.parent.children()) == 3)
        family = [stack.parent, *stack.parent.children()]
        for process in family:
            process.send_signal(signal.SIGINT)

        _, alive = psutil.wait_procs(family, timeout=10)

    assert alive == []
    assert stack.parent.returncode == 0


def test_a_port_in_use_is_told_in_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = _run("demo", GANGWAY_PORT=str(port), GANGWAY_EMULATOR_PORT=str(free_port()))

    assert result.returncode == 2
    assert f"127.0.0.1:{port} is in use by another program" in result.stderr
    assert "GANGWAY_PORT" in result.stderr


def test_missing_credentials_are_told_in_words(tmp_path: Path) -> None:
    result = _run("serve", GANGWAY_INSTANCE=str(tmp_path))

    assert result.returncode == 2
    assert "MONITE_API_URL and MONITE_CLIENT_ID and MONITE_CLIENT_SECRET must be set" in result.stderr


def _run(command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", command],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_an_answer_that_breaks_off_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def break_off() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

        killed = threading.Thread(target=break_off)
        killed.start()

        assert answer(f"http://127.0.0.1:{server.getsockname()[1]}/") is None
        killed.join()
