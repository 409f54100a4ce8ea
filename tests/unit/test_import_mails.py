"""Telling people by e-mail that an import has ended: once, and only when it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.config import SettingsError, load_settings
from app.domain.connections import Connection, ConnectionStatus
from app.domain.errors import InputError
from app.domain.people import SYSTEM
from app.services import import_mails
from app.services.deps import Deps
from app.store import connections, events
from app.store import import_mails as rows
from app.store.database import to_text, write
from tests import empty_files
from tests.factories import NOW, Clock, make_deps, make_settings
from tests.mail_servers import Mailbox, mail_server

BEGUN = Connection("c1", ConnectionStatus.CONNECTED, "xero", None, NOW, NOW, NOW)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def deps(tmp_path: Path, box: Mailbox) -> Iterator[Deps]:
    """An owner whose import has begun, with a mail server."""
    settings = make_settings(tmp_path, mail_url=box.address, public_url="https://gangway.example.com")
    with closing(empty_files.store(settings.database)) as db:
        with write(db):
            db.execute(
                "INSERT INTO entities (id, name, status, raw, seen_at) VALUES ('e1', ?, 'active', '{}', ?)",
                ["Harbour Lane\r\nBcc: everybody@example.com", to_text(NOW)],
            )
            connections.save(db, "e1", BEGUN, NOW)
        yield make_deps(db, settings, clock=Clock())


def finish(deps: Deps) -> None:
    with write(deps.db) as db:
        connections.save(db, "e1", replace(BEGUN, last_pull=NOW + timedelta(minutes=7)), NOW)
        events.add(db, "e1", NOW, "import_finished", SYSTEM, object_type="connection", object_id="c1")


def kinds(deps: Deps) -> list[str]:
    found = events.find(deps.db, "e1")
    return [event.kind for event in found if event.kind.startswith("import_mail")]


def test_nothing_is_sent_before_the_import_has_ended(deps: Deps, box: Mailbox) -> None:
    import_mails.ask(deps, "e1", "dana@example.com")

    assert import_mails.send_due(deps) == 0
    assert box.mails == []
    assert import_mails.wanted(deps, "e1") == ["dana@example.com"]


def test_it_is_sent_once_with_the_counts_and_the_way_back(deps: Deps, box: Mailbox) -> None:
    import_mails.ask(deps, "e1", "dana@example.com")
    import_mails.ask(deps, "e1", "dana@example.com")
    finish(deps)

    assert [import_mails.send_due(deps) for _ in range(3)] == [1, 0, 0]

    [mail] = box.mails
    headers, _, text = mail.partition("\n\n")
    assert "To: dana@example.com" in headers
    assert "\nBcc:" not in headers
    assert "0 ledger accounts" in text
    assert "https://gangway.example.com/e/e1/import" in text
    assert kinds(deps) == ["import_mail_sent", "import_mail_asked"]


def test_an_import_that_stopped_is_told_as_stopped(deps: Deps, box: Mailbox) -> None:
    import_mails.ask(deps, "e1", "dana@example.com")
    with write(deps.db) as db:
        connections.save(db, "e1", replace(BEGUN, status=ConnectionStatus.DEAUTHORIZED), NOW)

    import_mails.send_due(deps)

    assert "stopped before its end" in box.mails[0]


def test_one_that_was_being_sent_when_the_worker_ended_is_not_sent_again(deps: Deps, box: Mailbox) -> None:
    import_mails.ask(deps, "e1", "dana@example.com")
    finish(deps)
    with write(deps.db) as db:
        rows.claim(db, deps.clock())

    assert import_mails.send_due(deps) == 0
    assert box.mails == []


def test_a_server_that_refuses_is_not_asked_again(deps: Deps, box: Mailbox) -> None:
    box.refuses = "554 no"
    import_mails.ask(deps, "e1", "dana@example.com")
    finish(deps)

    assert [import_mails.send_due(deps) for _ in range(2)] == [1, 0]
    assert kinds(deps)[0] == "import_mail_failed"


def test_a_server_that_is_away_is_tried_again_later(deps: Deps) -> None:
    settings = replace(deps.settings, mail_url="smtp://127.0.0.1:1/?from=gangway@example.com")
    clock = Clock()
    away = replace(deps, settings=settings, clock=clock)
    import_mails.ask(away, "e1", "dana@example.com")
    finish(deps)

    tries = []
    for _ in range(6):
        tries.append(import_mails.send_due(away))
        clock.advance(3600)

    assert tries == [1, 1, 1, 1, 0, 0]
    assert kinds(deps)[0] == "import_mail_failed"


def test_it_can_be_taken_back(deps: Deps, box: Mailbox) -> None:
    import_mails.ask(deps, "e1", "dana@example.com")
    import_mails.drop(deps, "e1")
    finish(deps)

    assert import_mails.send_due(deps) == 0
    assert import_mails.wanted(deps, "e1") == []


@pytest.mark.parametrize(
    "address", ["", "dana", "a@b", "a@example.com, b@example.com", "a@x.de\nBcc: b@x.de"]
)
def test_only_one_plain_address_is_taken(deps: Deps, address: str) -> None:
    with pytest.raises(InputError):
        import_mails.ask(deps, "e1", address)


def test_not_everybody_can_be_written_to(deps: Deps) -> None:
    for n in range(5):
        import_mails.ask(deps, "e1", f"dana{n}@example.com")

    with pytest.raises(InputError):
        import_mails.ask(deps, "e1", "dana6@example.com")


@pytest.mark.parametrize(
    "address", ["http://mail.example.com", "smtp://", "smtp://h/", "smtp://u:secret@h/?from=nobody"]
)
def test_a_mail_server_that_cannot_be_used_is_refused_without_repeating_it(
    tmp_path: Path, address: str
) -> None:
    environ = {
        "MONITE_API_URL": "http://127.0.0.1:1/v1",
        "MONITE_CLIENT_ID": "a",
        "MONITE_CLIENT_SECRET": "b",
    }
    environ |= {"GANGWAY_INSTANCE": str(tmp_path), "GANGWAY_MAIL_URL": address}

    with pytest.raises(SettingsError) as refused:
        load_settings(environ)

    assert "GANGWAY_MAIL_URL" in str(refused.value)
    assert "secret" not in str(refused.value)
