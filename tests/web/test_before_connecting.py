"""The page before leaving for the accounting system: what a person should know, and what holds them up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlite_utils import Database
from werkzeug.test import TestResponse

from app.config import Settings
from app.services import caps
from app.store.database import to_text, write
from tests.factories import make_deps, make_monite
from tests.web.conftest import NOW, Enter
from tests.wire import Wire, on_the_wire

PAGE = "/e/e1/connect"
FULL = "can't add another Xero organisation right now. We've told them. Reference "


def words(answer: TestResponse) -> str:
    page = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert page is not None
    return " ".join(page.get_text().split())


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    with on_the_wire(settings.monite_api_url) as wire:
        yield wire


@pytest.fixture
def limit(app: Flask) -> Callable[..., None]:
    """Sets how many Xero organisations the partner may have, and by which API version."""

    def set_limit(cap: int, **changes: str) -> None:
        house = app.extensions["gangway"]
        settings = replace(house.settings, xero_cap=cap, partner_name="Northwind", **changes)
        app.extensions["gangway"] = replace(house, settings=settings)
        app.jinja_env.globals["settings"] = settings

    return set_limit


def connection(db: Database, entity_id: str, status: str = "connected", **changes: str) -> None:
    row = {
        "id": f"c-{entity_id}",
        "entity_id": entity_id,
        "status": status,
        "platform": "xero",
        "created_at": to_text(NOW),
        "updated_at": to_text(NOW),
        "raw": "{}",
        "seen_at": to_text(NOW),
    }
    with write(db):
        db.table("connections").insert(row | changes)


def lists(db: Database, *, products: tuple[str, ...] = (), invoices: int = 0) -> None:
    """Our own lists, as read: products by name, customers who share a name, and invoices."""
    with write(db):
        for name in ("products", "counterparts", "receivables"):
            db.execute(
                "INSERT INTO resources (entity_id, resource, state, as_of) VALUES ('e1', ?, 'ok', ?)",
                [name, to_text(NOW)],
            )
        for n, name in enumerate(products):
            db.execute(
                "INSERT INTO products (id, entity_id, name, price, currency, updated_at, raw, seen_at)"
                " VALUES (?, 'e1', ?, ?, 'GBP', '', '{}', '')",
                [f"p{n}", name, 150 + n],
            )
        for n in range(invoices):
            db.execute(
                "INSERT INTO receivables (id, entity_id, type, status, has_whole_discount, lines, created_at,"
                " updated_at, raw, seen_at) VALUES (?, 'e1', 'invoice', 'issued', 0, '[]', '', '', '{}', '')",
                [f"r{n}"],
            )


def test_names_used_twice_are_told_before_and_lead_to_who_carries_them(enter: Enter, store: Database) -> None:
    lists(store, products=("Oat milk 1 L", "oat milk 1 l ", "Flat white"))
    browser = enter()

    shown = browser.get(PAGE)

    assert "1 name is used twice. Matching is by name, so these won't be matched." in words(shown)
    review = words(browser.get(f"{PAGE}/names"))
    assert review.count("£1.5") == 2
    assert "Flat white" not in review
    assert "Rename contacts and products where you made them." in review


def test_the_review_links_to_where_the_partner_renames_things(
    app: Flask, enter: Enter, store: Database
) -> None:
    lists(store, products=("Oat milk", "Oat milk"))
    house = app.extensions["gangway"]
    settings = replace(house.settings, partner_product_url="https://app.example.com/{entity_id}/p/{id}")
    app.extensions["gangway"] = replace(house, settings=settings)

    page = BeautifulSoup(enter().get(f"{PAGE}/names").text, "html.parser")

    assert [a["href"] for a in page.select("table a")] == [
        f"https://app.example.com/e1/p/{product}" for product in ("p0", "p1")
    ]


@pytest.mark.parametrize(
    ("products", "invoices", "told"),
    [
        ((), 2, "You send invoices, but have no products here."),
        (("Flat white",), 2, "You have 1 product here."),
        ((), 0, None),
    ],
)
def test_who_invoices_is_reminded_of_the_product_catalogue(
    enter: Enter, store: Database, products: tuple[str, ...], invoices: int, told: str | None
) -> None:
    lists(store, products=products, invoices=invoices)

    shown = words(enter().get(PAGE))

    assert (told in shown) if told else ("Product catalogue" not in shown)


def test_who_did_not_finish_can_go_on_or_start_again(enter: Enter, wire: Wire) -> None:
    browser = enter()
    browser.post(f"{PAGE}/start", data={"platform": "xero"})

    shown = browser.get(PAGE)

    assert "You started connecting to Xero today 09:42 and didn't finish." in words(shown)
    page = BeautifulSoup(shown.text, "html.parser")
    assert [b.get_text(strip=True) for b in page.select("main form button")] == ["Continue", "Start again"]


def test_others_read_who_did_not_finish(enter: Enter, wire: Wire) -> None:
    enter().post(f"{PAGE}/start", data={"platform": "xero"})

    shown = words(enter("viewer").get(PAGE))

    assert "Dana Price set out for Xero today 09:42." in shown
    assert "Only an owner can connect" in shown


def test_with_the_cap_reached_xero_cannot_be_chosen_and_the_partner_is_told_once(
    enter: Enter, store: Database, limit: Callable[..., None], settings: Settings
) -> None:
    connection(store, "e2")
    limit(1)
    browser = enter()

    shown = browser.get(PAGE)
    again = words(browser.get(PAGE))

    reached = caps.reached(make_deps(store, settings, clock=lambda: NOW))
    assert [(one.entity_id, one.name) for one in reached] == [("e1", "Harbour Lane Coffee Ltd")]
    assert f"Northwind {FULL}{reached[0].reference}." in words(shown)
    assert f"{FULL}{reached[0].reference}." in again
    page = BeautifulSoup(shown.text, "html.parser")
    assert [radio["value"] for radio in page.select("[name=platform]")] == ["quickbooks_online"]
    assert f"reference {reached[0].reference}" in words(enter("support").get("/support"))


def test_with_the_cap_reached_neither_a_start_nor_a_link_is_made(
    enter: Enter, store: Database, limit: Callable[..., None], wire: Wire
) -> None:
    connection(store, "e2")
    limit(1)
    browser = enter()

    started = browser.post(f"{PAGE}/start", data={"platform": "xero"})
    shared = browser.post(f"{PAGE}/share", data={"platform": "xero"})

    assert (started.status_code, shared.status_code) == (409, 409)
    assert FULL in words(started)
    assert FULL in words(shared)
    assert wire.connection is None
    assert browser.post(f"{PAGE}/start", data={"platform": "quickbooks_online"}).status_code == 303


@pytest.mark.parametrize("status", ["pending_auth", "deauthorized"])
def test_a_business_that_has_a_place_is_not_held_up(
    enter: Enter, store: Database, limit: Callable[..., None], status: str
) -> None:
    connection(store, "e2")
    connection(store, "e1", status)
    limit(1)

    assert FULL not in words(enter().get(PAGE))


def test_a_sign_in_that_nobody_finished_gives_its_place_back_after_a_day(
    store: Database, settings: Settings
) -> None:
    connection(store, "e2", "pending_auth", created_at=to_text(NOW - timedelta(hours=30)))
    connection(store, "e1", "pending_auth", created_at=to_text(NOW - timedelta(hours=20)))

    assert caps.meter(make_deps(store, settings, clock=lambda: NOW)).used == 1


@pytest.mark.parametrize(("role", "told"), [("owner", False), ("support", True)])
def test_a_cap_that_comes_near_is_told_to_the_partners_people_alone(
    enter: Enter, store: Database, limit: Callable[..., None], role: str, told: bool
) -> None:
    for n in range(4):
        connection(store, f"x{n}")
    limit(5)

    assert ("Xero: 4 of 5 organisations used." in words(enter(role).get(PAGE))) is told


def test_where_the_system_is_chosen_later_the_cap_holds_nobody_up(
    app: Flask, enter: Enter, store: Database, limit: Callable[..., None]
) -> None:
    connection(store, "e2")
    limit(1)
    house = app.extensions["gangway"]
    railz = make_monite(replace(house.settings, monite_api_version="2024-05-25"))
    app.extensions["gangway"] = replace(house, monite=railz)

    shown = words(enter().get(PAGE))
    railz.close()

    assert FULL not in shown
    assert "Continue to your accounting system" in shown


def test_who_reconnects_reads_what_is_kept(enter: Enter, store: Database) -> None:
    connection(store, "e1", "deauthorized", first_connected_at=to_text(NOW))
    lists(store, products=("Flat white", "Oat milk"))
    with write(store):
        store.execute("UPDATE products SET ledger_account_id = 'a1'")

    shown = words(enter().get(PAGE))

    assert "Your 2 assignments and all links to records already sent are kept." in shown
    assert "Reconnect to Xero" in shown
