"""Pages and worker killed with -9 in the middle of what a person asked for: all is done once."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import PATIENCE, Problems
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


@pytest.mark.slow
@pytest.mark.first_start
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
    page.get_by_role("button", name=f"Assign to all {LINES}").click()

    kill_and_start(page, dashboard)

    assigned = page.get_by_role("heading", name=f"Assigned {ACCOUNT} to {LINES} rows")
    expect(assigned).to_be_visible(timeout=2 * PATIENCE)

    emulator.fault("period_closed", entity_id=large)
    steps.save_rules(page)
    steps.press(page, "Send now")
    steps.open_page(page, "Sync log")
    closed = page.get_by_role("article", name="The date is in a closed period")
    steps.reload_until(page, closed.get_by_role("link", name=re.compile("^Retry 1..$")))
    assert emulator.sent(large) == {}
    emulator.heal()
    closed.get_by_role("link", name=re.compile("^Retry ")).click()
    go = page.get_by_role("button", name=re.compile("^Retry "))
    many = int((go.text_content() or "").split()[-1])
    go.click()

    kill_and_start(page, dashboard)

    expect(page.get_by_role("heading", name="Done")).to_be_visible(timeout=2 * PATIENCE)
    for words in ("ERR_", "htmx:"):
        problems.expect(words)
    expect(page.get_by_text(f"{many} of {many} · {many} sent · 0 still failing")).to_be_visible()
    bills = Counter(bill["number"] for bill in emulator.books(large)["bills"])
    assert set(bills.values()) == {1}
    assert len(emulator.sent(large)) == many
    assert set().union(*emulator.sent(large).values()) == {ACCOUNT.split(maxsplit=1)[0]}
