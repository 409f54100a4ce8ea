"""The handover sheet: what of a period is in the books, what isn't, and what was changed here."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlite_utils import Database

from app.domain.handovers import Period, usual_period
from app.monite.versions import capabilities_of
from app.store.database import to_text, write
from tests.log_samples import NOW, add_bill, add_books, add_invoice, add_record
from tests.web.conftest import Enter

MAY = "?from=2025-05-01&to=2025-05-31"


def filled(store: Database) -> None:
    """A bill that arrived, one that stopped, one that was never tried, and one of another month."""
    with write(store):
        add_books(store)
        add_bill(
            store,
            "bill-a",
            {"subtotal": 3600, "document_id": "bill-a"},
            {"subtotal": 400},
            issued_at="2025-05-02",
        )
        add_record(store, "a", sync_status="done")
        add_bill(store, "bill-b", {}, issued_at="2025-05-03", document_id="=2+3")
        add_record(store, "b")
        add_bill(store, "bill-c", {}, issued_at="2025-05-31")
        add_bill(store, "bill-d", {}, issued_at="2025-06-01")
        add_bill(store, "bill-e", {}, issued_at="2025-05-04", status="draft")
        store.execute(
            """
            INSERT INTO events
                (entity_id, at, kind, actor_name, actor_role, object_type, object_id, was, became, note)
            VALUES ('e1', ?, 'account_assigned', 'Dana', 'owner', 'line_item', 'bill-a-line-0', 'account-404',
                'account-310', 'Oat milk')
            """,
            [to_text(NOW)],
        )


def part(html: str, heading: str) -> str:
    section = BeautifulSoup(html, "html.parser").select_one(f"section[aria-labelledby={heading}]")
    assert section is not None
    return " ".join(section.get_text(" ").split())


def test_what_arrived_stands_by_account_without_tax(enter: Enter, store: Database) -> None:
    filled(store)

    words = part(enter().get(f"/e/e1/log/handover{MAY}").text, "h-sent")

    assert "310 Cost of goods sold Bills 1 £40.00" in words


def test_what_did_not_arrive_says_why_and_who_must_act(enter: Enter, store: Database) -> None:
    filled(store)

    words = part(enter().get(f"/e/e1/log/handover{MAY}").text, "h-not")

    assert words.startswith("Not sent, and why (2)")
    assert "No matching tax rate" in words
    assert "The accountant" in words
    assert "Not tried yet" in words


def test_changes_of_accounts_name_who_and_from_what(enter: Enter, store: Database) -> None:
    filled(store)

    words = part(enter("viewer").get(f"/e/e1/log/handover{MAY}").text, "h-changed")

    assert "Oat milk Bill bill-a 404 Old marketing 310 Cost of goods sold Dana" in words


def test_the_file_holds_the_same_and_runs_no_formula(enter: Enter, store: Database) -> None:
    filled(store)

    answer = enter().get(f"/e/e1/log/handover.csv{MAY}")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert [row["part"] for row in rows] == ["sent", "not_sent", "not_sent", "account_changed"]
    assert rows[0]["amount"] == "40.00"
    assert {row["number"] for row in rows} >= {"'=2+3"}


def test_days_that_make_no_period_are_refused_in_words(enter: Enter) -> None:
    answer = enter().get("/e/e1/log/handover?from=2025-06-01&to=2025-05-01")

    assert answer.status_code == 422
    assert "The first day is after the last one" in answer.text
    assert enter().get("/e/e1/log/handover.csv?from=x").status_code == 422


def test_an_invoice_that_went_to_the_default_account_is_told(
    app: Flask, enter: Enter, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["gangway"].monite, "capabilities", capabilities_of("2024-05-25"))
    with write(store):
        add_books(store)
        store.execute(
            "INSERT INTO entity_defaults (entity_id, products_account_id, raw, seen_at)"
            " VALUES ('e1', 'account-310', '{}', ?)",
            [to_text(NOW)],
        )
        add_invoice(store, "inv-1", '[{"name": "Flat white", "total": 900}]', issue_date="2025-05-05")
        add_record(store, "i", object_type="receivable", object_id="inv-1", sync_status="done")

    page = enter().get(f"/e/e1/log/handover{MAY}").text

    assert "Flat white inv-1 J Smith 5 May £9.00" in part(page, "h-default")
    assert "310 Cost of goods sold (default account) Invoices 1 £9.00" in part(page, "h-sent")


def test_a_business_without_a_default_account_is_told_so(enter: Enter) -> None:
    assert "has no default account" in part(enter().get("/e/e1/log/handover").text, "h-default")


def test_in_the_first_days_of_a_month_the_one_before_is_meant() -> None:
    assert usual_period(date(2025, 5, 9)) == Period(date(2025, 4, 1), date(2025, 4, 30))
    assert usual_period(date(2025, 3, 31)) == Period(date(2025, 3, 1), date(2025, 3, 31))
    assert usual_period(date(2025, 1, 1)) == Period(date(2024, 12, 1), date(2024, 12, 31))


def test_nobody_is_called_you_on_a_sheet_for_somebody_else(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-a", {"ledger_account_id": None}, issued_at="2025-05-02")
        add_record(store, "a", error_text="Account code or ID must be specified.")

    assert part(enter().get(f"/e/e1/log/handover{MAY}").text, "h-not").endswith("The business")


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("by_hand", "Handled elsewhere: entered by hand in Xero"),
        ("not_wanted", "Handled elsewhere: not wanted there"),
        ("other:in the old books", "Handled elsewhere: in the old books"),
    ],
)
def test_what_is_handled_elsewhere_says_how_in_words(
    enter: Enter, store: Database, kept: str, said: str
) -> None:
    with write(store):
        add_books(store)
        add_bill(store, "bill-a", {}, issued_at="2025-05-02")
        add_record(store, "a", handled=kept, state="left_out", problem="")

    assert f"{said} Nobody needs to act" in part(enter().get(f"/e/e1/log/handover{MAY}").text, "h-not")


@pytest.mark.parametrize("save_state", ["refused", "saving"])
def test_a_choice_that_was_not_confirmed_is_no_change(enter: Enter, store: Database, save_state: str) -> None:
    filled(store)
    with write(store):
        store.execute(
            "UPDATE payable_lines SET wanted_account_id = 'account-310', save_state = ?"
            " WHERE id = 'bill-a-line-0'",
            [save_state],
        )

    assert "No account was given or changed" in part(
        enter().get(f"/e/e1/log/handover{MAY}").text, "h-changed"
    )
