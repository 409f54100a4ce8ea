"""Accounts in a spreadsheet: out, in again, what would change, what is wrong, apply."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.config import Settings
from app.domain.account_files import Problem, Wrong
from app.domain.account_names import Miss
from app.domain.assignables import AssignState, Kind
from app.domain.people import SYSTEM
from app.services import assign_files as services
from app.store import assignables, batches
from app.store.database import to_text, write
from app.web import assign_files
from app.web.file_words import problem_words
from tests.factories import make_deps
from tests.web.conftest import NOW, Enter

HOSTILE = '=HYPERLINK("http://evil","a;b")\r\n<script>alert(\'x\')</script> 🧾 \u05d0\u202e'
Rows = list[dict[str, str]]


@pytest.fixture
def filled(store: Database) -> Database:
    """Two lines of one supplier, one of them with an account, a product, and three accounts."""
    with write(store):
        for account_id, code, name, status, bank in (
            ("a1", "310", "Cost of goods", "Active", 0),
            ("a2", "0429", "General expenses", "Active", 0),
            ("a3", "404", "Old marketing", "Archived", 0),
        ):
            store.execute(
                "INSERT INTO ledger_accounts (id, entity_id, name, nominal_code, type, status,"
                " is_bank_account, raw, seen_at) VALUES (?, 'e1', ?, ?, 'Expense', ?, ?, '{}', ?)",
                [account_id, name, code, status, bank, to_text(NOW)],
            )
        add_line(store, "l1", HOSTILE)
        add_line(store, "l2", "Beans", account="a1")
        add_line(store, "l3", "Cups", status="paid")
        add_line(store, "of-somebody-else", "Clay", entity="e2")
        store.execute(
            "INSERT INTO products (id, entity_id, name, price, currency, updated_at, raw, seen_at)"
            " VALUES ('p1', 'e1', 'Flat white', -350, 'GBP', ?, '{}', ?)",
            [to_text(NOW), to_text(NOW)],
        )
    return store


def add_line(
    db: Database,
    line_id: str,
    name: str,
    *,
    account: str | None = None,
    status: str = "new",
    entity: str = "e1",
) -> None:
    db.execute(
        "INSERT INTO payable_lines (id, entity_id, payable_id, position, name, supplier, document_id, total,"
        " currency, ledger_account_id, payable_status, issued_at, editable, raw, seen_at)"
        " VALUES (?, ?, ?, 0, ?, 'Acme', 'B-1', 4320, 'GBP', ?, ?, '2025-05-01', ?, '{}', ?)",
        [line_id, entity, f"bill-{line_id}", name, account, status, int(status == "new"), to_text(NOW)],
    )


def downloaded(browser: FlaskClient, address: str = "/e/e1/assign/bills.csv", separator: str = ",") -> Rows:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def as_file(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def send(browser: FlaskClient, data: bytes, kind: str = "bills", name: str = "lines.csv") -> TestResponse:
    return browser.post(f"/e/e1/assign/{kind}/file", data={"file": (io.BytesIO(data), name)})


def uploaded(browser: FlaskClient, data: bytes) -> tuple[str, BeautifulSoup]:
    """Upload a file; the address of its preview, and the preview."""
    answer = send(browser, data)
    assert answer.status_code == 303, answer.text
    place = answer.headers["Location"]
    return place, read(browser.get(place).text)


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def words(page: Tag, selector: str) -> list[str]:
    return [" ".join(each.get_text(" ").split()) for each in page.select(selector)]


def line(db: Database, line_id: str) -> tuple[str | None, AssignState]:
    row = assignables.get(db, "e1", Kind.BILLS, line_id)
    assert row is not None
    return row.wanted_id, row.state


def edited(browser: FlaskClient, **codes: str) -> bytes:
    rows = downloaded(browser)
    for row in rows:
        row["Account code"] = codes.get(row["Line ID"], row["Account code"])
    return as_file(rows)


def test_the_file_holds_what_people_need_and_runs_nothing(enter: Enter, filled: Database) -> None:
    rows = {row["Line ID"]: row for row in downloaded(enter())}

    assert rows["l1"]["Line"] == "'" + HOSTILE
    assert list(rows["l2"].values()) == [
        "l2", "B-1", "Acme", "2025-05-01", "Beans", "", "", "43.20", "GBP", "Assigned",
        "310", "Cost of goods", "310", "Cost of goods", "a1",
    ]  # fmt: skip
    assert rows["l3"]["State"] == "Can't be changed"


def test_the_file_holds_what_the_filter_shows(enter: Enter, filled: Database) -> None:
    browser = enter()

    assert [r["Line ID"] for r in downloaded(browser, "/e/e1/assign/bills.csv?show=assigned")] == ["l2"]
    assert [r["Line ID"] for r in downloaded(browser, "/e/e1/assign/bills.csv?q=cups")] == ["l3"]
    assert downloaded(browser, "/e/e1/assign/bills.csv?supplier=Nobody") == []


def test_a_file_with_semicolons_has_commas_in_its_numbers(enter: Enter, filled: Database) -> None:
    [product] = downloaded(enter(), "/e/e1/assign/products.csv?cells=semicolon", ";")

    assert (product["Product"], product["Price"]) == ("Flat white", "-3,50")


def test_a_list_of_many_rows_is_whole(
    enter: Enter, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.assign_files.AT_ONCE", 7)
    with write(filled):
        for n in range(60):
            add_line(filled, f"m{n:02}", f"Line {n}")

    ids = [row["Line ID"] for row in downloaded(enter())]

    assert len(ids) == len(set(ids)) == 63


def test_the_list_leads_to_its_file_with_its_filter(enter: Enter, filled: Database) -> None:
    page = read(enter().get("/e/e1/assign/bills?show=assigned&supplier=Acme").text)

    links = [str(link["href"]) for link in page.select(".file-links a")]
    assert links == ["/e/e1/assign/bills.csv?show=assigned&supplier=Acme", "/e/e1/assign/bills/file"]


def test_a_file_that_came_back_as_it_was_changes_nothing(enter: Enter, filled: Database) -> None:
    browser = enter()

    _, page = uploaded(browser, browser.get("/e/e1/assign/bills.csv").data)

    assert words(page, "#apply-title") == ["Nothing would change"]
    assert "3 rows stay as they are." in page.get_text()
    assert page.select("#apply-form button") == []


def test_an_edited_file_is_shown_before_it_is_applied(enter: Enter, filled: Database) -> None:
    browser = enter()

    place, page = uploaded(browser, edited(browser, l1="429"))

    assert words(page, "#apply-title") == ["1 account would change"]
    assert words(page, "section[aria-labelledby=changes-title] td") == [
        "2",
        "No account",
        "0429 General expenses",
    ]
    assert "1 code was changed by the spreadsheet" in page.get_text()
    assert page.select("main script") == []
    assert line(filled, "l1") == (None, AssignState.NEEDS)
    assert place.startswith("/e/e1/assign/files/")


def test_applying_is_one_batch_however_often_it_is_asked_for(enter: Enter, filled: Database) -> None:
    browser = enter()
    place, _ = uploaded(browser, edited(browser, l1="0429"))

    first, second = browser.post(place), browser.post(place)

    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert line(filled, "l1") == ("a2", AssignState.SAVING)
    assert filled.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    assert "This file was applied." in browser.get(place).text
    result = read(browser.get(first.headers["Location"]).text)
    assert words(result, "#assign-batch .hint a") == ["lines.csv"]
    assert "as in lines.csv" in browser.get("/e/e1/assign/bills/changes").text


def test_what_is_wrong_is_told_row_by_row_and_the_rest_can_be_applied(enter: Enter, filled: Database) -> None:
    browser = enter()
    rows = downloaded(browser)
    by_id = {row["Line ID"]: row for row in rows}
    by_id["l2"]["Account code"] = "0429"
    by_id["l1"]["Account code"] = "<b>999</b>"
    by_id["l3"]["Account code"] = "310"
    rows.append(by_id["l2"] | {"Line ID": "of-somebody-else"})

    place, page = uploaded(browser, as_file(rows))

    told = [words(row, "th, td") for row in page.select("#problems tbody tr")]
    assert told == [
        ["Row 2", "Account code", "<b>999</b>", "No account has the code <b>999</b>.",
         "Look it up on Ledger accounts. If it is new, add it in your accounting system and import accounts"
         " again."],
        ["Row 4", "Line ID", "l3", "Its bill is paid, so its lines can't be changed.", "Take the row out."],
        ["Row 5", "Line ID", "of-somebody-else", "This business has no bill line with this ID.",
         "It may be of another business, or gone. Take the row out."],
    ]  # fmt: skip
    assert page.select("main b") == []
    [button] = words(page, "#apply-form button")
    assert button == "Apply the one that is fine"
    browser.post(place)
    assert (line(filled, "l2")[0], line(filled, "l1")[0]) == ("a2", None)
    assert filled.execute("SELECT count(*) FROM outbox WHERE entity_id = 'e2'").fetchone() == (0,)


def test_the_report_is_a_file_too(enter: Enter, filled: Database) -> None:
    browser = enter()
    place, _ = uploaded(browser, edited(browser, l1="=cmd|' /C calc'!A0", l2="0429"))

    report = downloaded(browser, f"{place}/report.csv")

    assert [(r["Row"], r["Line ID"], r["Result"], r["Value"], r["From"], r["To"]) for r in report] == [
        ("2", "l1", "Wrong", "'=cmd|' /C calc'!A0", "", ""),
        ("3", "l2", "Would change", "", "310 Cost of goods", "0429 General expenses"),
    ]


@pytest.mark.parametrize(
    ("decided", "account"), [({}, None), ({"use": "l1"}, "a2"), ({"conflicts": "use"}, "a2")]
)
def test_what_somebody_else_changed_meanwhile_is_for_a_person_to_decide(
    enter: Enter, filled: Database, decided: dict[str, str], account: str | None
) -> None:
    browser = enter()
    file = edited(browser, l1="0429", l2="0429")
    with write(filled):
        filled.execute("UPDATE payable_lines SET ledger_account_id = 'a1' WHERE id = 'l1'")

    place, page = uploaded(browser, file)

    assert words(page, "#conflicts tbody td") == [
        "2",
        "No account",
        "310 Cost of goods",
        "Use 0429 General expenses in row 2",
    ]
    browser.post(place, data=decided)
    assert (line(filled, "l1")[0], line(filled, "l2")[0]) == (account, "a2")


def test_what_was_changed_after_the_preview_is_left_alone(enter: Enter, filled: Database) -> None:
    browser = enter()
    place, _ = uploaded(browser, edited(browser, l1="0429"))
    with write(filled):
        filled.execute("UPDATE payable_lines SET ledger_account_id = 'a1' WHERE id = 'l1'")

    answer = browser.post(place)

    assert answer.status_code == 303
    assert line(filled, "l1") == (None, AssignState.ASSIGNED)


def test_a_file_whose_rows_were_not_all_noted_when_the_process_died_is_applied_whole(
    enter: Enter, filled: Database
) -> None:
    browser = enter()
    place, _ = uploaded(browser, edited(browser, l1="0429", l2="0429"))
    with write(filled):
        batches.add(
            filled,
            "e1",
            batch_id="cut-off",
            kind="assign",
            form_key=f"account-file:{place.rsplit('/', 1)[1]}",
            total=1,
            details={"kind": "bills"},
            actor=SYSTEM,
            now=NOW - timedelta(minutes=3),
        )
        filled.execute(
            "UPDATE payable_lines SET wanted_account_id = 'a2', save_state = 'saving' WHERE id = 'l1'"
        )

    answers = [browser.post(place), browser.post(place)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert "batch=cut-off" not in answers[0].headers["Location"]
    assert [line(filled, each)[0] for each in ("l1", "l2")] == ["a2", "a2"]
    assert filled.execute("SELECT object_id FROM outbox").fetchall() == [("l2",)]


def test_an_account_that_was_archived_after_the_preview_is_refused_in_words(
    enter: Enter, filled: Database
) -> None:
    browser = enter()
    place, _ = uploaded(browser, edited(browser, l1="0429"))
    with write(filled):
        filled.execute("UPDATE ledger_accounts SET status = 'Archived' WHERE id = 'a2'")

    answer = browser.post(place)

    assert answer.status_code == 422
    assert "0429 General expenses can't be chosen." in read(answer.text).select_one("#error-summary").text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "This is a workbook, not a CSV file."),
        (b"Product ID,Account code\r\np1,310\r\n", "This is a file of products."),
        (b"name\r\nMilk\r\n", "The first row must name the columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(
    enter: Enter, filled: Database, data: bytes, told: str
) -> None:
    answer = send(enter(), data)

    page = read(answer.text)
    assert answer.status_code == 422
    assert page.title is not None
    assert page.title.text.startswith("Error: ")
    assert page.select_one("#file-problem").text.startswith(told)  # type: ignore[union-attr]


def test_no_file_at_all_is_said(enter: Enter, filled: Database) -> None:
    answer = enter().post("/e/e1/assign/bills/file", data={})

    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_a_file_that_is_too_large_is_refused_in_words(
    app: Flask, enter: Enter, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter()
    larger_than_forms = b"Line ID,Account code\r\n" + b"l9,999\r\n" * 300_000
    monkeypatch.setattr(assign_files, "MEGABYTES", 3)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with browser.session_transaction() as session:
        session.pop("csrf_token", None)
    form = read(browser.get("/e/e1/assign/bills/file").text).select_one("main form")
    assert form is not None
    token = str(form.select("[name=csrf_token]")[0]["value"])

    def answer(data: bytes) -> TestResponse:
        values = {"csrf_token": token, "file": FileStorage(io.BytesIO(data), "lines.csv")}
        boundary, body = encode_multipart(values)
        kind = f"multipart/form-data; boundary={boundary}"
        return browser.post("/e/e1/assign/bills/file", data=body, content_type=kind)

    fits, too_large = answer(larger_than_forms), answer(larger_than_forms * 2)
    assert "more than 100,000 rows" in fits.text
    assert too_large.status_code == 413
    assert "The file is larger than 3 MB." in too_large.text


def test_a_name_of_a_file_is_only_text(enter: Enter, filled: Database) -> None:
    browser = enter()
    answer = send(browser, browser.get("/e/e1/assign/bills.csv").data, name="<img src=x>.csv")

    page = read(browser.get(answer.headers["Location"]).text)
    assert page.select("main img") == []
    assert "<img src=x>.csv" in page.get_text()


def test_nobody_of_another_business_sees_a_file(enter: Enter, filled: Database) -> None:
    browser = enter()
    place, _ = uploaded(browser, edited(browser, l1="0429"))
    other = enter("owner", "e2")

    elsewhere = place.replace("/e1/", "/e2/")
    assert [other.get(elsewhere).status_code, other.post(elsewhere).status_code] == [404, 404]
    assert other.get(f"{elsewhere}/report.csv").status_code == 404


def test_a_viewer_may_download_and_not_upload(enter: Enter, filled: Database) -> None:
    viewer = enter("viewer")

    assert len(downloaded(viewer)) == 3
    assert viewer.get("/e/e1/assign/bills/file").status_code == 403
    assert "/assign/bills/file" not in viewer.get("/e/e1/assign/bills").text


def test_a_file_is_thrown_away_after_a_month(enter: Enter, filled: Database, settings: Settings) -> None:
    browser = enter()
    place, _ = uploaded(browser, edited(browser, l1="0429"))
    deps = make_deps(filled, settings, clock=lambda: NOW + timedelta(days=30, minutes=1))

    kept, dropped = services.drop_old(replace(deps, clock=lambda: NOW)), services.drop_old(deps)
    deps.monite.close()

    assert (kept, dropped) == (0, 1)
    assert browser.get(place).status_code == 404


def test_everything_that_can_be_wrong_has_words_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        found = [
            problem_words(Problem(2, "l1", "code", "310", code, "GBP, EUR"), Kind.BILLS, "Xero")
            for code in (*Wrong, *Miss)
        ]

    assert len({each.wrong for each in found}) == len(found)
    assert all(each.todo for each in found)
