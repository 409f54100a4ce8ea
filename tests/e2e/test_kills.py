"""Pages and worker killed with -9 in the middle of what a person asked for: all is done once."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Problems
from tests.stack import Dashboard, Emulator

LARGE = "Bulk business 1 Inc."
PAYABLES = 240
LINES = 325
ACCOUNT = "310 Cost of Goods Sold"
UNDER_WAY = re.compile(r"^[1-9]\d* of \d+")


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """One business with enough bills for a kill to come in between; every fifth has failed."""
    shared_emulator.reset("bulk", payables=PAYABLES)
    return shared_emulator


def kill_and_start(page: Page, dashboard: Dashboard) -> None:
    """Kill both processes while the page shows that something is under way; the page says so."""
    expect(page.get_by_text(UNDER_WAY)).to_be_visible()
    dashboard.kill("worker")
    dashboard.kill("serve")
    expect(page.get_by_role("region", name="Connection lost")).to_be_visible()
    dashboard.start("serve")
    dashboard.start("worker")


def test_bulk_assignment_and_retry_of_many_survive_kills(
    page: Page, emulator: Emulator, dashboard: Dashboard, problems: Problems
) -> None:
    large = emulator.entity_id("Bulk")
    steps.enter(page, LARGE)
    steps.open_page(page, "Assign accounts")
    every_line = page.get_by_role("link", name=f"Use one account for all {LINES}")
    steps.reload_until(page, every_line)
    every_line.click()
    steps.choose_account(page, "Account for the selected rows", ACCOUNT)
    page.get_by_role("button", name=re.compile("^Assign to all")).click()

    kill_and_start(page, dashboard)

    done = page.get_by_role("heading", name=re.compile(f"^Assigned {ACCOUNT} to "))
    expect(done).to_be_visible(timeout=20_000)
    print(done.text_content())
