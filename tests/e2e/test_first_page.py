"""The first page that anybody sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.first_start
def test_the_first_page_offers_the_businesses_once_they_are_read(page: Page) -> None:
    page.goto("/")

    expect(page.get_by_text("Fernlight & Rook").first).to_be_visible()
