"""Rules and the end of a connection: two people at once, on hold, and while the service is away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Problems
from tests.stack import Emulator


@pytest.fixture
def dentist(emulator: Emulator) -> str:
    return emulator.entity_id("Saguaro")


def open_rules(page: Page) -> None:
    """The rules, once they have been read."""
    steps.open_page(page, "Sync rules")
    steps.reload_until(page, page.get_by_role("button", name="Review"))


def review_without(page: Page, status: str) -> None:
    """Untick a status of bills and look at what that will do."""
    page.get_by_role("group", name="Bills").get_by_role("checkbox", name=status, exact=True).uncheck()
    expect(page.get_by_text("1 change")).to_be_visible()
    steps.press(page, "Review")
    expect(page.get_by_role("heading", name="Review before saving")).to_be_focused()


def payable_rules(emulator: Emulator, entity_id: str) -> list[str]:
    """The statuses of bills that Monite sends."""
    rules = emulator.client(entity_id).get("/accounting_sync_rules")
    return sorted(rules["push_statuses"]["payable"])


def test_rules_saved_while_the_service_is_away_hold_once_it_is_back(
    page: Page, emulator: Emulator, dentist: str
) -> None:
    steps.enter(page, steps.DENTIST)
    open_rules(page)
    review_without(page, "Paid")
    emulator.fault("api_down")

    steps.press(page, "Save rules")

    expect(page.get_by_text("Saved here, not confirmed yet")).to_be_visible()
    emulator.heal()
    steps.reload_until(page, page.get_by_text("confirmed by the accounting service"))
    assert "paid" not in payable_rules(emulator, dentist)


def test_rules_that_somebody_else_changed_meanwhile_are_not_overwritten(
    open_context: Callable[..., BrowserContext], emulator: Emulator, dentist: str, problems: Problems
) -> None:
    owner, bookkeeper = open_context().new_page(), open_context().new_page()
    for page, role in ((owner, "owner"), (bookkeeper, "bookkeeper")):
        steps.enter(page, steps.DENTIST, role)
        open_rules(page)
    review_without(bookkeeper, "Partly paid")
    review_without(owner, "Paid")
    steps.press(owner, "Save rules")
    expect(owner.get_by_text("confirmed by the accounting service")).to_be_visible()

    steps.press(bookkeeper, "Save rules")

    steps.expect_heading(bookkeeper, "The rules were changed meanwhile")
    expect(bookkeeper.get_by_text("Changed by Dana Price")).to_be_visible()
    problems.expect("409")
    assert payable_rules(emulator, dentist) == ["partially_paid", "waiting_to_be_paid"]


def test_sending_on_hold_sends_nothing_until_it_is_resumed(
    page: Page, emulator: Emulator, dentist: str
) -> None:
    steps.enter(page, steps.DENTIST)
    open_rules(page)

    steps.press(page, "Hold sending")

    expect(page.get_by_role("region", name="Sending is on hold")).to_be_visible()
    assert payable_rules(emulator, dentist) == []
    steps.press(page, "Resume sending")
    expect(page.get_by_role("region", name="Sending is on hold")).to_be_hidden()
    assert payable_rules(emulator, dentist) == ["paid", "partially_paid", "waiting_to_be_paid"]


def test_a_connection_ended_while_the_service_is_away_ends_once_it_is_back(
    page: Page, emulator: Emulator, dentist: str
) -> None:
    steps.enter(page, steps.DENTIST)
    steps.open_page(page, "Connection")
    steps.follow(page, "Disconnect")
    emulator.fault("no_answer")

    steps.press(page, "Disconnect")

    expect(page.get_by_text("We asked to disconnect and wait for the answer.")).to_be_visible()
    emulator.heal()
    chip = page.get_by_role("link", name="Connection", exact=True).first
    expect(chip).to_contain_text(re.compile("Disconnected"))
    assert emulator.connections(dentist) == ["disconnected"]
