"""What will stop is put right before it fails, and then goes out at the first try."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.processes import until
from tests.stack import Emulator

ACCOUNT = "429 General Expenses"


def test_a_bill_that_would_stop_is_put_right_first_and_then_arrives(page: Page, emulator: Emulator) -> None:
    bakery = emulator.entity_id("Boulangerie")
    steps.enter(page, steps.BAKERY)
    steps.open_page(page, "Sync rules")
    steps.follow(page, "Everything that isn't sent yet")
    steps.expect_heading(page, "Not sent yet")
    page.get_by_role("link", name=re.compile("^Will stop")).click()
    expect(page.get_by_role("link", name=re.compile("^Will stop"))).to_have_attribute("aria-current", "page")
    page.get_by_role("combobox", name="Type").select_option("Bills")
    page.get_by_role("combobox", name="Problem").select_option("ACC_LINE")
    expect(page).to_have_url(re.compile("problem=ACC_LINE"))
    bill = page.get_by_role("rowheader").get_by_role("link").first
    number = bill.inner_text().removeprefix("Bill ")
    bill.click()
    expect(page.get_by_text("These lines have no account:")).to_be_visible()
    place = page.url

    steps.follow(page, "Assign accounts")
    for box in page.get_by_role("combobox", name=re.compile("^Account for ")).all():
        steps.choose_account(page, box.get_attribute("aria-label") or "", ACCOUNT)
    page.goto(place)
    steps.reload_until(page, page.get_by_text("Nothing is known against it."))

    steps.save_rules(page)
    steps.press(page, "Send now")
    until(lambda: number in emulator.sent(bakery), 30, "the bill's arrival")
    page.goto(place)
    steps.reload_until(page, page.get_by_role("heading", name="Every try"))
