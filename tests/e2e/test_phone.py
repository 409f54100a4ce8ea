"""What a phone shows: every tab is on the screen, and nothing has to be pushed sideways."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.stack import Emulator

WIDTH = 360


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> Page:
    """A tab of a browser as wide as a small phone."""
    return open_context(viewport={"width": WIDTH, "height": 740}).new_page()


def enter(page: Page, name: str, role: str, emulator: Emulator) -> str:
    """Come in, and where the pages of the business are."""
    page.goto("/")
    page.get_by_role("button", name=re.compile(f"Enter {name}.* as {role}")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    return f"/e/{emulator.entity_id(name)}"


def outside(page: Page, selector: str) -> list[str]:
    """The words of those elements that reach beyond the screen."""
    found = [(one.inner_text(), one.bounding_box()) for one in page.locator(selector).all()]
    assert found
    return [
        words for words, box in found if box is not None and (box["x"] < 0 or box["x"] + box["width"] > WIDTH)
    ]


@pytest.mark.parametrize("path", ["log", "ready", "assign/bills", "assign/products", "connection/history"])
def test_every_tab_is_on_the_screen_of_a_phone(phone: Page, emulator: Emulator, path: str) -> None:
    home = enter(phone, "Saguaro", "owner", emulator)

    phone.goto(f"{home}/{path}")

    expect(phone.locator("main .tabs [aria-current]")).to_be_in_viewport(ratio=1)
    assert outside(phone, "main .tabs a:visible") == []
    assert phone.evaluate("document.documentElement.scrollWidth") == WIDTH


def test_the_support_ribbon_stays_in_sight_and_leads_out(phone: Page, emulator: Emulator) -> None:
    phone.goto("/")
    expect(phone.get_by_role("button", name=re.compile("Enter Saguaro.* as owner"))).to_be_visible()
    phone.get_by_role("button", name="Enter as support").click()
    phone.get_by_role("link", name=re.compile("^Saguaro")).click()
    phone.get_by_role("link", name="See what they see").click()
    phone.goto(f"/e/{emulator.entity_id('Saguaro')}/log?tab=all")
    ribbon = phone.get_by_role("complementary", name="Support view")

    phone.mouse.wheel(0, 2000)
    expect(ribbon).to_be_in_viewport(ratio=1)
    ribbon.get_by_role("link", name="Leave").click()

    expect(phone).to_have_url(re.compile(r"/support/e/"))
