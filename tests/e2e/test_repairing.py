"""Repairing: what is tried by itself, what is handled elsewhere, and many at once over three pages."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from app.store.database import to_text
from tests.e2e import steps
from tests.e2e.test_retrying import numbers, open_period, open_problem
from tests.stack import Dashboard, Emulator

BUSY, BY_HAND = "67246", "38447"
BILLS, FAILED = 640, 128


@pytest.fixture
def emulator(shared_emulator: Emulator, request: pytest.FixtureRequest) -> Emulator:
    """The sample businesses, or for a first start one with 128 failed bills, before anybody reads them."""
    if "first_start" in request.keywords:
        shared_emulator.reset("bulk", payables=BILLS, records=BILLS)
        business = shared_emulator.entity_id("Bulk business 1")
        rules = {"push_statuses": {"payable": ["waiting_to_be_paid"], "receivable": []}}
        shared_emulator.client(business).send("PATCH", "/accounting_sync_rules", json=rules)
        let_them_have_accounts(shared_emulator, business, but=3)
    else:
        shared_emulator.restore()
    return shared_emulator


def let_time_pass(dashboard: Dashboard) -> None:
    """The minute until the next automatic try is over."""
    with closing(sqlite3.connect(dashboard.instance / "gangway.sqlite3", timeout=10)) as db, db:
        moved = db.execute(
            "UPDATE outbox SET not_before = ? WHERE state = 'queued' AND actor_role = 'system'",
            [to_text(datetime.now(UTC))],
        )
        assert moved.rowcount == 1, "no automatic try is planned"


def test_a_busy_system_is_tried_again_by_itself_and_what_is_entered_by_hand_is_left_out(
    page: Page, emulator: Emulator, dashboard: Dashboard
) -> None:
    dentist = emulator.entity_id("Saguaro")
    steps.enter(page, steps.DENTIST)
    open_problem(page)
    open_period(page, emulator, dentist)
    log = page.url
    emulator.fault("refusal", entity_id=dentist, count=1, options={"error": "qbo-throttle"})
    page.get_by_role("link", name=f"Bill {BUSY}").click()
    steps.expect_heading(page, re.compile(BUSY))

    steps.press(page, "Retry")

    expect(page.get_by_text(re.compile("It is tried again by itself about .*, try 1 of 3"))).to_be_visible()
    expect(page.get_by_text("Nobody needs to act")).to_be_visible()
    let_time_pass(dashboard)
    expect(page.get_by_text("QuickBooks has it")).to_be_visible()
    tries = page.get_by_role("region", name="Every try").get_by_role("listitem")
    expect(tries).to_have_count(3)
    expect(tries).to_contain_text(["automatic", "Dana Price", "automatic"])
    assert numbers(emulator, dentist)[BUSY] == 1

    page.goto(log)
    page.get_by_role("link", name=f"Bill {BY_HAND}").click()
    page.get_by_text("Mark as handled elsewhere").click()
    page.get_by_role("radio", name="Entered by hand in QuickBooks").check()
    steps.press(page, "Leave it out")
    expect(page.get_by_text("Handled elsewhere: Entered by hand in QuickBooks.")).to_be_visible()
    page.get_by_label("Leave a note").fill("Priya entered it on Tuesday")
    steps.press(page, "Save the note")
    expect(page.get_by_role("region", name="Notes")).to_contain_text("Priya entered it on Tuesday")
    steps.open_page(page, "Sync log")
    page.get_by_role("link", name=re.compile("^Left out")).click()
    page.get_by_role("link", name=f"Bill {BY_HAND}").click()
    steps.press(page, "Don't leave it out any more")
    expect(page.get_by_role("button", name="Retry", exact=True)).to_be_visible()


@pytest.mark.first_start
def test_128_that_match_over_three_pages_are_reviewed_and_exactly_the_others_are_tried(
    page: Page, emulator: Emulator
) -> None:
    business = emulator.entity_id("Bulk business 1")
    without_account = numbers_without_account(emulator, business)
    steps.enter(page, "Bulk business 1 Inc.")
    steps.open_page(page, "Sync log")
    page.get_by_role("link", name="By record").click()
    expect(page).to_have_url(re.compile("view=record"))
    pick = page.get_by_role("link", name=f"Retry all {FAILED} that match")
    steps.reload_until(page, pick)
    steps.follow(page, "Older")
    steps.follow(page, "Older")
    expect(page.get_by_role("row")).to_have_count(1 + FAILED - 100)

    pick.click()

    left_alone = page.get_by_role("listitem").filter(has_text="(a line still has no account)")
    steps.reload_until(page, left_alone.nth(2))
    expect(page.get_by_role("heading", name="3 won't be tried")).to_be_visible()
    for number in without_account:
        expect(left_alone.filter(has_text=number)).to_be_visible()
    steps.press(page, f"Retry {FAILED - 3}")
    expect(page.get_by_role("heading", name="Done")).to_be_visible(timeout=60_000)
    expect(
        page.get_by_text(f"{FAILED - 3} of {FAILED - 3} · {FAILED - 3} sent · 0 still failing")
    ).to_be_visible()
    booked = numbers(emulator, business)
    assert set(booked.values()) == {1}
    assert not booked.keys() & without_account
    assert sum(number.startswith("B-") for number in booked) == FAILED - 3
    steps.open_page(page, "Sync log")
    expect(page.get_by_role("link", name="Needs attention 3")).to_be_visible()


def let_them_have_accounts(emulator: Emulator, entity_id: str, *, but: int) -> None:
    """Every line of every bill has an account, but for those of a few failed bills."""
    with closing(sqlite3.connect(emulator.instance / "emulator.sqlite3", timeout=10)) as world, world:
        world.execute(
            """
            UPDATE payable_line_items SET ledger_account_id = (SELECT id FROM ledger_accounts
                WHERE entity_id = :entity AND type = 'Expense' AND status = 'Active' LIMIT 1)
            WHERE payable_id IN (SELECT id FROM payables WHERE entity_id = :entity) AND payable_id NOT IN (
                SELECT p.id FROM synced_records r JOIN payables p ON p.id = r.object_id
                WHERE r.entity_id = :entity AND r.sync_status = 'error' ORDER BY p.created_at DESC LIMIT :but)
            """,
            {"entity": entity_id, "but": but},
        )
        world.execute(
            """
            UPDATE payable_line_items SET ledger_account_id = NULL WHERE payable_id IN (
                SELECT p.id FROM synced_records r JOIN payables p ON p.id = r.object_id
                WHERE r.entity_id = :entity AND r.sync_status = 'error' ORDER BY p.created_at DESC LIMIT :but)
            """,
            {"entity": entity_id, "but": but},
        )
        world.execute("UPDATE payables SET status = 'waiting_to_be_paid' WHERE entity_id = ?", [entity_id])


def numbers_without_account(emulator: Emulator, entity_id: str) -> set[str]:
    """The numbers of the bills with a line that has no account."""
    with closing(sqlite3.connect(emulator.instance / "emulator.sqlite3", timeout=10)) as world:
        rows = world.execute(
            """
            SELECT DISTINCT p.document_id FROM payables p JOIN payable_line_items l ON l.payable_id = p.id
            WHERE p.entity_id = ? AND l.ledger_account_id IS NULL
            """,
            [entity_id],
        )
        return {number for (number,) in rows.fetchall()}
