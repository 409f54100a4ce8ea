"""The list of what was never tried, and the page of one such document."""

from __future__ import annotations

import json

from bs4 import BeautifulSoup
from sqlite_utils import Database

from app.store.database import write
from tests.log_samples import add_bill, add_books, add_invoice, add_record
from tests.web.conftest import Enter

HTMX = {"HX-Request": "true", "HX-Target": "ready-list"}


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def rows(html: str) -> list[str]:
    return [row.get_text(" ", strip=True) for row in soup(html).select("#ready-list tbody tr")]


def add_documents(store: Database) -> None:
    """One bill for each fate, one that was tried, one outside the rules, and an invoice."""
    with write(store):
        add_books(store)
        add_bill(store, "good", {})
        add_bill(store, "no-account", {"ledger_account_id": None}, {"tax": None})
        add_bill(store, "unread", lines_for=None)
        add_bill(store, "tried", {})
        add_record(store, "r1", object_id="tried")
        add_bill(store, "draft", {}, status="draft")
        add_invoice(store, "rebate", json.dumps([{"tax": 2000}]), has_whole_discount=1)


def test_what_was_never_tried_is_listed_with_what_will_happen(enter: Enter, store: Database) -> None:
    add_documents(store)

    found = rows(enter().get("/e/e1/ready").text)

    told = {row.split(" Acme")[0].split(" J Smith")[0]: row for row in found}
    assert set(told) == {
        "Ready Bill good",
        "Will stop Bill no-account",
        "Can't tell yet Bill unread",
        "Can't be sent Invoice rebate",
    }
    assert "A line has no account also: A line has no tax rate" in told["Will stop Bill no-account"]
    assert "Its lines haven't been read yet" in told["Can't tell yet Bill unread"]


def test_tabs_count_by_what_will_happen_and_filter(enter: Enter, store: Database) -> None:
    add_documents(store)
    browser = enter()

    tabs = [
        tab.get_text(" ", strip=True) for tab in soup(browser.get("/e/e1/ready").text).select("#ready-tabs a")
    ]
    only = rows(browser.get("/e/e1/ready?show=stops").text)

    assert tabs == ["All 4", "Will stop 2", "May stop 0", "Can't tell yet 1", "Ready 1"]
    assert len(only) == 2


def test_a_problem_and_a_type_narrow_the_list(enter: Enter, store: Database) -> None:
    add_documents(store)
    browser = enter()

    assert len(rows(browser.get("/e/e1/ready?problem=TAX_MISSING").text)) == 1
    assert len(rows(browser.get("/e/e1/ready?type=invoices").text)) == 1
    assert "Nothing matches" in browser.get("/e/e1/ready?q=nobody").text


def test_the_fix_leads_to_the_bill_and_back(enter: Enter, store: Database) -> None:
    add_documents(store)

    page = soup(enter().get("/e/e1/ready?show=stops&type=bills").text)
    to = str(page.select("#ready-list td a")[0]["href"])

    assert to.startswith("/e/e1/assign/bills?bill=no-account")
    assert "return=%2Fe%2Fe1%2Fready%2Fbills%2Fno-account" in to


def test_a_page_of_its_own_names_everything_that_sending_needs(enter: Enter, store: Database) -> None:
    add_documents(store)

    page = soup(enter().get("/e/e1/ready/bills/no-account").text)

    needs = [item.get_text(" ", strip=True) for item in page.select(".condition")]
    assert "Missing: These lines have no account: Oat milk Assign accounts" in needs
    assert any(need.startswith("Missing: These lines have no tax rate: Oat milk") for need in needs)
    assert "There: Connected to Xero" in needs


def test_what_was_tried_has_its_page_in_the_log(enter: Enter, store: Database) -> None:
    add_documents(store)

    answer = enter().get("/e/e1/ready/bills/tried")

    assert (answer.status_code, answer.location) == (302, "/e/e1/log/r1")


def test_what_is_not_there_has_no_page(enter: Enter, store: Database) -> None:
    add_documents(store)
    browser = enter()

    assert browser.get("/e/e1/ready/bills/gone").status_code == 404
    assert browser.get("/e/e1/ready/nothing/good").status_code == 404


def test_what_nobody_can_know_is_said(enter: Enter, store: Database) -> None:
    add_documents(store)

    assert "A period that is closed in the books" in enter().get("/e/e1/ready").text


def test_htmx_gets_the_list_and_the_tabs_alone(enter: Enter, store: Database) -> None:
    add_documents(store)

    answer = enter().get("/e/e1/ready?show=open", headers=HTMX).text

    assert "<h1" not in answer
    assert soup(answer).select('[hx-swap-oob="innerHTML:#ready-tabs"] [aria-current]')
    assert len(rows(answer)) == 1


def test_pages_follow_one_another_without_a_gap(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        for number in range(120):
            add_bill(store, f"b{number:03}", {}, created_at=f"2025-05-01T00:00:{number % 7:02}.000000+00:00")
    browser, address, seen = enter(), "/e/e1/ready", list[str]()

    while address:
        html = browser.get(address).text
        seen += [a.get_text() for a in soup(html).select("#ready-list tbody th a")]
        older = soup(html).select_one("#ready-list a[rel=next]")
        address = str(older["href"]) if older else ""

    assert len(seen) == len(set(seen)) == 120


def test_an_entity_with_nothing_new_says_so(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)

    assert "Nothing waits for its first try" in enter().get("/e/e1/ready").text


def test_reading_again_sends_nothing(enter: Enter, store: Database) -> None:
    add_documents(store)

    answer = enter().post("/e/e1/ready/update")

    assert answer.status_code == 303
    asked = {row["resource"] for row in store.query("SELECT resource FROM resources WHERE entity_id = 'e1'")}
    assert {"payables", "ledger_accounts"} <= asked
    assert not list(store.query("SELECT * FROM outbox"))
