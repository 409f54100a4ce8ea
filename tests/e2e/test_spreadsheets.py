"""Accounts by spreadsheet: out, edited by a program, in again, what would change, what is wrong, applied."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.test_assigning import BUTTER, CREAM, DAIRY, DAIRY_BILL
from tests.e2e.test_screens import look
from tests.stack import Emulator


def test_accounts_go_out_to_a_spreadsheet_and_come_back(
    page: Page, emulator: Emulator, tmp_path: Path
) -> None:
    bakery = emulator.entity_id("Boulangerie")
    steps.enter(page, steps.BAKERY, "bookkeeper")
    steps.open_bills(page, BUTTER, supplier=DAIRY)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download what is listed").click()
    text = download.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    by_name = {row["Line"]: row for row in rows}
    by_name[BUTTER]["Account code"] = "310"
    by_name[CREAM]["Account name"] = "Purchaces"
    by_name[CREAM]["Line"] = '=HYPERLINK("http://evil")\n<b>;'
    edited = tmp_path / "edited.csv"
    with edited.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)

    page.get_by_role("link", name="Download all, or upload").click()
    page.get_by_label("CSV file").set_input_files(edited)
    steps.press(page, "Upload and check")

    expect(page.get_by_role("heading", name="1 account would change")).to_be_visible()
    expect(page.get_by_text("Windows-1252 (Western Europe), with semicolons between cells")).to_be_visible()
    wrong = page.get_by_role("region", name="1 row can't be used").get_by_role("row").last
    expect(wrong).to_contain_text("No account is called “Purchaces”.")
    faults = look(page)
    page.set_viewport_size({"width": 360, "height": 800})
    assert [*faults, *look(page)] == []
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) is None
    steps.press(page, "Apply the one that is fine")
    expect(page.get_by_role("heading", name="Assigned an account to 1 row")).to_be_visible()
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) == "310"
    assert emulator.account_of(bakery, DAIRY_BILL, CREAM) is None
