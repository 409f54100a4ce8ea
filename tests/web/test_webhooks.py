"""The addresses to which Monite and Codat post."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.config import Settings
from app.services import webhooks as service
from app.store import webhooks
from tests.factories import make_deps, make_monite
from tests.web.conftest import NOW
from tests.webhook_samples import RULES_HEADER, keep_secrets, monite_event, monite_headers, raw, rule

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
