"""Every screen: readable at any width and theme, standing while the service is away, never markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Problems
from tests.stack import Emulator

Theme = Literal["light", "dark"]
THEMES: dict[Theme, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""What is looked for: all of it, and once more what the theme changes."""
NARROW = 400
"""Colours are those of a wide window: there the dark theme is looked at."""
CHECK = "options => axe.run({...options, resultTypes: ['violations']}).then(results => results.violations)"
"""What is right need not be written down, nor sent here: that takes half of the time."""
MARKUP = "<script>document.title='taken over'</script><img src=x onerror=document.title='taken-over'>"

SCREENS = (
    "",
    "connection",
    "connection/history",
    "connection/disconnect",
    "audit",
    "import",
    "assign/products",
    "assign/bills",
    "assign/bills?show=all",
    "assign/bills?show=all&pick=all",
    "assign/bills/file",
    "assign/bills?show=problems",
    "assign/bills/changes",
    "assign/bills/suggestions?whole=1",
    "accounts",
    "accounts/replaced",
    "rules",
    "rules/review?payable=paid",
    "rules/history",
    "first-send",
    "log",
    "log?view=record",
    "log?tab=sent",
    "log?tab=cannot",
    "log?tab=left_out",
    "log?tab=all",
    "log/retry?all=1",
    "log/handled",
    "log/handover",
    "ready",
    "products/check",
    "there-is-no-such-page",
)


FOUND = (
    ("log?tab=attention&problem=TAX_NO_MATCH&view=record", "Bill "),
    ("products/check", "Change price"),
    ("accounts", "Replace "),
)
"""Where the addresses of further screens are found, by the names of links."""


def look(page: Page) -> list[str]:
    """What an automated check finds, in light and dark, and whether the page scrolls sideways."""
    faults = []
    page.evaluate(Axe().axe_script)
    width = page.viewport_size["width"] if page.viewport_size else 0
    for theme, options in THEMES.items():
        if theme == "dark" and width < NARROW:
            continue
        page.emulate_media(color_scheme=theme)
        found = page.evaluate(CHECK, options)
        faults += [f"{page.url} {theme}: {rule['id']} {rule['nodes'][0]['html'][:160]}" for rule in found]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"{page.url}: scrolls sideways")
    return faults


@pytest.mark.parametrize("width", [360, 1280])
def test_every_screen_is_readable(
    open_context: Callable[..., BrowserContext],
    emulator: Emulator,
    problems: Problems,
    width: int,
) -> None:
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    faults: list[str] = []
    steps.enter(page, steps.DENTIST)
    home = page.url
    page.goto(f"{home}/log?view=record")
    record = page.get_by_role("rowheader").get_by_role("link").first
    steps.reload_until(page, record)
    places = [record.get_attribute("href") or ""]
    for path, name in FOUND:
        page.goto(f"{home}/{path}")
        link = page.get_by_role("main").get_by_role("link", name=re.compile(f"^{name}")).first
        places.append(link.get_attribute("href") or "")
    places.append(f"{places[1]}/tax")
    for screen in (*SCREENS, *places):
        page.goto(screen if screen.startswith("/") else f"{home}/{screen}".rstrip("/"))
        faults += look(page)
    problems.expect("404")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_screens_of_connecting_and_of_support_are_readable(
    open_context: Callable[..., BrowserContext], emulator: Emulator, problems: Problems, width: int
) -> None:
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    steps.enter(page, steps.FERNLIGHT)
    home = page.url
    faults = look(page)
    for screen in (
        "connect",
        "connection",
        "import",
        "assign/products",
        "rules",
        "first-send",
        "log",
        "ready",
        "connect/return",
    ):
        page.goto(f"{home}/{screen}")
        faults += look(page)
    faults += look_at_a_link(page, home)
    page.goto(home)
    steps.set_out(page)
    page.goto(f"{home}/connect/return")
    expect(page.get_by_text("Checking with Xero")).to_be_visible()
    faults += look(page)
    page.goto(f"{home}/connect")
    expect(page.get_by_role("heading", name="You started connecting and didn't finish")).to_be_visible()
    faults += look(page)
    steps.press(page, "Continue")
    steps.allow(page)
    steps.finish(page)
    faults += look(page)
    page.goto("/")
    steps.press(page, "Enter as support")
    steps.expect_heading(page, "All businesses")
    faults += look(page)
    page.goto("/support/issues")
    faults += look(page)
    page.request.post("/webhooks/monite", data="{}")
    page.goto("/partner/webhooks")
    faults += look(page)
    page.goto("/help/errors/PERIOD_CLOSED")
    faults += look(page)
    page.goto("/support")
    page.get_by_role("link", name=steps.DENTIST, exact=True).click()
    steps.expect_heading(page, steps.DENTIST)
    faults += look(page)
    faults += look_at_acting(page)
    faults += look_at_people(page) + look_at_setup(page)
    problems.expect("403")
    assert not faults, "\n".join(faults)


def look_at_people(page: Page) -> list[str]:
    """The screens of signing in, of sessions, and of the partner's people: one is added, and opened."""
    page.context.clear_cookies()
    page.goto("/sign-in?next=/partner/people")
    faults = look(page)
    page.goto("/")
    steps.press(page, "Enter as partner administrator")
    steps.expect_heading(page, "All businesses")
    page.goto("/sessions")
    faults += look(page)
    page.goto("/partner/people")
    for label, words in (
        ("Name", "Kim Aalto"),
        ("E-mail address", "kim@partner.example"),
        ("First password", "four words that differ"),
    ):
        page.get_by_label(label, exact=True).fill(words)
    steps.press(page, "Add person")
    expect(page.get_by_text("Kim Aalto can sign in now.")).to_be_visible()
    faults += look(page)
    page.get_by_role("link", name="Kim Aalto").click()
    steps.expect_heading(page, "Kim Aalto")
    return faults + look(page)


def look_at_acting(page: Page) -> list[str]:
    """What support sees of a business before and after it said why it acts, and of everybody's activity."""
    steps.follow(page, "See what they see")
    page.get_by_text("Say why to act").click()
    faults = look(page)
    page.goto(f"{page.url}/log/retry?all=1")
    faults += look(page)
    page.get_by_label("Reason").last.fill("They asked in ticket 4711")
    page.get_by_role("button", name="Start acting").last.click()
    faults += look(page)
    page.goto("/support/activity")
    return faults + look(page)


def look_at_setup(page: Page) -> list[str]:
    """The partner's set-up, with every line checked, as an administrator who is in already sees it."""
    page.goto("/partner/setup")
    steps.press(page, "Check everything now")
    expect(page.get_by_text("Token received, valid 30 minutes.").first).to_be_visible()
    return look(page)


def look_at_a_link(page: Page, home: str) -> list[str]:
    """The screens around a link for somebody else, with the names that are used twice."""
    page.goto(f"{home}/connect/names")
    faults = look(page)
    page.goto(f"{home}/connect/share")
    faults += look(page)
    steps.press(page, "Make a link")
    address = page.get_by_label("The link", exact=True).input_value()
    faults += look(page)
    page.goto(address)
    faults += look(page)
    page.goto(f"{home}/connect/share")
    steps.press(page, "Withdraw this link")
    page.goto(address)
    expect(page.get_by_text("This link was withdrawn.")).to_be_visible()
    return faults + look(page)


def test_every_page_stands_and_says_as_of_when_while_the_service_is_away(
    page: Page, emulator: Emulator
) -> None:
    steps.enter(page, steps.DENTIST)
    home = page.url
    steps.open_page(page, "Sync log")
    steps.reload_until(page, page.get_by_role("link", name="Needs attention 20"))
    emulator.fault("api_down")

    steps.press(page, "Update now")

    expect(page.get_by_role("heading", name="Sync log")).to_be_visible()
    missing = page.get_by_role("region", name="Not everything could be loaded")
    steps.reload_until(page, missing.get_by_text("what you see of them is from"))
    expect(page.get_by_role("link", name="Needs attention 20+")).to_be_visible()
    for screen in SCREENS[:-1]:
        assert page.request.get(f"{home}/{screen}".rstrip("/")).status == 200, screen
    emulator.heal()
    page.goto(f"{home}/log")
    missing.get_by_role("button", name="Try again").click()
    steps.reload_until(page, page.get_by_role("link", name=re.compile("^Needs attention 20$")))


def test_text_from_the_service_is_never_markup(page: Page, emulator: Emulator) -> None:
    bakery = emulator.entity_id("Boulangerie")
    client = emulator.client(bakery)
    product = client.all("/products", limit=100)[0]["id"]
    assert client.send("PATCH", f"/products/{product}", json={"name": MARKUP}).ok
    emulator.fault("unprocessable", entity_id=bakery, options={"message": MARKUP, "method": "PATCH"})
    steps.enter(page, steps.BAKERY)
    home = page.url
    page.goto(f"{home}/assign/products")
    steps.press(page, "Update now")
    steps.reload_until(page, steps.row(page, MARKUP))

    steps.choose_account(page, "Account for " + MARKUP, "200 Sales")
    expect(page.get_by_text("Not saved. The service said: “" + MARKUP)).to_be_visible()
    assert "taken" not in page.title()
    for screen in SCREENS[:-1]:
        answer = page.request.get(f"{home}/{screen}".rstrip("/"))
        read = BeautifulSoup(answer.text(), "html.parser")
        assert read.select("main script, main img, [onerror]") == [], screen
