"""Rules and the end of a connection: two people at once, on hold, and while the service is away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Problems
from tests.e2e.test_screens import look
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


def test_the_presenter_reviews_goes_back_holds_and_resumes(
    page: Page, emulator: Emulator, dentist: str
) -> None:
    steps.enter(page, steps.DENTIST)
    open_rules(page)
    before = payable_rules(emulator, dentist)
    page.get_by_role("group", name="Invoices").get_by_role("checkbox", name="Overdue").uncheck()
    expect(page.get_by_text("1 change")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Review before saving")).to_be_focused()
    review = page.get_by_role("region", name="Review before saving")
    expect(review).to_contain_text(
        "Stop sending invoices that are overdue – 4 already in QuickBooks stay there"
    )
    review.get_by_role("link", name="Go back").click()
    expect(page.get_by_role("button", name="Review")).to_be_focused()
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_text("1 change")).to_be_hidden()

    steps.press(page, "Hold sending")

    expect(page.get_by_role("region", name="Sending is on hold")).to_contain_text("(Dana Price)")
    assert payable_rules(emulator, dentist) == []
    steps.press(page, "Resume sending")
    expect(page.get_by_role("region", name="Sending is on hold")).to_be_hidden()
    assert payable_rules(emulator, dentist) == before
    page.get_by_label("Closed up to and including").fill("2026-01-31")
    steps.press(page, "Set closing date")
    expect(page.get_by_text("Closed up to 31 Jan")).to_be_visible()
    steps.follow(page, "History")
    changes = page.get_by_role("main").get_by_role("listitem")
    expect(changes).to_contain_text(["From none to 31 Jan", "Sending resumed", "Sending put on hold"])


def test_one_record_goes_first_and_then_the_rest(
    open_context: Callable[..., BrowserContext], emulator: Emulator
) -> None:
    bakery = emulator.entity_id("Boulangerie")
    page = open_context(viewport={"width": 360, "height": 800}).new_page()
    steps.enter(page, steps.BAKERY)
    steps.follow(page, "6 Send one first")
    expect(page.get_by_role("group", name="Choose one record to try")).to_be_visible()
    faults = look(page)
    number = page.get_by_role("table").get_by_role("row", name=re.compile("^Number")).inner_text().split()[-1]
    assert number not in emulator.sent(bakery)

    page.get_by_role("button", name=re.compile("^Send this one")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Send one first")
    expect(page.get_by_role("group", name="Check it in Xero")).to_be_visible()
    expect(page.get_by_text("Everything is on hold again.")).to_be_visible()
    faults += look(page)
    first = emulator.sent(bakery)
    assert number in first
    assert payable_rules(emulator, bakery) == []
    for check in ("contact", "account", "tax", "total"):
        page.get_by_label(f"Right {check}").check()
    steps.press(page, "It's right — start sending")
    expect(page.get_by_role("heading", name="Sending has started")).to_be_visible()
    assert payable_rules(emulator, bakery) == ["paid", "partially_paid", "waiting_to_be_paid"]
    numbers = [bill["number"] for bill in emulator.books(bakery)["bills"]]
    assert numbers.count(number) == 1
    assert not faults, "\n".join(faults)


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
