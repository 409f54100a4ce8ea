from __future__ import annotations

from datetime import timedelta

from bs4 import BeautifulSoup
from sqlite_utils import Database

from app.store.database import to_text, write
from tests.log_samples import NOW, add_books, add_record
from tests.web.conftest import Enter


def names(html: str) -> list[str]:
    return [link.get_text() for link in BeautifulSoup(html, "html.parser").select("tbody th a")]


def test_support_sees_every_business_by_name(enter: Enter) -> None:
    assert names(enter("support", "").get("/support").text) == [
        "Harbour Lane Coffee Ltd",
        "Mori Ceramics Ltd",
    ]


def test_nobody_but_support_sees_them(enter: Enter) -> None:
    browser = enter("owner", "e1")

    assert browser.get("/support").status_code == 403
    assert browser.get("/support/e/e1").status_code == 403


def test_a_business_is_found_by_the_number_of_one_of_its_records(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "INV-1042", entity_id="e2")

    assert names(enter("support", "").get("/support?q=V-1042").text) == ["Mori Ceramics Ltd"]


def test_the_views_hold_what_their_names_say(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store, "e1")
        add_books(store, "e2")
        add_record(store, "1", entity_id="e2")
        store.execute("UPDATE connections SET status = 'deauthorized' WHERE entity_id = 'e1'")
    browser = enter("support", "")

    found = {
        view: names(browser.get(f"/support?view={view}").text) for view in ("withdrawn", "failing", "late")
    }

    assert found == {
        "withdrawn": ["Harbour Lane Coffee Ltd"],
        "failing": ["Mori Ceramics Ltd"],
        "late": [],
    }


def test_an_import_that_is_overdue_makes_a_business_late(enter: Enter, store: Database) -> None:
    old = to_text(NOW - timedelta(hours=3))
    with write(store):
        add_books(store, "e1")
        store.execute(
            "UPDATE connections SET last_pull = ?, created_at = ?",
            [old, to_text(NOW - timedelta(days=1))],
        )

    assert names(enter("support", "").get("/support?view=late").text) == ["Harbour Lane Coffee Ltd"]


def test_pages_lead_through_all_businesses(enter: Enter, store: Database) -> None:
    with write(store):
        for n in range(70):
            store.execute(
                "INSERT INTO entities (id, name, status, raw, seen_at) VALUES (?, ?, 'active', '{}', ?)",
                [f"x{n}", f"Business {n:03}", to_text(NOW)],
            )
    browser, seen, address = enter("support", ""), [], "/support"
    while address:
        html = browser.get(address).text
        seen += names(html)
        older = BeautifulSoup(html, "html.parser").select_one("a[rel=next]")
        address = str(older["href"]) if older else ""

    assert len(seen) == len(set(seen)) == 72


def test_the_look_at_one_business_says_in_three_lines_what_is_wrong(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "1042")

    page = BeautifulSoup(enter("support", "").get("/support/e/e1").text, "html.parser")

    lines = [" ".join(line.get_text(" ").split()) for line in page.select("#diagnosis-lines li")]
    assert lines[0] == "Connected to Xero since 9 May."
    assert lines[2] == "1 bill: No matching tax rate. No other record is stopped."
    assert not page.select("main form, main button")
