"""`gangway user`, as somebody types it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.__main__ import main
from app.store import events, users
from app.store.database import connect

ADD = ("user", "add", "kim@partner.example", "--name", "Kim Aalto")
PASSWORD = "four words that differ\n"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What comes through the pipe."""
    for name in ("MONITE_API_URL", "MONITE_CLIENT_ID", "MONITE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GANGWAY_INSTANCE", str(tmp_path))
    pipe = io.StringIO(PASSWORD * 3)
    monkeypatch.setattr("sys.stdin", pipe)
    return pipe


def test_a_person_is_added_changed_and_listed(
    typed: io.StringIO, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ADD, "--role", "admin"]) == 0
    assert main(["user", "add", "robin@partner.example", "--name", "Robin", "--role", "admin"]) == 0
    for words in (["role", "KIM@partner.example", "support"], ["disable", "kim@partner.example"]):
        assert main(["user", *words]) == 0
    capsys.readouterr()
    assert main(["user", "list"]) == 0

    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["robin@partner.example", "administrator"],
        ["kim@partner.example", "support"],
    ]
    assert "disabled" in listed[1]
    db = connect(tmp_path / "gangway.sqlite3")
    assert [(e.kind, e.actor.name) for e in events.find(db, "", limit=2)] == [
        ("user_disabled", "terminal"),
        ("user_role_changed", "terminal"),
    ]
    db.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "kim@partner.example", "--name", "four words that differ"], "is the name"),
        (["disable", "nobody@partner.example"], "Nobody has the e-mail address"),
        (["add", "kim", "--name", "Kim"], "Enter an e-mail address"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(
    typed: io.StringIO, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["user", *words]) == 1

    assert said in capsys.readouterr().err
    db = connect(tmp_path / "gangway.sqlite3")
    assert users.every(db) == []
    db.close()


def test_a_password_is_no_argument(typed: io.StringIO) -> None:
    with pytest.raises(SystemExit):
        main([*ADD, "--password", "four words that differ"])
