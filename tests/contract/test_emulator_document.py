"""Whoever pastes the lines of docs/emulator.md gets what it promises."""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from app.emulator.rules.deliveries import headers
from app.emulator.store import clock
from tests.curls import Shell, sections
from tests.emulator_servers import Running, serve

DOCUMENT = Path(__file__).parents[2] / "docs" / "emulator.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
SECTIONS = sections(TEXT)
BEFORE = "Before each walk"
WALKS = [title for title in SECTIONS if title.startswith("Version ")]
ADDRESS = "http://127.0.0.1:5001"
STRICT = f"""
set -eu -o pipefail
curl() {{ command curl --silent --show-error --fail-with-body "$@"; }}
python3() {{ '{sys.executable}' "$@"; }}
"""
"""A shell that stops at the first refusal."""


def lines(title: str, emulator: Running) -> str:
    """The lines of a walk and those before it, for this emulator."""
    return (SECTIONS[BEFORE] + SECTIONS[title]).replace(ADDRESS, emulator.url)


def test_there_is_a_walk_for_every_version() -> None:
    assert [title[8:18] for title in WALKS] == ["2024-01-31", "2023-09-01", "2024-05-25"]


@pytest.mark.parametrize("title", WALKS)
def test_the_lines_of_a_walk_lead_from_nothing_into_the_books(tmp_path: Path, title: str) -> None:
    with serve(tmp_path, instant=False) as emulator, requests.Session() as http:
        shell = Shell(http)
        shell.run(lines(title, emulator))

        assert shell.names["status"] == "done"
        assert "'INV-71395'" in shell.names["bills"]
        assert shell.answers[-1].json()["status"] == "disconnected"
        assert {answer.request.headers.get("X-Monite-Version") for answer in shell.answers} == {
            title[8:18],
            None,
        }


def test_every_other_line_is_taken_too(tmp_path: Path) -> None:
    others = sections(TEXT, "## ")
    assert list(others) == ["Codat, between Monite and the books"]

    with serve(tmp_path) as emulator, requests.Session() as http:
        for shown in others.values():
            Shell(http).run(shown.replace(ADDRESS, emulator.url))


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl")
def test_a_real_shell_reads_the_lines_in_the_same_way(tmp_path: Path) -> None:
    with serve(tmp_path, instant=False) as emulator:
        script = f'{STRICT}{lines(WALKS[0], emulator)}\necho "$status $bills"'
        command = ["bash", "-c", script]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.splitlines()[-1].startswith("done ['INV-71395'")


def test_the_signature_is_verified_as_the_document_says() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    told: dict[str, Any] = {}
    exec(code, told)
    body, now = b'{"id": "1"}', clock.real_now()

    header = headers("monite", "1", "whsec_a", body, at=now)["Monite-Signature"]

    assert told["is_from_monite"](header, body, "whsec_a")
    assert not told["is_from_monite"](header, body + b" ", "whsec_a")
    assert not told["is_from_monite"](header, body, "whsec_b")
    mac = hmac.new(b"whsec_a", b"1." + body, hashlib.sha256).hexdigest()
    assert not told["is_from_monite"](f"t=1,v1={mac}", body, "whsec_a")
