"""The commands for whoever looks after an installation, as they are typed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.__main__ import main
from app.services import secrets
from tests import empty_files
from tests.factories import ENCRYPTION_KEY, make_deps, make_settings
from tests.processes import free_port


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MONITE_API_URL", "MONITE_CLIENT_ID", "MONITE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GANGWAY_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("GANGWAY_EMULATOR_PORT", str(free_port()))
    monkeypatch.setenv("GANGWAY_ENCRYPTION_KEYS", ENCRYPTION_KEY)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    settings = make_settings(tmp_path / "instance")
    with closing(empty_files.store(settings.database)) as db:
        secrets.keep(make_deps(db, settings), secrets.CODAT_EVENTS, "whsec_something")
    return settings.database


def test_a_backup_and_the_way_back_need_no_credentials(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"

    assert main(["backup", str(copy)]) == 0
    assert "fingerprint" in capsys.readouterr().out
    assert main(["restore", str(copy)]) == 0
    told = capsys.readouterr().out
    assert "Everybody signs in again" in told
    assert len(list(store.parent.glob("*.before-restore-*"))) == 1


def test_a_refusal_is_told_in_words_and_by_the_exit_status(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(store)]) == 2
    assert main(["restore", str(tmp_path / "nothing")]) == 2
    with closing(sqlite3.connect(store)) as busy:
        busy.execute("SELECT * FROM events").fetchall()
        main(["backup", str(tmp_path / "copy")])
        assert main(["restore", str(tmp_path / "copy")]) == 2

    told = capsys.readouterr().err
    assert "is there already" in told
    assert "There is no file" in told
    assert "Gangway is running on this store" in told


def test_the_doctor_says_which_settings_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    assert "MONITE_API_URL" in capsys.readouterr().out
    assert main(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["about"] == "Settings"
