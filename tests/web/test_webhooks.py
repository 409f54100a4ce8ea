"""The addresses to which Monite and Codat post."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.services import webhooks as service
from app.store import webhooks
from tests.factories import make_deps, make_monite
from tests.web.conftest import NOW, Enter
from tests.webhook_samples import (
    RULES_HEADER,
    add_connection,
    keep_secrets,
    monite_event,
    monite_headers,
    raw,
    rule,
)

BODY = raw(monite_event())


@pytest.fixture
def sender(app: Flask, store: Database, settings: Settings) -> Iterator[FlaskClient]:
    """Somebody without a session, at a dashboard that checks where forms come from."""
    app.config["WTF_CSRF_ENABLED"] = True
    monite = make_monite(settings)
    keep_secrets(make_deps(store, settings, monite=monite))
    yield app.test_client()
    monite.close()


def test_a_signed_message_is_taken(sender: FlaskClient, store: Database) -> None:
    answer = sender.post("/webhooks/monite", data=BODY, headers=monite_headers(BODY, NOW))

    assert (answer.status_code, answer.data) == (200, b"")
    assert len(webhooks.find(store)) == 1
    assert "Set-Cookie" not in answer.headers


def test_codat_comes_in_at_its_own_address(sender: FlaskClient) -> None:
    headers = {"Authorization": RULES_HEADER}

    assert sender.post("/webhooks/codat/", json=rule("Anything", {}), headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/webhooks/monite", "/webhooks/codat"])
def test_what_nobody_signed_is_refused_without_a_word_about_why(sender: FlaskClient, path: str) -> None:
    answer = sender.post(path, data=BODY)

    assert (answer.status_code, answer.text) == (401, "Refused")


def test_an_old_recording_is_refused(sender: FlaskClient, store: Database) -> None:
    then = NOW.replace(year=NOW.year - 1)

    answer = sender.post("/webhooks/monite", data=BODY, headers=monite_headers(BODY, then))

    assert answer.status_code == 401
    assert webhooks.find(store)[0].note == "old"


def test_a_flood_in_one_message_is_refused_unread(sender: FlaskClient, store: Database) -> None:
    body = b"x" * (service.LARGEST + 1)

    answer = sender.post("/webhooks/monite", data=body, headers=monite_headers(body, NOW))

    assert answer.status_code == 413
    assert webhooks.find(store) == []


def test_while_the_store_is_busy_the_sender_is_asked_to_come_again(sender: FlaskClient) -> None:
    with patch.object(webhooks, "add", side_effect=sqlite3.OperationalError("database is locked")):
        answer = sender.post("/webhooks/monite", data=BODY, headers=monite_headers(BODY, NOW))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_nothing_is_to_be_seen_there(sender: FlaskClient) -> None:
    assert sender.get("/webhooks/monite").status_code == 405


def receive(store: Database, settings: Settings) -> int:
    """One message that is kept, and one that was refused."""
    deps = make_deps(store, settings, clock=lambda: NOW)
    keep_secrets(deps)
    service.receive(deps, "/webhooks/monite", {}, BODY)
    service.receive(deps, "/webhooks/monite", monite_headers(BODY, NOW), BODY)
    service.run_due(deps, 1)
    deps.monite.close()
    return webhooks.find(store)[0].id


def look(enter: Enter, path: str) -> BeautifulSoup:
    """The page as support sees it."""
    answer = enter("support", "").get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def test_the_list_tells_what_came_and_what_became_of_it(
    enter: Enter, store: Database, settings: Settings
) -> None:
    receive(store, settings)
    page = look(enter, "/partner/webhooks")

    rows = [row.get_text(" ", strip=True) for row in page.select("#received ~ .table-wrap tbody tr")]
    assert len(rows) == 2
    for words in ("accounting_connection.deauthorized", "Harbour Lane Coffee Ltd", "OK", "Handled"):
        assert words in rows[0]
    for words in ("Unknown", "Failed", "It carried no signature."):
        assert words in rows[1]
    assert "Handle again" not in page.get_text()


@pytest.mark.parametrize(
    ("address", "count"),
    [("outcome=refused", 1), ("channel=codat_rules", 0), ("outcome=nonsense&channel=x", 2), ("before=1", 0)],
)
def test_the_list_can_be_narrowed(
    enter: Enter, store: Database, settings: Settings, address: str, count: int
) -> None:
    receive(store, settings)
    page = look(enter, f"/partner/webhooks?{address}")

    assert len(page.select("#received ~ .table-wrap tbody tr")) == count


def test_an_administrator_has_a_message_handled_again(
    enter: Enter, store: Database, settings: Settings
) -> None:
    message = receive(store, settings)

    view = "?channel=monite&outcome=handled"
    answer = enter("admin", "").post(f"/partner/webhooks/{message}/again{view}&next=//evil.example")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/partner/webhooks{view}")
    found = webhooks.get(store, message)
    assert found is not None
    assert found.outcome == "new"


def test_support_looks_only(enter: Enter, store: Database, settings: Settings) -> None:
    message = receive(store, settings)

    assert enter("support", "").post(f"/partner/webhooks/{message}/again").status_code == 403
    assert enter("owner", "e1").get("/partner/webhooks").status_code == 403


def test_a_name_in_a_message_is_shown_as_text(enter: Enter, store: Database, settings: Settings) -> None:
    deps = make_deps(store, settings, clock=lambda: NOW)
    keep_secrets(deps)
    body = raw(monite_event(action="<script>alert(1)</script>", message="</pre><script>alert(1)</script>"))
    service.receive(deps, "/webhooks/monite", monite_headers(body, NOW), body)
    deps.monite.close()

    assert "<script>alert(1)" in look(enter, "/partner/webhooks").get_text()


def test_codats_silence_is_told(enter: Enter, store: Database, settings: Settings) -> None:
    deps = make_deps(store, settings, clock=lambda: NOW - timedelta(hours=5))
    keep_secrets(deps)
    add_connection(store, NOW)
    deps.monite.close()

    shown = look(enter, "/partner/webhooks").get_text()

    assert "No webhook of Codat since today 04:42 although 1 customer is connected" in shown
