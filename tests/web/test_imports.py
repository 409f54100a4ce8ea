"""The import page: what is here, what is slow, what stopped, and what could not be matched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from app.domain.attempts import Attempt
from app.domain.connections import Connection, ConnectionStatus
from app.domain.import_types import TypeEnd
from app.domain.people import SYSTEM
from app.domain.resources import IMPORTED
from app.store import attempts, connections, events, import_types
from app.store.database import to_text, write
from tests.factories import Clock
from tests.log_samples import add_record
from tests.web.conftest import NOW, Enter

Begin = Callable[..., None]


@pytest.fixture
def clock(app: Flask) -> Clock:
    clock = Clock(NOW)
    app.extensions["gangway"] = replace(app.extensions["gangway"], clock=clock)
    return clock


@pytest.fixture
def begin(store: Database, clock: Clock) -> Begin:
    """Connects Xero now, with 3 accounts and all lists read; what is given changes the connection."""

    def begin(**changes: Any) -> None:
        found = Connection("c1", ConnectionStatus.CONNECTED, "xero", None, NOW, NOW, NOW)
        with write(store):
            if attempts.newest(store, "e1") is None:
                attempts.add(store, Attempt("a1", "e1", "c1", "xero", "Dana", NOW), "browser")
            connections.save(store, "e1", found, NOW)
            if changes:
                connections.save(store, "e1", replace(found, **changes), NOW)
            for name in IMPORTED:
                store.execute(
                    "INSERT INTO resources (entity_id, resource, state, as_of) VALUES ('e1', ?, 'ok', ?)"
                    " ON CONFLICT DO NOTHING",
                    [name, to_text(NOW)],
                )
            for n in range(3):
                store.execute(
                    "INSERT INTO ledger_accounts"
                    " (id, entity_id, name, type, status, is_bank_account, raw, seen_at)"
                    " VALUES (?, 'e1', 'Sales', 'revenue', 'active', 0, '{}', ?)",
                    [f"a{n}", to_text(NOW)],
                )

    return begin


def finish(store: Database, begin: Begin) -> None:
    end = NOW + timedelta(minutes=7)
    begin(last_pull=end)
    with write(store):
        events.add(store, "e1", end, "import_finished", SYSTEM, object_type="connection", object_id="c1")


def product(store: Database, product_id: str, name: str) -> None:
    with write(store):
        store.execute(
            "INSERT INTO products (id, entity_id, name, updated_at, raw, seen_at)"
            " VALUES (?, 'e1', ?, ?, '{}', ?)",
            [product_id, name, to_text(NOW), to_text(NOW)],
        )


def page(browser: FlaskClient) -> BeautifulSoup:
    return BeautifulSoup(browser.get("/e/e1/import").text, "html.parser")


def words(found: Tag | None) -> str:
    assert found is not None
    return " ".join(found.get_text().split())


def row(found: Tag, resource: str) -> list[str]:
    return [words(found.select_one(f"#imp-{resource}-{part}")) for part in ("state", "count", "note")]


def test_nothing_connected_leads_to_connecting(enter: Enter) -> None:
    assert "Connect first" in words(page(enter()).select_one("main"))


def test_while_it_runs_each_row_says_what_is_here(enter: Enter, begin: Begin) -> None:
    begin()

    found = page(enter())

    assert row(found, "ledger_accounts")[:2] == ["Importing", "3 so far"]
    assert row(found, "tax_rates")[:2] == ["Not started", "–"]
    assert words(found.select_one("#import-headline")).startswith("Importing from Xero – 0 of 4 done.")
    assert words(found.title).startswith("First import (0 of 4 done)")
    assert found.select_one("#import-continue") is not None


def test_a_type_is_over_earlier_when_the_provider_told_so(
    enter: Enter, begin: Begin, store: Database
) -> None:
    begin()
    with write(store):
        import_types.save(store, "c1", TypeEnd("chartOfAccounts", "done", NOW))
        import_types.save(store, "c1", TypeEnd("items", "failed", NOW, "Access to items was refused."))

    found = page(enter())

    assert row(found, "ledger_accounts")[:2] == ["Done", "3"]
    assert row(found, "products")[0] == "Couldn't import"
    assert row(found, "products")[2] == "Xero didn't give it: Access to items was refused."
    assert "2 of 4 done" in words(found.title)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "Started today 09:42."),
        (2, "This is taking longer than usual. Big organisations can take up to an hour."),
        (60, "Over an hour is very late."),
    ],
)
def test_an_import_that_takes_long_says_so(
    enter: Enter, begin: Begin, clock: Clock, minutes: int, said: str
) -> None:
    begin()
    clock.advance(minutes * 60)

    found = page(enter())

    assert said in words(found.select_one("#import-patience"))
    assert bool(found.select("[data-copy]")) == (minutes == 60)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ConnectionStatus.DEAUTHORIZED, "The import stopped because access was withdrawn."),
        (ConnectionStatus.DISCONNECTED, "The import stopped because the connection was ended."),
    ],
)
def test_an_import_that_lost_its_connection_has_stopped(
    enter: Enter, begin: Begin, status: ConnectionStatus, said: str
) -> None:
    begin(status=status)

    found = page(enter())

    assert words(found.select_one("#import-headline")) == said
    assert [row(found, name)[0] for name in IMPORTED] == ["Stopped"] * 4
    assert words(found.select_one("#import-next a")) == "Reconnect"


def test_what_the_connection_itself_reports_is_told_with_what_to_do(enter: Enter, begin: Begin) -> None:
    begin(errors=("The subscription has expired",))

    found = page(enter())

    assert "The connection reports: The accounting subscription is inactive." in words(
        found.select_one("#import-patience")
    )
    assert found.select_one("#import-next a[href='/help/errors/SUBSCRIPTION']") is not None


def test_a_list_that_cannot_be_read_fails_alone(enter: Enter, begin: Begin, store: Database) -> None:
    finish(store, begin)
    with write(store):
        store.execute(
            "UPDATE resources SET state = 'error', error = 'no answer' WHERE resource = 'counterparts'"
        )

    found = page(enter())

    assert row(found, "counterparts")[0] == "Couldn't import"
    assert "no answer" in row(found, "counterparts")[2]
    assert row(found, "ledger_accounts")[0] == "Done"


def test_names_without_a_match_are_listed_with_their_reason(
    enter: Enter, begin: Begin, store: Database
) -> None:
    finish(store, begin)
    product(store, "p1", "Oat milk 1 L")
    product(store, "p2", "oat milk 1 L ")
    add_record(store, "r1", object_type="vendor", title="Acme Dairy", problem="CONTACT_ARCHIVED")

    found = page(enter())

    listed = words(found.select_one("#import-names"))
    assert row(found, "products") == ["Partly done", "2", "1 not matched, see below"]
    assert row(found, "counterparts")[0] == "Partly done"
    assert "Oat milk 1 L ProductThe name is used twice" in listed
    assert "Acme Dairy SupplierThe contact is archived" in listed
    assert "Review names" in listed


def test_the_notice_about_prices_is_put_away_once_for_the_whole_business(
    enter: Enter, begin: Begin, store: Database
) -> None:
    finish(store, begin)
    product(store, "p1", "Oat milk 1 L")
    browser = enter()
    before = words(page(browser))

    browser.post("/e/e1/import/notice")
    browser.post("/e/e1/import/notice")

    assert "Check prices and units" in before
    assert "Check prices and units" not in words(page(enter("viewer")))
    told = events.find(store, "e1", kinds=["import_notice_read"])
    assert [event.actor.role.value for event in told] == ["owner"]


def beat(browser: FlaskClient, shape: str) -> tuple[str, BeautifulSoup]:
    answer = browser.get(f"/e/e1/beat?page=import&since=0&shape={shape}", headers={"HX-Request": "true"})
    return answer.headers.get("HX-Redirect", ""), BeautifulSoup(answer.text, "html.parser")


def test_the_title_follows_the_rows_and_what_is_over_is_read_out(
    enter: Enter, begin: Begin, store: Database
) -> None:
    begin()
    browser = enter()
    _, first = beat(browser, "running-1-0-0-0-0000")
    with write(store):
        import_types.save(store, "c1", TypeEnd("chartOfAccounts", "done", NOW))
    _, second = beat(browser, "running-1-0-0-0-0000")

    assert words(first.title).startswith("First import (0 of 4 done)")
    assert words(second.title).startswith("First import (1 of 4 done)")
    assert first.select("[hx-swap-oob='innerHTML:#live']") == []
    assert words(second.select_one("[hx-swap-oob='innerHTML:#live']")) == "Ledger accounts imported, 3."


def test_the_page_is_drawn_anew_once_the_import_has_ended(
    enter: Enter, begin: Begin, store: Database
) -> None:
    finish(store, begin)

    there, _ = beat(enter(), "running-1-0-0-0-0000")

    assert there == "/e/e1/import"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (8, ["First import", "Import finished today 09:49 (7 minutes)."]),
        (90, ["Import", "Last import finished today 09:49."]),
    ],
)
def test_it_is_the_first_import_until_another_may_have_followed(
    begin: Begin, store: Database, app: Flask, minutes: int, said: list[str]
) -> None:
    finish(store, begin)
    later = Clock(NOW + timedelta(minutes=minutes))
    app.extensions["gangway"] = replace(app.extensions["gangway"], clock=later)
    browser = app.test_client()
    browser.post("/enter", data={"role": "owner", "entity_id": "e1"})

    found = page(browser)

    assert [words(found.select_one(one)) for one in ("h1", "#import-headline")] == said


def test_an_organisation_that_was_let_go_before_does_not_make_this_import_the_second(
    enter: Enter, begin: Begin, store: Database
) -> None:
    wrong = Connection("c0", ConnectionStatus.DISCONNECTED, "xero", None, NOW, NOW - timedelta(1), NOW)
    with write(store):
        connections.save(store, "e1", wrong, NOW)
    finish(store, begin)

    assert words(page(enter()).select_one("h1")) == "First import"


def test_by_e_mail_is_offered_only_where_there_is_a_mail_server(
    app: Flask, enter: Enter, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    browser = enter()
    without = page(browser)
    house = app.extensions["gangway"]
    told = replace(house.settings, mail_url="smtp://127.0.0.1:1/?from=gangway@example.com")
    monkeypatch.setitem(app.extensions, "gangway", replace(house, settings=told))
    monkeypatch.setitem(app.jinja_env.globals, "settings", told)

    wrong = browser.post("/e/e1/import/mail", data={"address": "dana"})
    browser.post("/e/e1/import/mail", data={"address": "dana@example.com"})

    assert without.select("#address") == []
    assert wrong.status_code == 422
    assert "Enter an e-mail address" in wrong.text
    assert 'value="dana"' in wrong.text
    assert "We write to dana@example.com once it is done." in words(page(browser).select_one("main"))
