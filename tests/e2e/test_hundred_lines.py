"""A hundred bill lines are given their accounts by keyboard alone, from the front door to the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.stack import Emulator

LARGE = "Bulk business 1 Inc."
BILLS = 82
OPEN = ("new", "approve_in_progress", "waiting_to_be_paid", "partially_paid")
"""The states in which a bill's lines may be changed."""


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """One business none of whose bill lines has an account."""
    shared_emulator.reset("bulk", payables=BILLS)
    return shared_emulator


def codes_at_monite(emulator: Emulator) -> list[str | None]:
    """The account that each line of each bill that is open has there."""
    client = emulator.client(emulator.entity_id("Bulk"))
    codes = {row["id"]: row["nominal_code"] for row in client.all("/ledger_accounts", limit=100)}
    bills = [bill for bill in client.all("/payables", limit=100) if bill["status"] in OPEN]
    lines = (line for bill in bills for line in client.get(f"/payables/{bill['id']}/line_items")["data"])
    return [codes.get(line["ledger_account_id"]) for line in lines]


@pytest.mark.first_start
def test_a_hundred_lines_are_assigned_by_keyboard_alone(page: Page, emulator: Emulator) -> None:
    keyboard, lines = page.keyboard, len(codes_at_monite(emulator))
    assert lines >= 100
    page.goto("/")
    steps.tab_to(page, page.get_by_role("button", name=f"Enter {LARGE} as bookkeeper"))
    keyboard.press("Enter")
    steps.expect_heading(page, "Home")
    menu = page.get_by_role("navigation", name="Main")
    steps.tab_to(page, menu.get_by_role("link", name=re.compile("^Assign accounts")))
    keyboard.press("Enter")
    steps.expect_heading(page, "Assign accounts to bill lines")
    done = page.get_by_text(re.compile(r"^\d+ of \d+ done"))
    steps.reload_until(page, page.get_by_text(f"0 of {lines} done"))
    tab = page.get_by_role("link", name=re.compile("^Needs an account"))
    fields = page.get_by_role("combobox", name=re.compile("^Account for "))
    # Lines may still come in between the list and the count of one page.
    steps.reload_until(page, fields.nth(49))

    left = lines
    while left:
        here = min(50, left)
        expect(fields).to_have_count(here)
        steps.tab_to(page, fields.first)
        keyboard.type("310")
        keyboard.press("Enter")
        for n in range(1, here):
            expect(fields.nth(n)).to_be_focused()
            keyboard.press("+")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        left -= here
        expect(done).to_have_text(f"{lines - left} of {lines} done")
        expect(fields).to_have_count(here)
        expect(page.get_by_text("Saved", exact=True)).to_have_count(here)
        steps.tab_to(page, tab)
        keyboard.press("Enter")
        expect(page.get_by_text("Saved", exact=True)).to_have_count(0)

    onwards = page.get_by_role("link", name=re.compile("^Next: "))
    steps.tab_to(page, onwards)
    keyboard.press("Enter")
    steps.expect_heading(page, re.compile("^(Assign accounts to products|Sync rules)$"))
    assert codes_at_monite(emulator) == ["310"] * lines
