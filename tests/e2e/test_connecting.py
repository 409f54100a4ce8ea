"""Connecting: the way to the accounting system and back, and every way in which it can go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.store.database import connect, to_text, write
from tests.e2e import steps
from tests.e2e.conftest import Problems
from tests.stack import Dashboard, Emulator

SIGN_IN = "Continue as Maya Rook"
PAGES = {
    "Xero": (SIGN_IN, "Allow access", "Confirm", "Next"),
    "QuickBooks": (SIGN_IN, "Connect"),
}
"""The buttons that lead on at each system, page by page."""


def half_a_minute_passes(dashboard: Dashboard) -> None:
    """As if the person had come back so long ago, without waiting for it."""
    with closing(connect(dashboard.instance / "gangway.sqlite3")) as db, write(db):
        db.execute(
            "UPDATE attempts SET returned_at = ?", [to_text(datetime.now(UTC) - timedelta(seconds=31))]
        )


@pytest.mark.parametrize("system", PAGES)
def test_cancel_on_any_page_of_the_provider_connects_nothing_and_can_be_tried_again(
    page: Page, emulator: Emulator, system: str
) -> None:
    fernlight = emulator.entity_id("Fernlight")
    buttons = PAGES[system]
    steps.enter(page, steps.FERNLIGHT)
    steps.set_out(page, system)

    for passed in range(len(buttons)):
        for button in buttons[:passed]:
            steps.press(page, button)
        steps.press(page, "Cancel")

        expect(page.get_by_text("You didn't give access.")).to_be_visible()
        expect(page.get_by_text("Nothing was connected and nothing was changed.")).to_be_visible()
        expect(page.get_by_role("region", name="Access withdrawn")).to_be_hidden()
        assert "connected" not in emulator.connections(fernlight)
        steps.press(page, "Try again")


@pytest.mark.api_version("2024-05-25")
def test_where_the_system_is_chosen_at_the_provider_its_name_is_known_on_the_way_back(page: Page) -> None:
    steps.enter(page, steps.FERNLIGHT)
    steps.follow(page, "1 Connect your accounting system")
    expect(page.get_by_text("You'll choose Xero or QuickBooks on the next page.")).to_be_visible()
    steps.press(page, "Continue to your accounting system")
    steps.press(page, "My system is not on the list")
    expect(page.get_by_text("Your accounting system isn't on the list.")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("button", name=re.compile("^(Continue|Start again|Continue to your)")).first.click()
    page.get_by_role("radio", name=re.compile("^QuickBooks")).check()
    steps.press(page, "Continue")
    steps.press(page, "Cancel")
    expect(page.get_by_text("You didn't give access.")).to_be_visible()
    steps.press(page, "Try again")
    page.get_by_role("radio", name="Xero").check()
    steps.press(page, "Continue")

    steps.allow(page)
    steps.press(page, "Finish")

    steps.expect_heading(page, "Is this the right organisation?")
    expect(steps.fact(page, "System")).to_have_text("Xero")
    expect(page.get_by_text("Sending can't be held with this API version")).to_be_visible()
    steps.press(page, "Yes, continue")
    steps.expect_imported(page)


def test_the_wrong_organisation_is_let_go_and_the_right_one_chosen(page: Page, emulator: Emulator) -> None:
    fernlight = emulator.entity_id("Fernlight")
    steps.enter(page, steps.FERNLIGHT)
    steps.set_out(page)
    steps.allow(page, steps.LETTINGS)
    steps.finish(page)
    expect(steps.fact(page, "Organisation")).to_have_text(steps.LETTINGS)
    expect(page.get_by_text("The name isn't the same as here")).to_be_visible()

    steps.press(page, "No, choose another organisation")

    expect(page.get_by_text("nothing was sent to it")).to_be_visible()
    assert emulator.sent(fernlight) == {}
    steps.press(page, "Reconnect to Xero")
    steps.allow(page)
    steps.finish(page)
    expect(steps.fact(page, "Organisation")).to_have_text(steps.STUDIO)
    expect(page.get_by_text("The name isn't the same as here")).to_be_hidden()
    steps.press(page, "Yes, continue")
    steps.expect_imported(page)
    assert emulator.connections(fernlight) == ["connected", "disconnected"]


def test_a_sign_in_link_opened_twice_leads_to_where_the_first_time_led(page: Page) -> None:
    steps.enter(page, steps.FERNLIGHT)
    steps.set_out(page)
    link = page.url
    steps.allow(page)
    steps.finish(page)

    page.goto(link)
    expect(page.get_by_role("heading", name="This link was used already")).to_be_visible()
    steps.press(page, "Go back")

    steps.expect_heading(page, "Is this the right organisation?")


def test_a_used_up_sign_in_link_is_replaced_by_a_new_one(
    page: Page, emulator: Emulator, dashboard: Dashboard
) -> None:
    emulator.fault("link_used", entity_id=emulator.entity_id("Fernlight"), count=1)
    steps.enter(page, steps.FERNLIGHT)
    steps.set_out(page)
    steps.press(page, "Go back")
    expect(page.get_by_text("Checking with Xero…")).to_be_visible()
    half_a_minute_passes(dashboard)
    expect(page.get_by_text("That sign-in link had already been used.").first).to_be_visible()

    steps.press(page, "Get a new one")

    steps.allow(page)
    steps.finish(page)


def test_connecting_says_when_the_service_is_away_and_works_once_it_is_back(
    page: Page, emulator: Emulator, problems: Problems
) -> None:
    steps.enter(page, steps.FERNLIGHT)
    steps.follow(page, "1 Connect your accounting system")
    page.get_by_role("radio", name=re.compile("^QuickBooks")).check()
    for fault in ("api_down", "no_answer", "garbage", "server_error"):
        emulator.fault(fault)

        steps.press(page, "Continue to QuickBooks")

        expect(page.get_by_role("heading", name="Couldn't start")).to_be_visible()
        expect(page.get_by_text("Nothing was started.")).to_be_visible()
        expect(page.get_by_role("radio", name=re.compile("^QuickBooks"))).to_be_checked()
        problems.expect("502")
        emulator.heal()
        page.get_by_role("link", name="Home").first.click()
        steps.follow(page, "1 Connect your accounting system")
        page.get_by_role("radio", name=re.compile("^QuickBooks")).check()
    steps.press(page, "Continue to QuickBooks")
    expect(page.get_by_role("heading", name=re.compile("^Sign in to practice"))).to_be_visible()


def test_tokens_that_run_out_and_a_full_line_are_nothing_that_the_person_notices(
    page: Page, emulator: Emulator
) -> None:
    steps.enter(page, steps.FERNLIGHT)
    emulator.fault("token_expired", count=1)
    emulator.fault("rate_limited", count=1)
    steps.set_out(page)
    emulator.fault("token_revoked", count=1)
    steps.allow(page)
    emulator.fault("token_expired", count=1, options={"status": 400})
    steps.finish(page)
    emulator.fault("token_revoked", count=1)

    steps.press(page, "Yes, continue")

    steps.expect_imported(page)


def test_two_tabs_that_set_out_at_once_make_one_connection(
    open_context: Callable[..., BrowserContext], emulator: Emulator
) -> None:
    context = open_context()
    tabs = [context.new_page(), context.new_page()]
    steps.enter(tabs[0], steps.FERNLIGHT)
    home = tabs[0].url
    for tab in tabs:
        tab.goto(home)
        steps.follow(tab, "1 Connect your accounting system")
    for tab in tabs:
        tab.get_by_role("button", name="Continue to Xero").click(no_wait_after=True)
    for tab in tabs:
        expect(tab.get_by_role("heading", name=re.compile("^Sign in to practice"))).to_be_visible()

    steps.allow(tabs[0])
    steps.finish(tabs[0])
    steps.press(tabs[1], SIGN_IN)
    steps.press(tabs[1], "Go back")

    steps.expect_heading(tabs[1], "Is this the right organisation?")
    assert emulator.connections(emulator.entity_id("Fernlight")) == ["connected"]


def test_somebody_else_who_has_the_login_connects_and_both_sides_see_it(
    open_context: Callable[..., BrowserContext], emulator: Emulator
) -> None:
    fernlight = emulator.entity_id("Fernlight")
    dana = open_context().new_page()
    steps.enter(dana, steps.FERNLIGHT)
    steps.follow(dana, "1 Connect your accounting system")
    steps.follow(dana, "Someone else has the login")
    steps.press(dana, "Make a link")
    status = dana.get_by_role("region", name="Where it stands")
    expect(status.get_by_text("Not opened yet")).to_be_visible()
    address = dana.get_by_label("The link", exact=True).input_value()

    priya = open_context(viewport={"width": 360, "height": 740}).new_page()
    priya.goto(address)
    expect(status.get_by_text("Opened", exact=True)).to_be_visible()
    expect(priya.get_by_text("asks you to connect their Xero organisation")).to_be_visible()
    priya.get_by_label("Your name").fill("Priya (accountant)")
    steps.press(priya, "Continue to Xero")
    expect(status.get_by_text("Under way")).to_be_visible()
    steps.press(priya, "Cancel")
    expect(priya.get_by_text("You didn't give access.")).to_be_visible()
    assert emulator.connections(fernlight) == ["pending_auth"]
    steps.press(priya, "Try again")
    steps.allow(priya)
    for button in ("Confirm", "Next", "Finish"):
        steps.press(priya, button)

    expect(priya.get_by_text("Thank you. Dana Price has been told.")).to_be_visible()
    expect(status.get_by_text("by “Priya (accountant)”")).to_be_visible()
    stranger = open_context().new_page()
    stranger.goto(address)
    expect(stranger.get_by_text("This link was already used")).to_be_visible()
    steps.follow(dana, "Check the organisation")
    expect(steps.fact(dana, "Connected by")).to_contain_text("Priya (accountant)")
    steps.press(dana, "Yes, continue")
    steps.expect_imported(dana)
    assert emulator.connections(fernlight) == ["connected"]
