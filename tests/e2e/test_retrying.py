"""Retry: one record and many, by mouse and by keyboard, in two tabs, and while the service fails."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e import steps
from tests.stack import Emulator

CLOSED = "The date is in a closed period"
CLOSED_BILLS = ("20387", "38447", "56564", "67246")
BILL = "67246"


@pytest.fixture
def dentist(emulator: Emulator) -> str:
    return emulator.entity_id("Saguaro")


def open_problem(page: Page) -> None:
    """The bills of the closed period, one by one, as soon as the worker has read them."""
    steps.open_page(page, "Sync log")
    problem = page.get_by_role("article", name=CLOSED)
    steps.reload_until(page, problem.get_by_role("link", name="Retry 4"))
    problem.get_by_role("link", name="See the 4").click()
    expect(page.get_by_role("link", name=f"Bill {BILL}")).to_be_visible()


def open_period(page: Page, emulator: Emulator, entity_id: str) -> None:
    """Put the cause right, as the bookkeeper of the accounting system."""
    back = page.url
    page.goto(f"{emulator.url}/_emulator/?entity={entity_id}")
    steps.press(page, "Open it")
    expect(page.get_by_role("status")).to_have_text("The period is open again.")
    page.goto(back)


def numbers(emulator: Emulator, entity_id: str) -> Counter[str]:
    """How often each bill is in the books."""
    return Counter(bill["number"] for bill in emulator.books(entity_id)["bills"])


def test_retry_of_many_says_what_will_happen_and_does_it_once(
    page: Page, emulator: Emulator, dentist: str
) -> None:
    steps.enter(page, steps.DENTIST)
    open_problem(page)
    open_period(page, emulator, dentist)
    for number in CLOSED_BILLS:
        page.get_by_role("checkbox", name=f"Tick Bill {number}").check()
    page.get_by_role("button", name=re.compile("^Retry the ticked")).click()
    expect(page.get_by_role("heading", name="4 records can be tried again now")).to_be_visible()
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()
    assert not numbers(emulator, dentist).keys() & set(CLOSED_BILLS)

    page.get_by_role("button", name="Retry 4").dblclick()

    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect(page.get_by_text("4 of 4 · 4 sent · 0 still failing")).to_be_visible()
    assert [numbers(emulator, dentist)[number] for number in CLOSED_BILLS] == [1, 1, 1, 1]


def test_review_names_what_will_not_be_tried_and_stop_ends_it(
    page: Page, emulator: Emulator, dentist: str
) -> None:
    steps.enter(page, steps.DENTIST)
    open_problem(page)
    page.goto(page.url.split("?")[0] + "?view=record")
    page.get_by_role("link", name="Retry all 20 that match").click()
    left_alone = page.get_by_role("listitem").filter(has_text="(a line still has no account)")
    # Known once the worker has read the lines of every bill.
    steps.reload_until(page, left_alone.nth(1))
    expect(left_alone).to_have_count(2)
    emulator.fault("api_down")

    steps.press(page, "Retry 18")
    expect(page.get_by_text("0 of 18")).to_be_visible()
    steps.press(page, "Stop after the current one")

    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    expect(page.get_by_text(re.compile("0 sent, 18 not tried"))).to_be_visible()
    emulator.heal()
    steps.open_page(page, "Sync log")
    expect(page.get_by_role("link", name="Needs attention 20")).to_be_visible()


def test_a_retry_in_two_tabs_sends_once(
    open_context: Callable[..., BrowserContext], emulator: Emulator, dentist: str
) -> None:
    context = open_context()
    tabs = [context.new_page(), context.new_page()]
    steps.enter(tabs[0], steps.DENTIST)
    open_problem(tabs[0])
    open_period(tabs[0], emulator, dentist)
    tabs[0].get_by_role("link", name=f"Bill {BILL}").click()
    steps.expect_heading(tabs[0], re.compile(BILL))
    tabs[1].goto(tabs[0].url)
    retry = [tab.get_by_role("button", name="Retry", exact=True) for tab in tabs]
    for button in retry:
        expect(button).to_be_visible()

    for button in retry:
        button.click()

    for tab in tabs:
        expect(tab.get_by_text("QuickBooks has it")).to_be_visible()
    assert numbers(emulator, dentist)[BILL] == 1
    tries = tabs[1].get_by_role("region", name="Every try").get_by_role("listitem")
    expect(tries).to_contain_text(["Dana Price", "automatic"])


def test_retries_while_the_service_is_away_arrive_once_it_is_back(
    page: Page, emulator: Emulator, dentist: str
) -> None:
    steps.enter(page, steps.DENTIST)
    open_problem(page)
    open_period(page, emulator, dentist)
    log = page.url
    for number, fault in (("67246", "api_down"), ("38447", "rate_limited")):
        page.goto(log)
        page.get_by_role("link", name=f"Bill {number}").click()
        steps.expect_heading(page, re.compile(number))
        emulator.fault(fault)

        steps.press(page, "Retry")

        expect(page.get_by_text("The last attempt got no usable answer")).to_be_visible()
        emulator.heal()
        expect(page.get_by_text("QuickBooks has it")).to_be_visible()
        assert numbers(emulator, dentist)[number] == 1


@pytest.mark.parametrize("fault", ["timeout_after_push", "token_revoked"])
def test_a_retry_whose_answer_was_lost_is_sent_once(
    page: Page, emulator: Emulator, dentist: str, fault: str
) -> None:
    steps.enter(page, steps.DENTIST)
    open_problem(page)
    open_period(page, emulator, dentist)
    page.get_by_role("link", name=f"Bill {BILL}").click()
    steps.expect_heading(page, re.compile(BILL))
    emulator.fault(fault, count=1)

    steps.press(page, "Retry")

    expect(page.get_by_text("QuickBooks has it")).to_be_visible()
    assert numbers(emulator, dentist)[BILL] == 1


def test_the_log_is_worked_by_keyboard_alone(page: Page, emulator: Emulator, dentist: str) -> None:
    steps.enter(page, steps.DENTIST)
    open_problem(page)
    open_period(page, emulator, dentist)
    keyboard = page.keyboard

    steps.tab_to(page, page.get_by_role("checkbox", name="Tick Bill 67246"))
    keyboard.press("j")
    keyboard.press("x")
    keyboard.press("j")
    keyboard.press("r")

    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    sent = page.get_by_role("row").filter(has_text=re.compile("Sent.*Bill", re.DOTALL))
    expect(sent).to_have_count(1)
    keyboard.press("Escape")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
