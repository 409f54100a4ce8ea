"""Access is withdrawn and given again: to a different organisation first, then to the right one."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.test_screens import look
from tests.stack import Emulator

CONSULTANTS = "Kettwerk Systemberatung GmbH"
HOLDING = "Kettwerk Holding"


def numbers(books: dict[str, Any]) -> Counter[str]:
    """How often each bill and invoice stands in the books."""
    return Counter(document["number"] for document in books["bills"] + books["invoices"])


def reconnect(page: Page, organisation: str) -> None:
    """Sign in again, give access to an organisation and come back to the check."""
    steps.press(page, "Reconnect to Xero")
    steps.allow(page, organisation)
    for button in ("Confirm", "Next", "Finish"):
        steps.press(page, button)
    steps.expect_heading(page, "Same organisation?")


def test_access_is_lost_given_to_another_organisation_and_then_to_the_same(
    page: Page, emulator: Emulator
) -> None:
    business = emulator.entity_id("Kettwerk")
    books = numbers(emulator.books(business))
    rules = emulator.client(business).get("/accounting_sync_rules")["push_statuses"]
    steps.enter(page, CONSULTANTS)
    steps.open_page(page, "Connection")
    emulator.fault("access_withdrawn", entity_id=business)
    steps.press(page, "Import now")
    lost = page.get_by_role("region", name="Access withdrawn")
    expect(lost).to_contain_text("What's already in Xero is safe")
    lost.get_by_role("link", name="Reconnect to Xero").click()

    reconnect(page, HOLDING)
    expect(page.get_by_text("This looks like a different organisation.")).to_be_visible()
    expect(
        page.get_by_text(
            re.compile(
                "^(only [0-9]+ of your [0-9]+ used accounts exist|none of the accounts you use exists) here$"
            )
        )
    ).to_be_visible()
    expect(page.get_by_role("button", name="Resume sending")).to_have_count(0)
    assert look(page) == []
    steps.press(page, "Go back and choose again")
    expect(page.get_by_text("nothing was sent to it")).to_be_visible()

    reconnect(page, CONSULTANTS)
    expect(
        page.get_by_text(re.compile(r"Same organisation\.\s+[0-9]+ of [0-9]+ accounts found, [0-9]+ record"))
    ).to_be_visible()
    assert emulator.client(business).get("/accounting_sync_rules")["push_statuses"] == {
        "payable": [],
        "receivable": [],
    }
    page.set_viewport_size({"width": 360, "height": 800})
    assert look(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    steps.press(page, "Resume sending")
    expect(page.get_by_text("The check is done. Sending resumes.")).to_be_visible()

    emulator.advance(3700)
    assert emulator.client(business).get("/accounting_sync_rules")["push_statuses"] == rules
    assert numbers(emulator.books(business)) == books
    assert emulator.connections(business) == ["connected", "disconnected"]
    history = page.get_by_role("region", name="History")
    for words in ("Access withdrawn", "Not the organisation as before", "Checked after reconnecting"):
        expect(history.get_by_text(words, exact=True)).to_be_visible()
