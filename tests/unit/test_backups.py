"""Backups: made while others work, and gone back to without sending twice or letting anybody in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import InputError
from app.services import backups, installations, outbox, secrets
from app.services.backups import Made, Restored
from app.services.deliveries import HANDLERS
from app.services.deps import Deps
from app.store import events, import_mails
from app.store.database import connect, to_text, write
from tests import empty_files
from tests.factories import (
    ENCRYPTION_KEY,
    MARIE,
    NOW,
    Clock,
    Recorder,
    make_deps,
    make_intent,
    make_settings,
)


@pytest.fixture
def handler() -> Iterator[Recorder]:
    recorder = Recorder()
    with patch.dict(HANDLERS, {"test": recorder}):
        yield recorder


@pytest.fixture
def deps_for(settings: Settings) -> Callable[[Database], Deps]:
    clock = Clock()
    return lambda db: make_deps(db, settings, clock=clock)


@pytest.fixture
def deps(db: Database, deps_for: Callable[[Database], Deps]) -> Deps:
    return deps_for(db)


def make(settings: Settings, target: Path) -> Made:
    return backups.make(settings.database, target, settings.encryption_keys, NOW)


def restore(deps: Deps, source: Path, **more: object) -> Restored:
    """Go back to it, as the command does: nobody else has the store open."""
    deps.db.close()
    values: dict[str, object] = {"monite_api_url": deps.settings.monite_api_url, **more}
    keys = deps.settings.encryption_keys
    store = deps.settings.database
    return backups.restore(
        store,
        source,
        keys,
        lambda db: make_deps(db, deps.settings),
        **values,  # type: ignore[arg-type]
    )


def rows(settings: Settings, sql: str) -> list[dict[str, object]]:
    with closing(connect(settings.database)) as db:
        return list(db.query(sql))


def test_a_backup_holds_what_was_saved_and_only_its_owner_can_read_it(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    with write(deps.db) as db:
        events.add(db, "e1", NOW, "told", MARIE)

    made = make(settings, tmp_path / "copy")

    assert made.path.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("SELECT kind FROM events").fetchall() == [("told",)]
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert list(tmp_path.glob(".gangway-*")) == []


def test_a_backup_does_not_wait_for_somebody_who_is_writing(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    with write(deps.db) as db:
        events.add(db, "e1", NOW, "not saved yet", MARIE)
        made = make(settings, tmp_path / "copy")

    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_a_file_that_is_there_is_left_alone(deps: Deps, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.write_text("mine", encoding="ascii")

    with pytest.raises(InputError, match="is there already"):
        make(settings, target)

    assert target.read_text(encoding="ascii") == "mine"


def test_secrets_come_back_with_their_key(deps: Deps, settings: Settings, tmp_path: Path) -> None:
    secrets.keep(deps, secrets.CODAT_EVENTS, "whsec_something")
    made = make(settings, tmp_path / "copy")
    assert made.keys == (backups.fingerprint(ENCRYPTION_KEY),)

    restore(deps, made.path)

    with closing(connect(settings.database)) as db:
        assert secrets.reveal(make_deps(db, settings), secrets.CODAT_EVENTS) == "whsec_something"


def test_secrets_without_their_key_are_told_of_before_anything_is_changed(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    secrets.keep(deps, secrets.CODAT_EVENTS, "whsec_something")
    made = make(settings, tmp_path / "copy")
    other = (Fernet.generate_key().decode(),)

    with pytest.raises(InputError, match=f"fingerprint is {made.keys[0]}"):
        backups.restore(settings.database, made.path, other, lambda db: make_deps(db, settings))
    deps.db.close()
    restored = backups.restore(
        settings.database, made.path, other, lambda db: make_deps(db, settings), forget_secrets=True
    )

    assert restored.forgotten == 1
    assert rows(settings, "SELECT * FROM secrets") == []


def test_what_waited_is_not_sent_twice(
    deps: Deps, settings: Settings, tmp_path: Path, handler: Recorder
) -> None:
    with write(deps.db):
        outbox.put(deps.db, "e1", MARIE, [make_intent("queued"), make_intent("running")], NOW)
        deps.db.execute("UPDATE outbox SET state = 'running', lease_until = ? WHERE id = 2", [to_text(NOW)])
    made = make(settings, tmp_path / "copy")
    deps.db.execute("UPDATE outbox SET state = 'queued', lease_until = NULL")
    outbox.pump(deps, 0.5)
    sent = list(handler.sent)

    restored = restore(deps, made.path)

    assert sorted(sent) == ["queued", "running"]
    assert restored.called_off == 2
    with closing(connect(settings.database)) as db:
        assert outbox.pump(make_deps(db, settings), 0.2) == 0
    assert handler.sent == sent
    assert {what for what, _ in handler.closed[2:]} == {"refused"}
    states = rows(settings, "SELECT DISTINCT state, last_error FROM outbox")
    assert [row["state"] for row in states] == ["stopped"]
    assert "backup of 8 June 2026 at 10:00 UTC" in str(states[0]["last_error"])


def test_an_e_mail_that_waited_is_not_sent_by_the_copy(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    with write(deps.db):
        import_mails.add(deps.db, "e1", "c1", "dana@example.com", by="Dana", now=NOW)

    restore(deps, make(settings, tmp_path / "copy").path)

    assert rows(settings, "SELECT state FROM import_mails") == [{"state": "dropped"}]


def test_a_session_that_was_ended_since_is_not_open_again(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    deps.db.execute(
        """
        INSERT INTO sessions
            (id, token_hash, actor_name, actor_role, came_by, created_at, seen_at, expires_at)
        VALUES ('s', 'h', 'Alex', 'support', 'password', ?, ?, '2099')
        """,
        [to_text(NOW)] * 2,
    )
    made = make(settings, tmp_path / "copy")

    assert restore(deps, made.path).sessions == 1
    assert rows(settings, "SELECT ended_by FROM sessions") == [{"ended_by": backups.ENDED_BY}]


def test_the_store_that_was_there_is_kept_aside(deps: Deps, settings: Settings, tmp_path: Path) -> None:
    made = make(settings, tmp_path / "copy")
    with write(deps.db) as db:
        events.add(db, "e1", NOW, "afterwards", MARIE)

    restored = restore(deps, made.path)

    assert restored.aside is not None
    with closing(sqlite3.connect(restored.aside)) as old:
        assert old.execute("SELECT kind FROM events").fetchall() == [("afterwards",)]
    assert rows(settings, "SELECT kind FROM events") == [{"kind": backups.RESTORED}]
    assert rows(settings, "SELECT name FROM sqlite_master WHERE name = 'backup_note'") == []


def test_a_store_in_use_is_left_alone(deps: Deps, settings: Settings, tmp_path: Path) -> None:
    made = make(settings, tmp_path / "copy")
    before = settings.database.stat().st_ino

    with pytest.raises(InputError, match="Gangway is running"):
        backups.restore(
            settings.database, made.path, settings.encryption_keys, lambda db: make_deps(db, settings)
        )

    assert settings.database.stat().st_ino == before
    assert deps.db.execute("SELECT count(*) FROM events").fetchone() == (0,)


@pytest.mark.parametrize("content", [b"", b"not a database at all", None])
def test_what_is_no_backup_is_refused(deps: Deps, tmp_path: Path, content: bytes | None) -> None:
    source = tmp_path / "other"
    if content is None:
        with closing(sqlite3.connect(source)) as other:
            other.execute("CREATE TABLE t (x)")
    else:
        source.write_bytes(content)

    with pytest.raises(InputError, match="is not a backup"):
        restore(deps, source)


def test_a_damaged_backup_is_refused(deps: Deps, settings: Settings, tmp_path: Path) -> None:
    made = make(settings, tmp_path / "copy")
    with made.path.open("rb+") as file:
        file.seek(8192)
        file.write(b"\0" * 60_000)

    with pytest.raises(InputError, match=r"is damaged|is not a backup"):
        restore(deps, made.path)


def test_a_backup_of_a_newer_program_is_refused(deps: Deps, settings: Settings, tmp_path: Path) -> None:
    made = make(settings, tmp_path / "copy")
    with closing(sqlite3.connect(made.path)) as copy:
        copy.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('gangway', 'n', '9')"
        )
        copy.commit()

    with pytest.raises(InputError, match="newer Gangway"):
        restore(deps, made.path)


def test_a_backup_of_the_sandbox_does_not_get_into_live(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    installations.claim(deps.db, settings)
    made = make(settings, tmp_path / "copy")

    with pytest.raises(InputError, match="The two don't mix"):
        restore(deps, made.path, monite_api_url="https://api.monite.com/v1")


def test_a_store_is_told_from_anothers_without_any_address(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    installations.claim(deps.db, make_settings(tmp_path, monite_api_url="https://api.sandbox.monite.com/v1"))
    made = make(settings, tmp_path / "copy")
    live = tmp_path / "live.sqlite3"
    with closing(empty_files.store(live)) as db:
        installations.claim(db, make_settings(tmp_path, monite_api_url="https://api.monite.com/v1"))

    with pytest.raises(InputError, match=r"belongs to Monite at api\.sandbox\.monite\.com"):
        backups.restore(live, made.path, settings.encryption_keys, lambda db: make_deps(db, settings))


def test_a_backup_can_be_restored_where_there_is_no_store(
    deps: Deps, settings: Settings, tmp_path: Path
) -> None:
    made = make(settings, tmp_path / "copy")
    elsewhere = tmp_path / "new" / "gangway.sqlite3"

    restored = backups.restore(
        elsewhere, made.path, settings.encryption_keys, lambda db: make_deps(db, settings)
    )

    assert restored.aside is None
    assert elsewhere.stat().st_mode & 0o777 == 0o600
