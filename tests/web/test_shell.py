from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlite_utils import Database

from app.config import Settings
from app.store import revisions
from app.web import assets
from app.web.security import may_leave_to
from tests.web.conftest import Enter

CSS = Path("static/css/gangway.css").read_text(encoding="utf-8")


def test_every_answer_carries_the_content_policy(enter: Enter) -> None:
    policy = enter().get("/e/e1").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:9 https://*.codat.io https://*.railz.ai" in policy
    assert "unsafe" not in policy


def test_the_session_cookie_is_ours_alone(app: Flask, enter: Enter) -> None:
    cookie = app.test_client().post("/enter", data={"role": "support"}).headers["Set-Cookie"]

    assert cookie.startswith("gangway_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_its_token_changes_nothing(app: Flask, enter: Enter) -> None:
    browser = enter()
    app.config["WTF_CSRF_ENABLED"] = True

    answer = browser.post("/theme", data={"theme": "dark"})

    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers or "gangway_theme" not in answer.headers["Set-Cookie"]
    assert "This page was open for too long" in answer.text


def test_htmx_is_the_one_that_was_checked(app: Flask) -> None:
    answer = app.test_client().get(f"/assets/htmx-{assets.HTMX_SHA256[:12]}.js")

    assert answer.data == assets.htmx()
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_theme_is_kept_for_this_browser(enter: Enter) -> None:
    browser = enter()
    browser.post("/theme", data={"theme": "dark", "next": "/e/e1"})

    page = BeautifulSoup(browser.get("/e/e1").text, "html.parser")

    assert page.html is not None
    assert page.html["data-theme"] == "dark"


def test_an_unchanged_beat_holds_the_next_beat_alone(enter: Enter, store: Database) -> None:
    revisions.bump(store, "e1")
    html = enter().get("/e/e1/beat?page=home&since=1&n=12").text

    assert html.count("<div") == 1
    assert "delay:5s" in html
    assert "n=13" in html


def test_a_beat_after_a_change_redraws_the_shell_and_starts_quickly_again(
    enter: Enter, store: Database
) -> None:
    revisions.bump(store, "e1")
    html = enter().get("/e/e1/beat?page=home&since=0&n=40").text

    assert "innerHTML:#conn-chip" in html
    assert "since=1" in html
    assert "delay:2s" in html


def test_names_from_the_api_are_never_markup(enter: Enter, store: Database) -> None:
    store.execute("UPDATE entities SET name = '<script>alert(1)</script>' WHERE id = 'e1'")

    assert "<script>alert(1)" not in enter().get("/e/e1").text


def test_an_unknown_page_keeps_the_shell(enter: Enter) -> None:
    answer = enter().get("/nowhere")

    assert answer.status_code == 404
    assert "There&#39;s no page here" in answer.text


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://127.0.0.1:9/c/1", True),
        ("http://127.0.0.1:8/c/1", False),
        ("https://link-api.codat.io/companies/1", True),
        ("http://link-api.codat.io/companies/1", False),
        ("https://codat.io.evil.example/", False),
        ("https://evil-codat.io/", False),
        ("https://a@x.codat.io/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_people_are_only_sent_to_listed_places(settings: Settings, address: str, allowed: bool) -> None:
    assert may_leave_to(address, settings) is allowed


TEXT_PAIRS = [
    ("text", "surface"),
    ("text", "canvas"),
    ("text", "selected"),
    ("text-2", "surface"),
    ("text-2", "canvas"),
    ("text-2", "selected"),
    ("text-2", "sunken"),
    ("link", "surface"),
    ("link", "canvas"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-danger", "danger"),
    *[(tone, f"{tone}-bg") for tone in ("ok", "info", "warn", "err", "neutral", "practice")],
    *[(word, f"{tone}-bg") for tone in ("ok", "info", "warn", "err") for word in ("text", "text-2", "link")],
]
LINE_PAIRS = [("border-strong", "surface"), ("focus", "surface"), ("focus", "canvas")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(*pair, 4.5) for pair in TEXT_PAIRS] + [(*pair, 3.0) for pair in LINE_PAIRS],
)
def test_colours_can_be_told_apart(theme: str, front: str, back: str, least: float) -> None:
    tokens = _tokens(theme)

    assert _contrast(tokens[front], tokens[back]) >= least


def test_both_ways_into_the_dark_have_the_same_tokens() -> None:
    by_system = CSS.split('not([data-theme="light"]) {')[1].split("}")[0]
    by_choice = CSS.split(':root[data-theme="dark"] {')[2].split("}")[0]

    assert re.findall(r"--[\w-]+: #\w+", by_system) == re.findall(r"--[\w-]+: #\w+", by_choice)


def _tokens(theme: str) -> dict[str, str]:
    block = CSS.split(":root {")[1].split("}")[0]
    if theme == "dark":
        block = CSS.split('not([data-theme="light"]) {')[1].split("}")[0]
    return dict(re.findall(r"--([\w-]+): (#\w{6})", block))


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_an_address_with_a_slash_at_its_end_is_the_same_page(enter: Enter) -> None:
    browser = enter()

    assert browser.get("/e/e1/").status_code == 200
    assert browser.get("/e/e1/log/").status_code == 200
