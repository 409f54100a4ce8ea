"""The emulator's own pages in a real browser: the walk through Xero's steps, readable by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.emulator_servers import Running, serve

pytestmark = pytest.mark.e2e

WIDTHS_AND_THEMES = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Browser:
    return browser


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture(params=WIDTHS_AND_THEMES, ids=lambda found: f"{found[0]}-{found[1]}")
def page(chromium: Browser, emulator: Running, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of some width and theme that fails the test when a request leaves the machine."""
    width, theme = request.param
    emulator.control("POST", "/reset", {"scenario": "smooth"})
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    left: list[str] = []
    page.on("request", lambda sent: left.append(sent.url) if not sent.url.startswith(emulator.url) else None)
    yield page
    context.close()
    assert left == []


def link(emulator: Running, platform: str = "xero") -> str:
    client = emulator.client(emulator.entity_id("Fernlight"))
    made = client.send("POST", "/accounting_connections", json={"platform": platform})
    return emulator.url + urlsplit(str(made.json()["connection_url"])).path


def expect_good(page: Page) -> None:
    """Nothing that an automated check finds, and no scrolling sideways."""
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_person_connects_through_the_steps_of_xero(page: Page, emulator: Running) -> None:
    page.goto(link(emulator))
    for button in ("Continue as Maya Rook", "Allow access", "Confirm", "Next", "Finish"):
        expect_good(page)
        if button == "Allow access":
            expect(page.get_by_label("Fernlight & Rook Design Studio Ltd")).to_be_checked()
        page.get_by_role("button", name=button).click()

    expect(page.get_by_role("heading", name="You are all set")).to_be_visible()
    expect_good(page)


def test_a_person_chooses_the_system_there_by_keyboard_alone(chromium: Browser, emulator: Running) -> None:
    emulator.control("POST", "/reset", {"scenario": "smooth"})
    context = chromium.new_context(viewport={"width": 360, "height": 800}, color_scheme="dark")
    page = context.new_page()
    client = emulator.client(emulator.entity_id("Fernlight"), version="2023-09-01")
    made = client.send("POST", "/accounting_connections").json()
    page.goto(emulator.url + urlsplit(str(made["connection_url"])).path)
    expect_good(page)

    page.get_by_role("radio", name="Xero").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in to practice QuickBooks Online")).to_be_visible()
    expect_good(page)
    for button in ("Continue as Maya Rook", "Connect", "Finish"):
        page.get_by_role("button", name=button).focus()
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="You are all set")).to_be_visible()
    connection = client.get(f"/accounting_connections/{made['id']}")
    assert (connection["status"], connection["platform"]) == ("connected", "quickbooks_online")
    context.close()


def test_the_presenter_page_reads_well(page: Page, emulator: Running) -> None:
    page.goto(f"{emulator.url}/_emulator/?entity={emulator.entity_id('Saguaro')}")
    expect_good(page)

    page.get_by_role("button", name="Open it").click()

    expect(page.get_by_role("status")).to_have_text("The period is open again.")
    expect_good(page)


def test_the_sign_in_pages_need_no_script(chromium: Browser, emulator: Running) -> None:
    emulator.control("POST", "/reset", {"scenario": "smooth"})
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link(emulator, "quickbooks_online"))

    page.get_by_role("button", name="Continue as Maya Rook").click()
    page.get_by_label("Fernlight & Rook Design Studio Ltd").check()
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("button", name="Finish").click()

    expect(page.get_by_role("heading", name="You are all set")).to_be_visible()
    context.close()


def test_cancel_in_the_browser_connects_nothing(chromium: Browser, emulator: Running) -> None:
    emulator.control("POST", "/reset", {"scenario": "smooth"})
    page = chromium.new_page()
    page.goto(link(emulator))

    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_role("heading", name="Nothing was connected")).to_be_visible()
    page.close()
