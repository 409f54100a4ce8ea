"""The audit trail: every change of a business, in words, filtered, and as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlite_utils import Database

from app.domain.people import SYSTEM, Actor, Role
from app.domain.sync_rules import SyncRules
from app.services import audits as trail
from app.store import events
from app.store.database import write
from tests.log_samples import NOW, add_books
from tests.web.conftest import Enter

DANA = Actor("Dana Price", Role.OWNER, "e1")
ALEX = Actor("Alex Lind", Role.SUPPORT, reason="Asked in ticket 4711")


def tell(
    store: Database, kind: str, actor: Actor = DANA, *, days: int = 0, entity: str = "e1", **more: Any
) -> None:
    with write(store):
        events.add(store, entity, NOW - timedelta(days=days), kind, actor, **more)


def rows(html: str) -> list[list[str]]:
    found = BeautifulSoup(html, "html.parser").select(".audit-table tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("td, th")] for row in found]


def file_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_each_change_tells_what_from_what_to_what_who_and_why(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
    was, became = SyncRules(("paid",), ()), SyncRules(("new", "paid"), ("partially_paid",))
    tell(store, "rules_saved", was=was.to_text(), became=became.to_text())
    tell(store, "closing_date_changed", became="2025-04-30")
    tell(store, "account_assigned", ALEX, object_type="product", became="account-310", note="Beans, 1 kg")

    found = rows(enter("viewer", "e1").get("/e/e1/audit").text)

    assert [row[1:] for row in found] == [
        ["310 Cost of goods sold assigned to Beans, 1 kg", "nothing → 310 Cost of goods sold",
         "Alex Lind Support Reason: Asked in ticket 4711"],
        ["Closing date changed", "nothing → 30 Apr", "Dana Price Owner"],
        ["Sync rules saved", "Bills: paid. Invoices: none. → Bills: new, paid. Invoices: partially paid.",
         "Dana Price Owner"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "more", "change"),
    [
        ("connected", {"object_type": "connection", "became": "connected"}, "–"),
        ("import_finished", {"object_type": "connection", "was": "connected", "became": "connected"}, "–"),
        (
            "access_withdrawn",
            {"object_type": "connection", "was": "connected", "became": "deauthorized"},
            "Connected → Access withdrawn",
        ),
        ("choice_forgotten", {"was": "account-310"}, "310 Cost of goods sold → nothing"),
        ("connect_started", {"object_type": "connection", "became": "xero"}, "Xero"),
        ("user_added", {"became": "support"}, "Support"),
        ("note_left", {}, "–"),
    ],
)
def test_from_what_to_what_stands_only_where_something_changed(
    enter: Enter, store: Database, kind: str, more: dict[str, Any], change: str
) -> None:
    with write(store):
        add_books(store)
    tell(store, kind, **more)

    assert rows(enter("owner", "e1").get("/e/e1/audit").text)[0][2] == change


def test_the_trail_of_one_business_tells_nothing_of_another(enter: Enter, store: Database) -> None:
    tell(store, "note_left", entity="e2", note="Mori only")
    tell(store, "user_added", entity="", note="Partner only")

    browser = enter("owner", "e1")

    assert rows(browser.get("/e/e1/audit").text) == []
    assert file_of(browser.get("/e/e1/audit.csv").text) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("whose=people", ["Note left", "Sync rules saved", "Sending put on hold"]),
        ("whose=partner", ["Note left"]),
        ("whose=automatic", ["Import finished"]),
        ("name=dana", ["Sync rules saved", "Sending put on hold"]),
        ("name=%25", []),
        ("subject=rules", ["Sync rules saved", "Sending put on hold"]),
        ("subject=imports", ["Import finished"]),
        ("subject=other", []),
        ("from=2025-05-08&to=2025-05-08", ["Sync rules saved"]),
        ("from=2025-05-08", ["Import finished", "Note left", "Sync rules saved"]),
        ("subject=rules&to=2025-05-07", ["Sending put on hold"]),
    ],
)
def test_it_is_narrowed_down_on_the_page_and_in_the_file(
    enter: Enter, store: Database, asked: str, found: list[str]
) -> None:
    tell(store, "sending_held", days=2)
    tell(store, "rules_saved", days=1)
    tell(store, "note_left", ALEX)
    tell(store, "import_finished", SYSTEM)
    browser = enter("owner", "e1")

    assert [row[1] for row in rows(browser.get(f"/e/e1/audit?{asked}").text)] == found
    assert [row["what"] for row in file_of(browser.get(f"/e/e1/audit.csv?{asked}").text)] == found


@pytest.mark.parametrize("asked", ["from=yesterday", "from=2025-05-02&to=2025-05-01", "to=9999-12-31"])
def test_days_that_make_no_sense_are_refused_in_words(enter: Enter, store: Database, asked: str) -> None:
    browser = enter("owner", "e1")

    assert browser.get(f"/e/e1/audit?{asked}").status_code == 422
    assert browser.get(f"/e/e1/audit.csv?{asked}").status_code == 422


def test_pages_lead_through_all_of_it_once(
    enter: Enter, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "SHOWN", 2)
    monkeypatch.setattr(trail, "AT_ONCE", 2)
    for n in range(5):
        tell(store, "note_left", note=f"Note {n}")
    browser, seen, address = enter("owner", "e1"), [], "/e/e1/audit?whose=people"
    while address:
        html = browser.get(address).text
        seen += [row[1] for row in rows(html)]
        older = BeautifulSoup(html, "html.parser").select_one("a[rel=next]")
        address = str(older["href"]) if older else ""

    assert seen == [f"Note left Note {n}" for n in (4, 3, 2, 1, 0)]
    assert len(file_of(browser.get("/e/e1/audit.csv").text)) == 5


def test_a_bulk_change_is_one_line_that_leads_to_its_parts(enter: Enter, store: Database) -> None:
    for n in range(3):
        tell(store, "retried", note=f"Bill {n}", batch_id="b1")
    tell(store, "records_retried", note="3", details={"batch": "b1"})
    browser = enter("owner", "e1")

    page = browser.get("/e/e1/audit").text
    [way] = BeautifulSoup(page, "html.parser").select(".audit-table tbody a")
    parts = rows(browser.get(str(way["href"])).text)

    assert len(rows(page)) == 1
    assert "3 records retried" in rows(page)[0][1]
    assert [row[1] for row in parts] == ["Retried Bill 2", "Retried Bill 1", "Retried Bill 0"]
    assert [row["batch"] for row in file_of(browser.get("/e/e1/audit.csv").text)] == ["b1"] * 4


def test_no_spreadsheet_runs_what_stands_in_the_file(enter: Enter, store: Database) -> None:
    tell(store, "note_left", Actor("=cmd|' /C calc'!A0", Role.OWNER, "e1"), note="@SUM(A1)")

    answer = enter("owner", "e1").get("/e/e1/audit.csv")

    [row] = file_of(answer.text)
    assert (row["who"], row["about"]) == ("'=cmd|' /C calc'!A0", "'@SUM(A1)")
    assert answer.text.startswith("\ufeff")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2025-05-09.csv"'


def test_activity_tells_of_all_businesses_and_of_the_partner_itself(enter: Enter, store: Database) -> None:
    tell(store, "note_left", note="Harbour")
    tell(store, "note_left", ALEX, entity="e2", note="Mori")
    tell(store, "came_in", ALEX, entity="")
    browser = enter("support", "")

    found = rows(browser.get("/support/activity").text)

    assert [row[1] for row in found] == ["The partner itself", "Mori Ceramics Ltd", "Harbour Lane Coffee Ltd"]
    assert [row["business"] for row in file_of(browser.get("/support/activity.csv").text)] == [
        "",
        "Mori Ceramics Ltd",
        "Harbour Lane Coffee Ltd",
    ]


def test_names_are_shown_as_text_whatever_is_in_them(enter: Enter, store: Database) -> None:
    tell(store, "note_left", Actor("<script>alert(1)</script>", Role.OWNER, "e1"), note="<img src=x>")

    page = enter("owner", "e1").get("/e/e1/audit").text

    assert "<script>alert" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("role", "start", "way"),
    [
        ("owner", "/e/e1/connection/history", "/e/e1/audit"),
        ("support", "/support/e/e1", "/e/e1/audit"),
        ("support", "/support", "/support/activity"),
        ("admin", "/partner/setup", "/support"),
    ],
)
def test_it_is_found_from_where_one_looks_for_it(
    enter: Enter, store: Database, role: str, start: str, way: str
) -> None:
    page = BeautifulSoup(enter(role, "e1").get(start).text, "html.parser")

    assert page.select(f"main a[href='{way}']")
