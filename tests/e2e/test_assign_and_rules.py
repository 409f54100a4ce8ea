"""Assigning accounts without a mouse, and two people at the rules."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Problems
from tests.stack import Emulator

BUSINESS = "Boulangerie"


def enter(page: Page, emulator: Emulator) -> str:
    """Go in as the owner of a connected business that is still being set up; where its pages are."""
    page.goto("/")
    page.get_by_role("button", name=re.compile(f"Enter {BUSINESS}.* as owner")).click()
    return f"/e/{emulator.entity_id(BUSINESS)}"


def open_bill_lines(page: Page, emulator: Emulator) -> None:
    """The list, once the worker has read every line."""
    home = enter(page, emulator)
    for _ in range(40):
        page.goto(f"{home}/assign/bills")
        if page.get_by_text("of 116 done").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("the bill lines were never read")


def test_ticked_rows_get_one_account(page: Page, emulator: Emulator) -> None:
    open_bill_lines(page, emulator)
    ticks = page.locator("input[name=ids]")

    ticks.nth(2).check()
    ticks.nth(5).click(modifiers=["Shift"])
    expect(page.locator("#bulk-count")).to_have_text("4 selected")
    page.locator("#bulk-account").fill("425")
    page.locator("[role=option]").first.click()
    page.keyboard.press("Control+Enter")

    expect(page.locator("#batch-title")).to_have_text("Assigned 425 Freight & Courier to 4 rows")
    expect(page.locator("#assign-progress")).to_contain_text("89 of 116 done")


def test_the_second_of_two_tabs_does_not_overwrite_the_first(
    page: Page,
    open_context: Callable[..., BrowserContext],
    emulator: Emulator,
    problems: Problems,
) -> None:
    home = enter(page, emulator)
    second = open_context().new_page()
    enter(second, emulator)
    for tab, status in ((page, "Issued"), (second, "Canceled")):
        tab.goto(f"{home}/rules")
        tab.get_by_label(status).uncheck()
        expect(tab.locator("#rules-count")).to_have_text("1 change")
        tab.get_by_role("button", name="Review").click()
        expect(tab.locator("#review-title")).to_be_focused()

    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_text("confirmed by the accounting service")).to_be_visible()
    second.get_by_role("button", name="Save rules").click()

    expect(second.get_by_role("heading", name="What you chose")).to_be_visible()
    problems.expect("409")
