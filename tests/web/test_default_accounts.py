"""Default accounts on the screens, with the API version that has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from sqlite_utils import Database

from app.config import Settings
from app.domain.entity_defaults import EntityDefaults
from app.store import entity_defaults
from app.store.database import write
from tests.account_samples import BANK, NEW, SALES, add_product, import_accounts
from tests.factories import make_settings
from tests.web.conftest import NOW, Enter

PAGE = "/e/e1/accounts"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, monite_api_version="2024-05-25")


@pytest.fixture
def filled(store: Database) -> Database:
    """Sales is the default for products; one product has an account of its own and one has none."""
    import_accounts(store, NEW, SALES, BANK)
    add_product(store, "p1", "new")
    add_product(store, "p2", None)
    with write(store):
        entity_defaults.save(store, "e1", EntityDefaults(products_account_id="sales"), {}, NOW)
    return store


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def test_the_defaults_are_shown_with_what_uses_them(enter: Enter, filled: Database) -> None:
    section = words(read(enter().get(PAGE).text).select_one("#defaults"))

    assert "Products : 200 Sales" in section
    assert "1 product has none and uses it." in section
    assert "Payments : none" in section


def test_before_they_were_read_no_default_is_shown(enter: Enter, store: Database) -> None:
    section = words(read(enter().get(PAGE).text).select_one("#defaults"))

    assert "Being read" in section
    assert "none" not in section


def test_a_search_finds_what_may_be_set(enter: Enter, filled: Database) -> None:
    headers = {"HX-Request": "true", "HX-Target": "choices"}

    choices = read(enter().get(f"{PAGE}/defaults/payments?q=current", headers=headers).text)

    assert [radio["value"] for radio in choices.select("input")] == ["bank"]


def test_a_change_that_gets_no_answer_is_not_called_saved(enter: Enter, filled: Database) -> None:
    browser = enter()

    browser.post(f"{PAGE}/defaults/products", data={"account_id": "new"})
    page = read(browser.get(PAGE).text)

    assert "didn't answer" in page.get_text()
    assert "not confirmed yet" in words(page.select_one("#defaults"))
    assert "Products : 200 Sales" in words(page.select_one("#defaults"))


def test_what_is_not_in_the_list_cannot_be_set(enter: Enter, filled: Database) -> None:
    answer = enter().post(f"{PAGE}/defaults/products", data={"account_id": "bank"})

    assert answer.status_code == 422
    assert "Choose one from the list." in answer.text


def test_a_viewer_has_no_control(enter: Enter, filled: Database) -> None:
    browser = enter("viewer")

    assert "Change" not in words(read(browser.get(PAGE).text).select_one("#defaults"))
    assert browser.get(f"{PAGE}/defaults/products").status_code == 403


def test_the_products_page_says_that_the_default_stands_in(enter: Enter, filled: Database) -> None:
    products = read(enter().get("/e/e1/assign/products").text).select_one(".default-note")
    bills = read(enter().get("/e/e1/assign/bills").text).select_one(".default-note")

    assert "1 product has no account of its own and is sent with your default, 200 Sales" in words(products)
    assert bills is None
