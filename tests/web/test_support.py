from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlite_utils import Database

from app.domain.people import SYSTEM
from app.store import events, unrecognised
from app.store.database import to_text, write
from tests.log_samples import NOW, add_bill, add_books, add_record
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


PAGES = (
    "",
    "/connect",
    "/connect/return",
    "/connect/confirm",
    "/import",
    "/assign/bills?show=all",
    "/assign/products?show=all",
    "/assign/bills/b1-line-0",
    "/rules",
    "/rules/history",
    "/log",
    "/log?tab=all",
    "/log/1042",
    "/connection",
    "/connection/history",
)


@pytest.mark.parametrize("page", PAGES)
def test_support_sees_what_they_see_and_changes_nothing(enter: Enter, store: Database, page: str) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "b1", {"ledger_account_id": None})
        add_record(store, "1042", object_id="b1")
    browser = enter("support", "")

    answer = browser.get(f"/e/e1{page}", follow_redirects=True)

    html = BeautifulSoup(answer.text, "html.parser")
    ribbon = html.select_one(".ribbon-support")
    actions = {str(form["action"]) for form in html.select("main form[method=post]")}
    assert answer.status_code == 200
    assert ribbon is not None
    assert "Support view of Harbour Lane Coffee Ltd — everything you do is recorded" in ribbon.get_text()
    assert ribbon.a is not None
    assert ribbon.a["href"] == "/support/e/e1"
    # Reading Monite again and folding the steps for oneself change nothing for anybody.
    assert actions <= {"/e/e1/update", "/e/e1/log/update", "/e/e1/steps"}
    assert html.select("main input[type=checkbox], main select[name=account_id]") == []


def test_the_way_in_is_on_the_support_page_which_has_no_ribbon_itself(enter: Enter) -> None:
    html = BeautifulSoup(enter("support", "").get("/support/e/e1").text, "html.parser")

    [way_in] = [link for link in html.select("main a") if link.get_text() == "See what they see"]
    assert way_in["href"] == "/e/e1"
    assert html.select(".ribbon-support") == []


def test_a_person_of_the_business_has_no_support_ribbon(enter: Enter) -> None:
    assert "Support view" not in enter().get("/e/e1").text


def test_ids_stand_under_technical_details_alone(enter: Enter, store: Database) -> None:
    entity_id = "6f1d3c52-5db4-4c36-852c-1d3db566c1fa"
    with write(store):
        store.execute(
            "INSERT INTO api_calls (at, entity_id, method, path, status, milliseconds, request_id)"
            " VALUES (?, 'e1', 'GET', ?, 200, 3, ?)",
            [to_text(NOW), f"/payables/{entity_id}", entity_id],
        )
    html = BeautifulSoup(enter("support", "").get("/support/e/e1").text, "html.parser")

    inside = html.select_one("#technical")
    assert inside is not None
    assert entity_id in inside.extract().get_text()
    assert entity_id not in html.get_text()


def test_messages_that_nobody_recognises_are_counted_over_all_businesses(
    enter: Enter, store: Database
) -> None:
    with write(store):
        add_record(store, "a", error_text="Bill 1 made the cat sneeze", minutes=90)
        add_record(store, "b", error_text="Bill 2 made the cat sneeze", entity_id="e2")
        add_record(store, "c")
    browser = enter("support", "")

    link = BeautifulSoup(browser.get("/support").text, "html.parser").select_one('a[href="/support/issues"]')
    page = BeautifulSoup(browser.get("/support/issues").text, "html.parser")

    assert link is not None
    assert "2 records stopped with messages" in link.text
    row = [" ".join(cell.get_text(" ").split()) for cell in page.select("tbody tr > *")]
    assert row[:3] == ["Bill 2 made the cat sneeze and 1 more with other names or numbers", "2", "2"]
    assert [a["href"] for a in page.select("tbody a")] == ["/e/e2/log/b"]
    assert page.select_one("#adding") is not None


def test_what_is_too_rare_to_be_listed_is_counted(
    enter: Enter, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unrecognised, "MOST", 1)
    with write(store):
        for number, said in enumerate(("The cat sneezed", "The cat sneezed", "The dog barked")):
            add_record(store, str(number), error_text=said)

    page = enter("support", "").get("/support/issues").text

    assert "1 more record has a rarer message" in page


def test_a_message_is_shown_as_text_whatever_is_in_it(enter: Enter, store: Database) -> None:
    with write(store):
        add_record(store, "a", error_text="<script>alert(1)</script> " + "x" * 500)

    page = enter("support", "").get("/support/issues").text

    assert "<script>alert" not in page
    assert "…" in page


def test_nobody_but_support_sees_the_messages_of_all(enter: Enter) -> None:
    assert enter("owner", "e1").get("/support/issues").status_code == 403


def test_when_every_message_is_recognised_the_page_says_so(enter: Enter) -> None:
    assert "Every message is recognised" in enter("support", "").get("/support/issues").text


def test_a_business_that_was_turned_away_is_found_by_its_reference(enter: Enter, store: Database) -> None:
    with write(store):
        events.add(
            store, "", NOW, "xero_cap_reached", SYSTEM, object_type="entity", object_id="e2", note="7F3K"
        )

    page = BeautifulSoup(enter("support", "").get("/support").text, "html.parser")

    line = page.select_one("section[aria-labelledby=turned-away] li")
    assert line is not None
    assert "Mori Ceramics Ltd · reference 7F3K" in " ".join(line.get_text(" ").split())


@pytest.mark.parametrize(
    ("role", "read"),
    [
        ("owner", "Contact 'Brown Ltd' and Acme Dairy owe 1,234.50"),
        ("admin", "Contact 'Brown Ltd' and Acme Dairy owe 1,234.50"),
        ("support", "Contact 'B. L.' and A. D. owe about 1,200"),
    ],
)
def test_support_reads_raw_messages_without_names_and_amounts(
    enter: Enter, store: Database, role: str, read: str
) -> None:
    raw = "Contact 'Brown Ltd' and Acme Dairy owe 1,234.50"
    with write(store):
        add_books(store)
        add_record(store, "1042", error_text=raw)
    browser = enter(role, "e1" if role == "owner" else "")

    record = BeautifulSoup(browser.get("/e/e1/log/1042").text, "html.parser")

    assert record.select_one("details pre").get_text() == read  # type: ignore[union-attr]
    pages = ["/e/e1/log/1042"]
    pages += ["/support/issues"] if role != "owner" else []
    for page in pages:
        assert ("Brown Ltd" in browser.get(page).text) is (role != "support"), page


def test_only_lists_that_this_api_version_has_are_told_of(enter: Enter, store: Database) -> None:
    page = BeautifulSoup(enter("support", "").get("/support/e/e1").text, "html.parser")

    names = [cell.get_text() for cell in page.select("section[aria-labelledby=reads] tbody th")]
    assert "Sync rules" in names
    assert not {"defaults", "Default accounts"} & set(names)


def test_support_reads_why_something_was_refused_without_names(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        events.add(store, "e1", NOW, "import_refused", SYSTEM, note="Contact 'Brown Ltd' owes 1,234.50")

    pages = {role: enter(role, "") for role in ("support", "admin")}

    of_one = ("/support/e/e1", "/e/e1/connection/history", "/e/e1/audit", "/e/e1/audit.csv")
    for path in (*of_one, "/support/activity"):
        read = {role: browser.get(path).text for role, browser in pages.items()}
        assert "owes 1,234.50" in read["admin"], path
        assert "Brown" not in read["support"], path
        assert "owes about 1,200" in read["support"], path
