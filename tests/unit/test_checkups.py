"""The doctor: each thing that can be wrong is found, and the rest is examined all the same."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from cryptography.fernet import Fernet
from sqlite_utils import Database

from app.config import Settings, SettingsError
from app.domain.findings import Finding, Health, told_clock, told_disk, told_waiting, told_worker
from app.factory import create_deps
from app.services import checkups, installations, outbox, secrets
from app.store.database import connect, write
from tests.factories import MARIE, NOW, Clock, make_deps, make_intent, make_monite, make_settings


def examine(settings: Settings) -> dict[str, Finding]:
    """All findings by what they are about; nothing listens where Monite should be."""
    clock = Clock()
    clock.advance(3600)
    found = checkups.examine(settings, lambda db: make_deps(db, settings, clock=clock))
    return {one.about: one for one in found}


def test_a_store_that_is_whole_is_called_whole_although_monite_is_away(
    db: Database, settings: Settings
) -> None:
    found = examine(settings)

    assert found["Store"].health is Health.FINE
    assert found["Counters"].health is Health.FINE
    assert found["Credentials"].health is Health.FAULT
    assert "127.0.0.1:1" in found["Credentials"].words


def test_an_installation_that_was_never_started_is_no_fault(tmp_path: Path) -> None:
    found = examine(make_settings(tmp_path))

    assert "There is none yet" in found["Store"].words
    assert not (tmp_path / "gangway.sqlite3").exists()


def test_a_counter_that_is_wrong_is_found(db: Database, settings: Settings) -> None:
    db.execute("INSERT INTO assign_counts (entity_id, kind, state, n) VALUES ('e1', 'bills', 'needs', 2)")

    assert "accounts of bill lines" in examine(settings)["Counters"].words


def test_a_store_of_a_newer_program_is_found(db: Database, settings: Settings) -> None:
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('gangway', 'n', '9')"
    )

    assert "A newer Gangway" in examine(settings)["Store"].words


def test_a_store_of_an_older_program_is_told_and_monite_is_asked_all_the_same(
    db: Database, settings: Settings
) -> None:
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'partner_setup'")

    found = examine(settings)

    assert "It lacks 1 of this version's changes" in found["Store"].words
    assert "Credentials" in found


def test_a_store_of_the_sandbox_is_never_used_for_live(db: Database, settings: Settings) -> None:
    installations.claim(
        db, make_settings(settings.instance, monite_api_url="https://api.sandbox.monite.com/v1")
    )
    live = make_settings(settings.instance, monite_api_url="https://api.monite.com/v1")

    with pytest.raises(SettingsError, match="Nothing is ever copied between the two"):
        create_deps(live, make_monite(live), lambda: None)

    found = {one.about: one for one in checkups.examine(live, lambda db: make_deps(db, live))}
    assert "MONITE_API_URL is at api.monite.com" in found["Store"].words


@pytest.mark.parametrize(
    ("answer", "health"),
    [
        ({"status": 303}, Health.FINE),
        ({"status": 502}, Health.WARNING),
        ({"body": requests.ConnectionError()}, Health.WARNING),
        ({"body": requests.exceptions.SSLError()}, Health.FAULT),
    ],
)
def test_where_people_look_for_the_pages_is_looked_at(
    db: Database, settings: Settings, answer: dict[str, Any], health: Health
) -> None:
    public = make_settings(settings.instance, public_url="https://gangway.example.com")

    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get("https://gangway.example.com/", **answer)
        found = examine(public)

    assert found["Address"].health is health


def test_a_file_that_is_no_store_is_told(settings: Settings) -> None:
    settings.instance.mkdir(exist_ok=True)
    settings.database.write_bytes(b"not a database" * 100)

    assert examine(settings)["Store"].health is Health.FAULT


def test_files_that_others_can_read_are_told_with_the_way_to_close_them(
    db: Database, settings: Settings
) -> None:
    settings.instance.chmod(0o755)
    settings.database.chmod(0o644)

    found = examine(settings)["Folder"]

    assert (found.health, found.todo) == (Health.WARNING, f"chmod 700 {settings.instance}")
    settings.instance.chmod(0o700)
    assert examine(settings)["Folder"].health is Health.FINE


def test_a_new_store_is_readable_by_nobody_else(tmp_path: Path) -> None:
    connect(tmp_path / "new.sqlite3").close()

    assert stat.S_IMODE((tmp_path / "new.sqlite3").stat().st_mode) == 0o600


def test_a_secret_whose_key_is_missing_is_found(db: Database, settings: Settings) -> None:
    other = make_settings(settings.instance, encryption_keys=(Fernet.generate_key().decode(),))
    secrets.keep(make_deps(db, other), secrets.CODAT_EVENTS, "whsec_x")

    assert "1 of 1 can't be read" in examine(settings)["Secrets"].words


def test_nobody_who_can_sign_in_is_a_fault_where_people_must(db: Database, settings: Settings) -> None:
    live = make_settings(settings.instance, monite_api_url="https://127.0.0.1.invalid/v1")

    found = checkups.examine(live, lambda db: make_deps(db, live))
    people = next(one for one in found if one.about == "People")

    assert people.health is Health.FAULT


def test_what_waits_too_long_is_told(db: Database, settings: Settings) -> None:
    with write(db):
        outbox.put(db, "e1", MARIE, [make_intent()], NOW)

    assert examine(settings)["What waits to be sent"].words == "1 waiting, the oldest for 60 minutes."


@pytest.mark.parametrize(
    ("finding", "health"),
    [
        (lambda: told_clock(0.4), Health.FINE),
        (lambda: told_clock(-45), Health.WARNING),
        (lambda: told_clock(301), Health.FAULT),
        (lambda: told_clock(None), Health.UNKNOWN),
        (lambda: told_disk(100_000_000, 0), Health.FAULT),
        (lambda: told_disk(1_500_000_000, 1_000_000_000), Health.WARNING),
        (lambda: told_disk(5_000_000_000, 1_000_000_000), Health.FINE),
        (lambda: told_worker(None, NOW), Health.WARNING),
        (lambda: told_worker(NOW - timedelta(seconds=31), NOW), Health.WARNING),
        (lambda: told_worker(NOW, NOW), Health.FINE),
        (lambda: told_waiting(0, None, NOW), Health.FINE),
        (lambda: told_waiting(1, NOW, NOW), Health.FINE),
    ],
)
def test_measures_are_judged_by_what_they_lead_to(finding: Callable[[], Finding], health: Health) -> None:
    assert finding().health is health
