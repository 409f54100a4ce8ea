"""An account that bills use is archived in the books: it is told, replaced, and the bills go out."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.stack import Emulator

OLD_CODE, NEW_CODE = "404", "429"
OLD, NEW = f"{OLD_CODE} Bank Fees", f"{NEW_CODE} General Expenses"


def put_all_lines_on(emulator: Emulator, entity_id: str, code: str) -> int:
    """Give each line without an account this one, as the partner's own product might; how many that were."""
    client, given = emulator.client(entity_id), 0
    accounts = client.all("/ledger_accounts", limit=100)
    account_id = next(row["id"] for row in accounts if row["nominal_code"] == code)
    for bill in client.all("/payables", status="waiting_to_be_paid"):
        path = f"/payables/{bill['id']}/line_items"
        for line in client.get(path)["data"]:
            if line["ledger_account_id"] is None:
                body = {"ledger_account_id": account_id}
                assert client.send("PATCH", f"{path}/{line['id']}", json=body).ok
                given += 1
    return given


def archive(emulator: Emulator, entity_id: str, code: str) -> None:
    """Put the account away in the books, and let the next automatic sync come upon it."""
    accounts = emulator.books(entity_id)["accounts"]
    account_id = next(row["id"] for row in accounts if row["code"] == code)
    emulator.fault("account_archived", entity_id=entity_id, options={"account_id": account_id})
    emulator.advance(3700)


def test_an_archived_account_is_told_replaced_everywhere_and_the_bills_go_out(
    page: Page, emulator: Emulator
) -> None:
    bakery = emulator.entity_id("Boulangerie")
    lines = put_all_lines_on(emulator, bakery, OLD_CODE)
    archive(emulator, bakery, OLD_CODE)
    steps.enter(page, steps.BAKERY)
    steps.open_page(page, "Ledger accounts")
    steps.press(page, "Update now")
    told = page.get_by_role("listitem").filter(has_text=f"Archived: {OLD} – used by ")
    steps.reload_until(page, told)

    steps.open_page(page, "Sync rules")
    steps.press(page, "Review")
    steps.press(page, "Save rules and start sending")
    steps.press(page, "Send now")
    steps.open_page(page, "Sync log")
    stopped = page.get_by_role("article", name="The account was archived")
    steps.reload_until(page, stopped)
    sent_before = set(emulator.sent(bakery))

    steps.open_page(page, "Ledger accounts")
    told.get_by_role("link", name="Replace everywhere").click()
    expect(page.get_by_role("heading", name=f"Replace {OLD}")).to_be_focused()
    page.get_by_role("searchbox", name="Replace with").fill("general")
    page.get_by_role("radio", name=re.compile(r"^429")).check()
    steps.press(page, f"Replace in {lines} lines")
    expect(page.get_by_role("heading", name=f"Replaced with {NEW} in {lines} rows")).to_be_visible()

    page.get_by_role("link", name=re.compile("^See the (stopped|[0-9]+ stopped)")).click()
    page.get_by_role("link", name=re.compile("^Retry all")).click()
    page.get_by_role("button", name=re.compile("^Retry ")).click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    sent = {number: codes for number, codes in emulator.sent(bakery).items() if number not in sent_before}
    assert sent
    assert all(NEW_CODE in codes and OLD_CODE not in codes for codes in sent.values())
    steps.open_page(page, "Ledger accounts")
    expect(page.get_by_role("heading", name="Changed since you assigned")).to_have_count(0)
