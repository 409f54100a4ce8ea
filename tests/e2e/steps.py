"""What people do again and again in the journeys, by the words that they read."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.processes import until

FERNLIGHT = "Fernlight & Rook Design Studio Limited"
"""The business that has not connected anything yet."""
STUDIO = "Fernlight & Rook Design Studio Ltd"
"""The organisation that is its own."""
BAKERY = "Boulangerie Grauvelle et Fils SARL"
"""In the middle of its set-up: connected, most bill lines still without an account, sending on hold."""
DENTIST = "Saguaro Ridge Family Dental PLLC"
"""Connected and sending, with a dozen records that its books refuse."""
LETTINGS = "Rook Lettings Ltd"
"""The organisation that Fernlight's person could choose by mistake."""


def press(page: Page, name: str) -> None:
    """Press the button with exactly this name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """Follow the link in the page's main part whose name begins so."""
    page.get_by_role("main").get_by_role("link", name=re.compile(f"^{re.escape(name)}")).click()


def expect_heading(page: Page, words: str | re.Pattern[str]) -> None:
    """Wait until the page with this main heading is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def enter(page: Page, name: str, role: str = "owner") -> None:
    """Come in through the front door, as soon as the worker has read who there is."""
    page.goto("/")
    page.get_by_role("button", name=f"Enter {name} as {role}").click()
    expect_heading(page, "Home")


def open_page(page: Page, name: str) -> None:
    """Go to a page by the menu."""
    folded = page.get_by_role("banner").locator("summary", has_text="Menu")
    if folded.is_visible():
        folded.click()
    menu = page.get_by_role("navigation", name="Main")
    menu.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).click()


def set_out(page: Page, system: str = "Xero") -> None:
    """Leave for the accounting system."""
    open_page(page, "Home")
    follow(page, "1 Connect your accounting system")
    page.get_by_role("radio", name=re.compile(f"^{system}")).check()
    press(page, f"Continue to {system}")
    expect(page.get_by_text("Practice page — not ")).to_be_visible()


def allow(page: Page, organisation: str = STUDIO) -> None:
    """Sign in there and give access to an organisation."""
    page.get_by_role("button", name=re.compile("^Continue as ")).click()
    page.get_by_role("radio", name=re.compile(f"^{organisation}")).check()
    page.get_by_role("button", name=re.compile("^(Allow access|Connect)$")).click()


def finish(page: Page) -> None:
    """Go through what Xero shows after access was given, and come back."""
    for button in ("Confirm", "Next", "Finish"):
        press(page, button)
    expect_heading(page, "Is this the right organisation?")


def connect(page: Page) -> None:
    """Connect Fernlight's own organisation and see the first import to its end."""
    set_out(page)
    allow(page)
    finish(page)
    press(page, "Yes, continue")
    expect_imported(page)


def expect_imported(page: Page) -> None:
    """Wait for the end of an import."""
    expect_heading(page, re.compile("^(First import|Import)$"))
    expect(page.get_by_text(re.compile("^(Import|Last import) finished"))).to_be_visible()


def fact(page: Page, term: str) -> Locator:
    """What a summary says under this term."""
    return page.get_by_role("definition").locator(f"xpath=self::dd[preceding-sibling::dt[1][.='{term}']]")


def choose_account(page: Page, field: str, account: str) -> None:
    """Choose an account in a field by its name: by typing where there is a script, else from the list."""
    box = page.get_by_role("combobox", name=field, exact=True)
    if box.evaluate("field => field.tagName") == "SELECT":
        box.select_option(label=account)
    else:
        box.fill(account.split(" ", 1)[1])
        page.get_by_role("option", name=account.replace(" ", " · ", 1)).click()


def reload_until(page: Page, wanted: Locator) -> None:
    """Look again and again, as people do where a page does not follow by itself."""

    def there() -> bool:
        page.reload()
        return wanted.count() > 0

    until(there, 30, "what the page was to show")


def row(page: Page, name: str) -> Locator:
    """The row of a table whose header has these words."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader").filter(has_text=name))


def open_bills(page: Page, waiting_for: str, **filters: str) -> None:
    """Open the assignment of bill lines, once the worker has read this row."""
    open_page(page, "Assign accounts")
    expect_heading(page, "Assign accounts to bill lines")
    page.goto(f"{page.url.split('?')[0]}?{urlencode(filters)}")
    reload_until(page, row(page, waiting_for))


def field(page: Page, name: str) -> Locator:
    """The field for the account of the row with this name."""
    return page.get_by_role("combobox", name=f"Account for {name}", exact=True)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("Tab does not lead there")


def save_rules(page: Page) -> None:
    """Look at what will happen, then let it happen."""
    open_page(page, "Sync rules")
    press(page, "Review")
    expect(page.get_by_role("heading", name="Review before saving")).to_be_visible()
    press(page, "Save rules and start sending")
    expect(page.get_by_text("confirmed by the accounting service")).to_be_visible()
