"""The ledger accounts: the table, what changed, replacing, what is remembered, the defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from sqlite_utils import Database

from app.domain.entity_defaults import EntityDefaults
from app.store import entity_defaults, remembered_choices
from app.store.database import write
from tests.account_samples import BANK, NEW, OLD, SALES, WHEN, account, add_product, import_accounts
from tests.factories import MARIE
from tests.log_samples import add_bill, add_record
from tests.web.conftest import NOW, Enter

HTMX = {"HX-Request": "true"}
PAGE = "/e/e1/accounts"


@pytest.fixture
def filled(store: Database) -> Database:
    """Old marketing, on two lines and a product, was archived; Marketing was renamed; Acme is remembered."""
    import_accounts(store, OLD, replace(NEW, name="Adverts"), SALES, BANK)
    with write(store):
        add_bill(store, "b1", {"ledger_account_id": "old", "name": "<b>Ad</b>"}, {"ledger_account_id": "old"})
        add_bill(store, "b2", {"ledger_account_id": "new"})
        remembered_choices.answer(store, "e1", "Acme", "old", yes=True, actor=MARIE, now=NOW)
    add_product(store, "p1", "old")
    archived = replace(OLD, status="Archived")
    import_accounts(store, archived, NEW, SALES, BANK, at=WHEN + timedelta(minutes=5))
    return store


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def test_the_table_says_what_state_an_account_is_in_and_what_uses_it(enter: Enter, filled: Database) -> None:
    page = read(enter().get(PAGE).text)

    assert "Archived" in words(page.select_one("#account-old"))
    assert "1 product" in words(page.select_one("#account-old"))
    assert "2 lines" in words(page.select_one("#account-old"))
    assert "Bank account: not offered" in words(page.select_one("#account-bank"))
    link = page.select_one('#account-old a[href*="assign/bills"]')
    assert link is not None
    assert link["href"].endswith("?show=all&account=old")  # type: ignore[union-attr]


def test_what_uses_an_account_is_listed_by_itself(enter: Enter, filled: Database) -> None:
    page = read(enter().get("/e/e1/assign/bills?show=all&account=new").text)

    assert [row["id"] for row in page.select("tr[data-row]")] == ["row-b2-line-0"]
    assert "account 429 Marketing" in words(page.select_one(".filter-line"))


def test_a_search_swaps_the_table_alone(enter: Enter, filled: Database) -> None:
    answer = enter().get(f"{PAGE}?q=marketing", headers=HTMX)

    assert "<html" not in answer.text
    assert [row["id"] for row in read(answer.text).select("tr[data-row]")] == ["account-old", "account-new"]


def test_a_search_that_finds_nothing_says_what_to_do(enter: Enter, filled: Database) -> None:
    page = read(enter().get(f"{PAGE}?q=freigth").text)

    assert "No account matches" in words(page.select_one("#accounts-table"))


def test_what_changed_stands_on_top_with_what_to_do(enter: Enter, filled: Database) -> None:
    page = read(enter().get(PAGE).text)

    archived, renamed = (words(page.select_one(f"#change-{one}")) for one in ("old", "new"))
    assert "Archived: 404 Old marketing" in archived
    assert "2 lines that are still to be sent, 1 product, 1 remembered choice" in archived
    assert "Replace everywhere" in archived
    assert "Renamed: 429 Adverts → Marketing" in renamed
    assert "OK" in renamed


def test_ok_takes_a_change_from_the_page(enter: Enter, filled: Database) -> None:
    browser = enter()
    seen = read(browser.get(PAGE).text).select_one("#change-new input[name=seen]")
    assert seen is not None

    browser.post(f"{PAGE}/new/ok", data={"seen": seen["value"]})

    assert read(browser.get(PAGE).text).select_one("#change-new") is None


def test_the_review_names_what_changes_and_no_name_is_markup(enter: Enter, filled: Database) -> None:
    page = read(enter().get(f"{PAGE}/old/replace").text)

    text = words(page.select_one(".review"))
    assert "2 bill lines change" in text
    assert "<b>Ad</b>" in text
    assert "Replace in 2 lines and 1 product" in text
    assert [radio["value"] for radio in page.select("#choices input")] == ["new", "sales"]


def test_a_search_in_the_review_swaps_its_choices_alone(enter: Enter, filled: Database) -> None:
    answer = enter().get(f"{PAGE}/old/replace?q=200", headers=HTMX | {"HX-Target": "choices"})

    page = read(answer.text)
    assert page.select_one(".review") is None
    assert [radio["value"] for radio in page.select("input")] == ["sales"]


def test_replacing_shows_how_far_it_is(enter: Enter, filled: Database) -> None:
    browser = enter()

    answer = browser.post(f"{PAGE}/old/replace", data={"account_id": "new", "form_key": "f"})
    page = read(browser.get(answer.headers["Location"]).text)

    assert answer.status_code == 303
    assert "Replacing with 429 Marketing" in words(page.select_one("#replacement"))
    assert "0 of 3" in words(page.select_one("#replacement"))


def test_the_bills_that_a_fix_puts_right_are_named_once_it_is_done(enter: Enter, filled: Database) -> None:
    browser = enter()
    form = {"account_id": "new", "form_key": "f", "kind": "bills", "trouble": "archived"}
    back = browser.post(f"{PAGE}/old/replace", data=form).headers["Location"]
    with write(filled):
        add_record(filled, "r1", object_id="b1", error_text="Account code '404' has been archived")
        filled.execute("UPDATE outbox SET state = 'done'")

    page = read(browser.get(back).text)

    link = page.select_one('#assign-batch a[href*="problem=ACC_ARCHIVED"]')
    assert words(link) == "See the stopped bill: The account was archived"


def test_replacing_with_nothing_chosen_is_told_beside_the_choices(enter: Enter, filled: Database) -> None:
    answer = enter().post(f"{PAGE}/old/replace", data={"form_key": "f"})

    page = read(answer.text)
    assert answer.status_code == 422
    assert words(page.title).startswith("Error: ")
    assert "Choose an account" in words(page.select_one("#error-summary"))


def test_a_fix_of_one_kind_goes_back_to_its_problems(enter: Enter, filled: Database) -> None:
    form = {"account_id": "new", "form_key": "f", "kind": "bills", "trouble": "archived"}

    answer = enter().post(f"{PAGE}/old/replace", data=form)

    assert answer.headers["Location"].startswith("/e/e1/assign/bills?show=problems&batch=")


def test_the_problems_tab_names_each_account_with_its_fix(enter: Enter, filled: Database) -> None:
    page = read(enter().get("/e/e1/assign/bills?show=problems").text)

    group = page.select_one("section[aria-labelledby=problem-archived]")
    assert "2 lines use 404 Old marketing (archived 9 May)." in words(group)
    assert "Replace in 2 lines" in words(group)
    assert group.select("select[name=account_id] option[value=new]")  # type: ignore[union-attr]
    assert words(page.select_one("#tab-problems .n")) == "2"


def test_bills_without_lines_or_tax_rates_are_told_on_the_problems_tab(
    enter: Enter, filled: Database
) -> None:
    with write(filled):
        add_bill(filled, "empty", line_count=0)
        add_bill(filled, "untaxed", {"ledger_account_id": "new", "tax": None, "document_id": "untaxed"})

    page = read(enter().get("/e/e1/assign/bills?show=problems").text)

    assert "Bill empty" in words(page.select_one("section[aria-labelledby=problem-lines]"))
    assert "Bill untaxed" in words(page.select_one("section[aria-labelledby=problem-tax]"))
    assert page.select_one('section[aria-labelledby=problem-tax] a[href*="/bills/untaxed/tax"]') is not None


def test_without_problems_the_tab_says_so(enter: Enter, store: Database) -> None:
    import_accounts(store, NEW)

    page = read(enter().get("/e/e1/assign/products?show=problems").text)

    assert "No problems" in words(page.select_one("#assign-problems"))


def test_a_remembered_choice_can_be_removed(enter: Enter, filled: Database) -> None:
    browser = enter()
    assert "Acme" in words(read(browser.get(PAGE).text).select_one("#remembered"))

    browser.post(f"{PAGE}/remembered", data={"supplier": "Acme"})

    assert remembered_choices.all_yes(filled, "e1") == []


def test_a_viewer_sees_everything_and_can_change_nothing(enter: Enter, filled: Database) -> None:
    browser = enter("viewer")
    page = read(browser.get(PAGE).text)

    assert "Replace everywhere" not in page.get_text()
    assert "Only an owner or a bookkeeper can replace accounts." in page.get_text()
    assert browser.post(f"{PAGE}/old/replace", data={"account_id": "new"}).status_code == 403


def test_without_defaults_in_the_api_version_the_screen_says_so(enter: Enter, filled: Database) -> None:
    section = read(enter().get(PAGE).text).select_one("#defaults")

    assert "Your API version has no default accounts" in words(section)
    assert enter().get(f"{PAGE}/defaults/products").status_code == 404


def test_before_the_first_import_the_page_says_where_accounts_come_from(
    enter: Enter, store: Database
) -> None:
    page = read(enter().get(PAGE).text)

    assert "Accounts arrive with the first import" in page.get_text()
    assert page.select_one("#accounts-table") is None


def test_more_than_a_page_of_accounts_is_paged_with_the_total(enter: Enter, store: Database) -> None:
    import_accounts(store, *(account(f"a{n}", f"{n:04}", f"Account {n}") for n in range(260)))
    browser = enter()

    first = read(browser.get(PAGE).text)
    older = first.select_one(".pager a[rel=next]")
    assert older is not None
    second = read(browser.get(str(older["href"])).text)

    assert "250 of 260" in words(first.select_one(".pager"))
    assert len(second.select("tr[data-row]")) == 10


def test_the_beat_tells_of_changed_accounts_without_touching_the_page(enter: Enter, filled: Database) -> None:
    browser = enter()
    shape = "4-1"

    answer = browser.get(f"/e/e1/beat?page=accounts&since=-1&shape={shape}")
    quiet = browser.get("/e/e1/beat?page=accounts&since=-1&shape=4-2")

    assert "The accounts have changed" in read(answer.text).get_text()
    assert "The accounts have changed" not in read(quiet.text).get_text()


def test_a_default_account_is_listed_as_a_use(enter: Enter, filled: Database) -> None:
    with write(filled):
        entity_defaults.save(filled, "e1", EntityDefaults(products_account_id="sales"), {}, NOW)

    page = read(enter().get(PAGE).text)

    assert "default for products" in words(page.select_one("#account-sales"))
