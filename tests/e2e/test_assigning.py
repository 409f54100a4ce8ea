"""Giving accounts to bill lines: by keyboard, in two tabs, and while the service fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Problems
from tests.stack import Emulator

DAIRY = "Laiterie du Haut Vercors"
BUTTER = "Beurre AOP Charentes-Poitou tourage 84 %, plaque 2 kg"
CREAM = "Crème fleurette 35 %, bidon 10 L"
DAIRY_BILL = "FA94950"
BANK = "Banque Rhône Alpes Pro"
FEE = "Commission de mouvement"
BANK_BILL = "FA31511"
LOAN = "Prêt matériel n° 88214 – intérêts avril 2026"
AWAY = {
    "api_down": "300 Purchases",
    "server_error": "310 Cost of Goods Sold",
    "no_answer": "300 Purchases",
    "garbage": "310 Cost of Goods Sold",
    "rate_limited": "300 Purchases",
}
"""In which way it is away, and what is chosen meanwhile."""


@pytest.fixture
def bakery(emulator: Emulator) -> str:
    return emulator.entity_id("Boulangerie")


def test_a_bookkeeper_assigns_without_the_mouse(page: Page, emulator: Emulator, bakery: str) -> None:
    steps.enter(page, steps.BAKERY, "bookkeeper")
    steps.open_bills(page, BUTTER)
    keyboard = page.keyboard

    keyboard.press("Tab")
    keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    keyboard.type(DAIRY)
    expect(page.get_by_text(re.compile("^2 rows "))).to_be_visible()
    steps.tab_to(page, steps.field(page, BUTTER))
    keyboard.type("310")
    keyboard.press("Enter")

    expect(steps.field(page, CREAM)).to_be_focused()
    expect(steps.row(page, BUTTER)).to_contain_text("Saved")
    keyboard.press("+")
    expect(steps.row(page, CREAM)).to_contain_text("Saved")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert (
        emulator.account_of(bakery, DAIRY_BILL, BUTTER)
        == emulator.account_of(bakery, DAIRY_BILL, CREAM)
        == "310"
    )


def test_many_rows_get_one_account_without_the_mouse(page: Page, emulator: Emulator, bakery: str) -> None:
    steps.enter(page, steps.BAKERY, "bookkeeper")
    steps.open_bills(page, FEE, supplier=BANK)
    keyboard = page.keyboard

    steps.tab_to(page, page.get_by_role("checkbox", name=f"Tick {FEE}"))
    keyboard.press("Space")
    steps.tab_to(page, page.get_by_role("checkbox", name=f"Tick {LOAN}"))
    keyboard.press("Shift+Space")
    expect(page.get_by_text("2 selected")).to_be_visible()
    keyboard.press("Control+Enter")
    expect(page.get_by_role("combobox", name="Account for the selected rows")).to_be_focused()
    keyboard.type("404")
    expect(page.get_by_role("option", name=re.compile("^404 "))).to_be_visible()
    keyboard.press("Enter")
    keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name=re.compile("^Assigned 404 .* to 2 rows"))).to_be_visible()
    assert (
        emulator.account_of(bakery, BANK_BILL, FEE) == emulator.account_of(bakery, BANK_BILL, LOAN) == "404"
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("conflict", "Not saved. The bill was paid or locked meanwhile"),
        ("unprocessable", "Not saved. The service said: “value is not a valid uuid"),
    ],
)
def test_a_refused_choice_is_kept_with_the_reason_and_can_be_saved_again(
    page: Page, emulator: Emulator, bakery: str, fault: str, words: str
) -> None:
    steps.enter(page, steps.BAKERY)
    steps.open_bills(page, BUTTER, supplier=DAIRY)
    emulator.fault(fault, entity_id=bakery, count=1)

    steps.choose_account(page, f"Account for {BUTTER}", "310 Cost of Goods Sold")

    expect(steps.row(page, BUTTER)).to_contain_text(words)
    page.reload()
    expect(steps.row(page, BUTTER)).to_contain_text(words)
    expect(steps.field(page, BUTTER)).to_have_value("310 Cost of Goods Sold")
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) is None
    steps.row(page, BUTTER).get_by_role("button", name="Save again").click()
    expect(steps.row(page, BUTTER)).to_contain_text("Saved")
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) == "310"


def test_choices_made_while_the_service_is_away_are_saved_once_it_is_back(
    page: Page, emulator: Emulator, bakery: str
) -> None:
    steps.enter(page, steps.BAKERY)
    steps.open_bills(page, BUTTER, q=DAIRY_BILL, show="all")
    for fault, account in AWAY.items():
        emulator.fault(fault)

        steps.choose_account(page, f"Account for {BUTTER}", account)

        expect(steps.row(page, BUTTER)).to_contain_text("not confirmed yet")
        page.reload()
        expect(steps.field(page, BUTTER)).to_have_value(account)
        expect(steps.row(page, BUTTER)).to_contain_text("not confirmed yet")
        emulator.heal()
        expect(steps.row(page, BUTTER)).to_contain_text("Saved")
        assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) == account.split(maxsplit=1)[0]


def test_a_revoked_token_is_renewed_without_a_word(page: Page, emulator: Emulator, bakery: str) -> None:
    steps.enter(page, steps.BAKERY)
    steps.open_bills(page, BUTTER, supplier=DAIRY)
    emulator.fault("token_revoked", count=1)

    steps.choose_account(page, f"Account for {BUTTER}", "310 Cost of Goods Sold")

    expect(steps.row(page, BUTTER)).to_contain_text("Saved")


def test_two_people_who_choose_differently_are_told_of_each_other(
    open_context: Callable[..., BrowserContext], emulator: Emulator, bakery: str, problems: Problems
) -> None:
    owner, bookkeeper = open_context().new_page(), open_context().new_page()
    for page, role in ((owner, "owner"), (bookkeeper, "bookkeeper")):
        steps.enter(page, steps.BAKERY, role)
        steps.open_bills(page, BUTTER, supplier=DAIRY)
    steps.choose_account(owner, f"Account for {BUTTER}", "310 Cost of Goods Sold")
    expect(steps.row(owner, BUTTER)).to_contain_text("Saved")

    steps.choose_account(bookkeeper, f"Account for {BUTTER}", "300 Purchases")

    expect(steps.row(bookkeeper, BUTTER)).to_contain_text("Dana Price assigned 310 Cost of Goods Sold")
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) == "310"
    problems.expect("409")
    steps.press(bookkeeper, "Use 300")
    expect(steps.row(bookkeeper, BUTTER)).to_contain_text("Saved")
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) == "300"


def test_suggestions_are_used_remembered_and_taken_back(page: Page, emulator: Emulator, bakery: str) -> None:
    steps.enter(page, steps.BAKERY)
    steps.open_bills(page, BUTTER, supplier=DAIRY)
    expect(steps.row(page, BUTTER)).to_contain_text("310 Cost of Goods Sold")
    expect(steps.row(page, BUTTER)).to_contain_text("Strong · ")

    # One by keyboard, which goes on to the next; it is put back by its Undo.
    steps.tab_to(page, page.get_by_role("button", name=f"Use 310 Cost of Goods Sold for {BUTTER}"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Use 310 Cost of Goods Sold for {CREAM}")).to_be_focused()
    expect(steps.row(page, BUTTER)).to_contain_text("Saved")
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) == "310"
    page.get_by_role("button", name=f"Undo for {BUTTER}").press("Enter")
    expect(steps.row(page, BUTTER)).to_contain_text("Put back")
    expect(steps.field(page, BUTTER)).to_be_focused()
    expect(steps.field(page, BUTTER)).to_have_value("")
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) is None

    # All strong ones of the page after a look at them, and all of them back.
    page.get_by_role("link", name="Review and use all 2").click()
    steps.expect_heading(page, "Suggestions: check first")
    expect(steps.row(page, CREAM)).to_contain_text("Strong match: ")
    steps.press(page, "Use 2 suggestions")
    expect(page.get_by_role("heading", name="Used 2 suggestions")).to_be_focused()
    assert emulator.account_of(bakery, DAIRY_BILL, CREAM) == "310"
    page.get_by_role("button", name="Undo for all 2 rows").click()
    expect(page.get_by_role("heading", name="Put back the accounts of 2 rows")).to_be_focused()
    assert emulator.account_of(bakery, DAIRY_BILL, CREAM) is None

    # The same account twice for a supplier is asked about; the answer is a suggestion from then on.
    page.goto(f"{page.url.split('?')[0]}?{urlencode({'supplier': BANK})}")
    for line in (FEE, LOAN):
        steps.choose_account(page, f"Account for {line}", "404 Bank Fees")
    question = page.get_by_text(f"Use 404 for {BANK} from now on?")
    expect(question).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Yes – use 404 Bank Fees")).click()
    expect(page.get_by_text(f"404 is suggested for {BANK} from now on.")).to_be_focused()
    page.get_by_role("link", name="Recent changes").click()
    steps.row(page, FEE).get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_text("Put back to what it was before.")).to_be_visible()
    page.goto(f"{page.url.rsplit('/', 1)[0]}?{urlencode({'supplier': BANK})}")
    expect(steps.row(page, FEE)).to_contain_text("Strong · remembered for this supplier")


def test_what_is_chosen_offline_waits_for_a_press_and_a_batch_leaves_what_another_person_chose(
    open_context: Callable[..., BrowserContext], emulator: Emulator, bakery: str, problems: Problems
) -> None:
    owner, bookkeeper = open_context().new_page(), open_context().new_page()
    for page, role in ((owner, "owner"), (bookkeeper, "bookkeeper")):
        steps.enter(page, steps.BAKERY, role)
        steps.open_bills(page, BUTTER, supplier=DAIRY)
    owner.context.set_offline(True)
    for line in (BUTTER, CREAM):
        owner.get_by_role("button", name=f"Use 310 Cost of Goods Sold for {line}").click()
        expect(steps.row(owner, line)).to_contain_text("Not saved — offline")
    owner.context.set_offline(False)
    expect(owner.get_by_text("2 choices are not saved.")).to_be_visible()
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) is None
    problems.expect("ERR_INTERNET_DISCONNECTED")
    problems.expect("htmx")

    steps.press(owner, "Save 2 unsaved")

    for line in (BUTTER, CREAM):
        expect(steps.row(owner, line)).to_contain_text("Saved")
    # The other page still shows both as open.
    bookkeeper.get_by_role("checkbox", name="Tick all rows on this page").check()
    steps.choose_account(bookkeeper, "Account for the selected rows", "300 Purchases")
    bookkeeper.keyboard.press("Control+Enter")
    expect(bookkeeper.get_by_text("2 rows were left as they are")).to_be_visible()
    assert emulator.account_of(bakery, DAIRY_BILL, BUTTER) == "310"
