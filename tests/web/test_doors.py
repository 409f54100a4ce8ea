"""What a request meets first: names that aren't ours, and a proxy that is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.config import Settings
from app.web.doors import Door


@pytest.fixture
def behind(settings: Settings) -> Flask:
    """An app behind a door, that tells what it sees."""
    app = Flask("behind")
    app.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {request.scheme}")
    settings = replace(settings, public_url="https://gangway.example.com", trusted_proxy="10.0.0.7")
    app.wsgi_app = Door(app.wsgi_app, settings)  # type: ignore[method-assign]
    return app


def seen(app: Flask, host: str, sender: str = "192.0.2.1", **headers: str) -> tuple[str, str]:
    builder = EnvironBuilder(
        headers=[("Host", host), *headers.items()], environ_overrides={"REMOTE_ADDR": sender}
    )
    body, status, _headers = run_wsgi_app(app, builder.get_environ())
    return status, b"".join(body).decode()


@pytest.mark.parametrize(
    "host", ["localhost:5000", "127.0.0.1", "[::1]:5000", "gangway.example.com", "GANGWAY.example.com:443"]
)
def test_its_own_names_lead_in(behind: Flask, host: str) -> None:
    assert seen(behind, host)[0] == "200 OK"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "gangway.example.com.evil.example", "localhost.evil.example", "", "a@localhost", "["],
)
def test_a_name_of_somebody_else_is_refused(behind: Flask, host: str) -> None:
    status, words = seen(behind, host)

    assert status.startswith("400")
    assert "https://gangway.example.com" in words


def test_the_proxy_in_front_says_who_is_there(behind: Flask) -> None:
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4", "X-Forwarded-Proto": "https"}

    assert seen(behind, "localhost", "10.0.0.7", **told)[1] == "198.51.100.4 https"


def test_nobody_else_is_believed(behind: Flask) -> None:
    told = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}

    assert seen(behind, "localhost", "192.0.2.1", **told)[1] == "192.0.2.1 http"
