"""The walk: from nothing to a bill that failed, was put right, retried, and stands in the books."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e import steps
from tests.stack import Emulator

BILL = "GM-204418"
LINE = "Exhibition stand, furniture and power"
ACCOUNT = "400 Advertising & Marketing"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_whole_walk(
    open_context: Callable[..., BrowserContext], emulator: Emulator, scripts: bool
) -> None:
    page = open_context(java_script_enabled=scripts).new_page()
    fernlight = emulator.entity_id("Fernlight")
    steps.enter(page, steps.FERNLIGHT)
    steps.connect(page)
    assign_products(page, scripts)
    assign_the_bill(page)
    assert emulator.sent(fernlight) == {}

    steps.save_rules(page)
    assert emulator.sent(fernlight) == {}
    steps.press(page, "Send now")
    see_it_fail(page)
    assert BILL not in emulator.sent(fernlight)

    add_the_tax_rate(page, emulator, fernlight)
    retry(page)
    bill = next(bill for bill in emulator.books(fernlight)["bills"] if bill["number"] == BILL)
    assert [line["account_code"] for line in bill["lines"]] == [ACCOUNT.split(maxsplit=1)[0]]
    assert bill["status"] == "open"

    disconnect(page)
    assert emulator.connections(fernlight) == ["disconnected"]


def assign_products(page: Page, scripts: bool) -> None:
    """Give all products one account."""
    steps.open_page(page, "Assign accounts")
    page.get_by_role("navigation", name="What to assign").get_by_role("link", name="Products").click()
    if scripts:
        page.get_by_role("checkbox", name="Tick all rows on this page").check()
    else:
        for tick in page.get_by_role("checkbox", name=re.compile("^Tick ")).all():
            tick.check()
    steps.choose_account(page, "Account for the selected rows", "200 Sales")
    page.get_by_role("button", name=re.compile("^Assign to ")).click()
    expect(page.get_by_role("heading", name="Assigned 200 Sales to 23 rows")).to_be_visible()


def assign_the_bill(page: Page) -> None:
    """Give the bill's only line its account; the lines of other bills stay without."""
    steps.follow(page, "Next: bill lines")
    page.get_by_role("searchbox", name="Search").fill(BILL)
    page.get_by_role("searchbox", name="Search").press("Enter")
    expect(page.get_by_text(re.compile("^1 row "))).to_be_visible()
    steps.choose_account(page, f"Account for {LINE}", ACCOUNT)
    if page.get_by_role("button", name="Save", exact=True).is_visible():
        steps.press(page, "Save")
    expect(page.get_by_text("1 of 35 done", exact=True)).to_be_visible()


def see_it_fail(page: Page) -> None:
    """Find the bill in the log, with the reason."""
    steps.open_page(page, "Sync log")
    problem = page.get_by_role("article", name="No matching tax rate")
    steps.reload_until(page, problem)
    problem.get_by_role("link", name="See it").click()
    page.get_by_role("link", name=f"Bill {BILL}").click()
    steps.expect_heading(page, re.compile(f"^Bill {BILL}"))
    expect(page.get_by_text("These tax rates aren't in Xero: 25 %")).to_be_visible()


def add_the_tax_rate(page: Page, emulator: Emulator, entity_id: str) -> None:
    """In the accounting system, as its bookkeeper; then have it read here, and look at the bill again."""
    record = page.url
    page.goto(f"{emulator.url}/_emulator/?entity={entity_id}")
    page.get_by_role("spinbutton", name=re.compile("^Add a tax rate")).fill("25")
    steps.press(page, "Add")
    expect(page.get_by_role("status")).to_contain_text("The books now have the tax rate")
    page.goto(record)
    steps.open_page(page, "Connection")
    steps.press(page, "Import now")
    expect(page.get_by_text("The import has started.")).to_be_visible()
    page.goto(record)
    steps.reload_until(page, page.get_by_text("Ready to send. Retry it."))


def retry(page: Page) -> None:
    """Retry it and see it arrive, with both tries on its page."""
    steps.press(page, "Retry")
    expect(page.get_by_text("Xero has it")).to_be_visible()
    tries = page.get_by_role("region", name="Every try").get_by_role("listitem")
    expect(tries).to_contain_text([re.compile("Sent.*Dana Price", re.DOTALL), "Stopped"])


def disconnect(page: Page) -> None:
    """End the connection."""
    steps.open_page(page, "Connection")
    steps.follow(page, "Disconnect")
    steps.press(page, "Disconnect")
    expect(page.get_by_role("link", name="Connection", exact=True).first).to_contain_text("Disconnected")
