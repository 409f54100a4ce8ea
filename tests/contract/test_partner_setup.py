"""The partner's set-up against a real emulator: what is checked is what is so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import upkeep
from app.__main__ import main
from app.domain.findings import Health
from app.services import checkups, partner_setup, secrets, webhooks
from app.services.deps import Deps
from app.store import heartbeats
from app.store.database import write
from tests.contract.gangways import open_deps
from tests.emulator_servers import Running, serve
from tests.processes import ROOT

RAW = "ztHQGvnC4XN2CgUhaDWEG4ySLUJqWjp7zkbZkGHd"
HERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("emulator")) as running:
        yield running


def codes(deps: Deps) -> dict[str, str]:
    """What each check says now."""
    partner_setup.check_all(deps)
    return {line.value: check.result.code for line, check in partner_setup.get(deps).checks.items()}


def test_each_line_says_what_monite_has(emulator: Running, tmp_path: Path) -> None:
    with open_deps(emulator, tmp_path, public_url=HERE) as deps:
        assert codes(deps) == {
            "credentials": "token_received",
            "provider": "key_stored",
            "version": "version_answers",
            "webhooks": "webhooks_missing",
            "xero_cap": "cap_room",
        }
        partner_setup.store_key(deps, f"Basic {RAW}")
        webhooks.subscribe(deps)
        assert partner_setup.get(deps).checks["provider"].result.values["ending"] == "kGHd"  # type: ignore[index]
        assert codes(deps)["webhooks"] == "webhooks_silent"
        with write(deps.db) as db:
            db.execute("DELETE FROM secrets WHERE name = ?", [secrets.MONITE_WEBHOOKS])
        assert codes(deps)["webhooks"] == "webhooks_no_secret"


@pytest.mark.parametrize("version", ["2023-09-01", "2024-05-25"])
def test_versions_without_the_key_in_their_settings_say_so(
    emulator: Running, tmp_path: Path, version: str
) -> None:
    with open_deps(emulator, tmp_path, public_url=HERE, monite_api_version=version) as deps:
        found = codes(deps)

    assert (found["provider"], found["version"]) == ("key_by_hand", "version_differs")


def test_wrong_credentials_are_told_once_and_nothing_else_is_claimed(
    emulator: Running, tmp_path: Path
) -> None:
    with open_deps(emulator, tmp_path, public_url=HERE, monite_client_secret="not this one") as deps:
        found = codes(deps)

    assert found.pop("credentials") == "credentials_refused"
    assert found.pop("xero_cap") == "cap_room"
    assert set(found.values()) == {"not_asked"}


def test_the_doctor_finds_a_sound_installation_sound(emulator: Running, tmp_path: Path) -> None:
    with open_deps(emulator, tmp_path, public_url="http://127.0.0.1:8") as deps:
        with write(deps.db) as db:
            heartbeats.beat(db, "worker", 1, deps.clock())
        before = list(deps.db.conn.iterdump())
        with upkeep.open_deps(deps.settings) as deps_for:
            found = {one.about: one.health for one in checkups.examine(deps.settings, deps_for)}

        assert list(deps.db.conn.iterdump()) == before
    assert found["Credentials"] == found["Counters"] == found["Clock"] == found["Worker"] == Health.FINE
    assert Health.FAULT not in found.values()


def test_a_partner_without_a_key_gets_one(emulator: Running, tmp_path: Path) -> None:
    emulator.control("POST", "/reset", {"scenario": "empty"})
    with open_deps(emulator, tmp_path, public_url=HERE) as deps:
        missing = codes(deps)["provider"]
        partner_setup.store_key(deps, RAW)

        assert (missing, codes(deps)["provider"]) == ("key_missing", "key_stored")
    emulator.control("POST", "/reset", {"scenario": "smooth"})


def test_the_doctor_answers_a_program_and_ends_with_1_on_a_fault(emulator: Running, tmp_path: Path) -> None:
    state = emulator.state()
    environ = {
        "GANGWAY_INSTANCE": str(tmp_path),
        "MONITE_API_URL": f"{emulator.url}/v1",
        "MONITE_CLIENT_ID": state["client_id"],
        "MONITE_CLIENT_SECRET": "not this one",
    }

    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor", "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    told: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    faults = [one["about"] for one in told["findings"] if one["health"] == "fault"]
    assert faults == ["Credentials"]
    assert "not this one" not in done.stdout + done.stderr


def test_the_doctor_finds_the_emulator_of_a_demo_by_itself(
    emulator: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("MONITE_API_URL", "MONITE_CLIENT_ID", "MONITE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GANGWAY_INSTANCE", str(tmp_path))
    monkeypatch.setenv("GANGWAY_EMULATOR_PORT", emulator.url.rpartition(":")[2])
    monkeypatch.setenv("GANGWAY_PUBLIC_URL", "http://127.0.0.1:8")

    assert main(["doctor"]) == 0

    told = capsys.readouterr().out
    assert "Credentials: Token received, valid 30 minutes." in told
    assert "Nothing is wrong." in told
