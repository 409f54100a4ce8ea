"""What stops a record is put right from its own page: a tax rate, and a product's price and unit."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Problems
from tests.stack import Emulator

NO_RATE = "No matching tax rate"


def test_a_tax_rate_is_put_right_on_the_record_and_its_retry_arrives(
    page: Page, emulator: Emulator, problems: Problems
) -> None:
    steps.enter(page, steps.DENTIST)
    steps.open_page(page, "Sync log")
    page.get_by_role("article", name=NO_RATE).get_by_role("link", name="See it").click()
    page.get_by_role("rowheader").get_by_role("link").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    number = title.split(" — ")[0].removeprefix("Bill ")
    page.get_by_role("region", name="What to do").get_by_role("link", name="Choose tax rates").click()
    steps.expect_heading(page, f"Tax rates of bill {number}")
    emulator.fault("conflict", count=1)
    page.get_by_role("combobox", name="Tax rate of").first.select_option(index=1)

    steps.press(page, "Save tax rates")

    expect(page.get_by_role("alert").get_by_text("was paid or locked meanwhile")).to_be_visible()
    steps.press(page, "Save tax rates")
    steps.expect_heading(page, title)
    expect(page.get_by_text("not tried yet")).to_be_visible()
    expect(page.locator("s")).to_contain_text(NO_RATE)
    steps.press(page, "Retry")
    expect(page.locator("#record-state")).to_have_text("Sent")
    expect(page.get_by_role("heading", name="Every try")).to_be_visible()
    expect(page.get_by_text("Tax rate does not exist").first).to_be_attached()
    problems.expect("422")
    sent = [bill["number"] for bill in emulator.books(emulator.entity_id("Saguaro"))["bills"]]
    assert sent.count(number) == 1


def test_a_price_and_a_unit_are_put_right_after_an_import_by_keyboard(
    page: Page, emulator: Emulator, problems: Problems
) -> None:
    steps.enter(page, steps.DENTIST)
    page.goto(f"{page.url}/products/check")
    steps.expect_heading(page, "Check prices and units")
    first = page.get_by_role("rowheader").first.inner_text()
    link = page.get_by_role("link", name=f"Change price and unit {first}")
    link.focus()
    page.keyboard.press("Enter")
    steps.expect_heading(page, f"Price and unit of {first}")
    page.get_by_label("Price").fill("a lot")
    page.get_by_label("Or a new unit").fill("session")

    page.keyboard.press("Enter")

    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.get_by_label("Or a new unit")).to_have_value("session")
    page.get_by_label("Price").fill("85.50")
    page.keyboard.press("Enter")
    steps.expect_heading(page, "Check prices and units")
    expect(page.get_by_text(f"{first} is saved.")).to_be_visible()
    expect(page.get_by_role("rowheader", name=first, exact=True)).to_have_count(0)
    problems.expect("422")
