"""Home once the set-up is done: its numbers, and the last things that happened."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlite_utils import Database

from app.domain.events import ASSIGNED_MANY, RETRIED_MANY
from app.domain.people import Actor, Role
from app.store import events, rule_saves
from app.store.database import write
from tests.log_samples import add_books, add_record
from tests.web.conftest import NOW, Enter

DANA = Actor("Dana Price", Role.OWNER, "e1")


@pytest.fixture
def settled(store: Database) -> Database:
    """A business whose set-up is done."""
    with write(store):
        add_books(store)
        add_record(store, "sent", sync_status="done", minutes=60)
        rule_saves.save(store, "e1", NOW - timedelta(days=1), "Dana Price")
    return store


def words(page: BeautifulSoup, selector: str) -> str:
    return " ".join(page.select_one(selector).get_text().split())  # type: ignore[union-attr]


def test_a_bulk_assignment_is_told_in_one_line_without_ids(enter: Enter, settled: Database) -> None:
    with write(settled):
        for n in range(35):
            events.add(
                settled,
                "e1",
                NOW,
                "account_assigned",
                DANA,
                object_type="line_item",
                object_id=f"6f1d3c52-0000-4000-8000-00000000{n:04}",
                became="account-310",
                batch_id="6f1d3c52-0000-4000-8000-00000000beef",
            )
        events.add(
            settled, "e1", NOW, ASSIGNED_MANY, DANA, object_type="line_item", became="account-310", note="35"
        )

    page = BeautifulSoup(enter().get("/e/e1").text, "html.parser")

    told = words(page, "#home-last")
    assert told.count("310 Cost of goods sold assigned to 35 bill lines") == 1
    assert "Dana Price" in told
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", page.get_text())


def test_a_retry_of_many_is_told_in_one_line(enter: Enter, settled: Database) -> None:
    with write(settled):
        events.add(settled, "e1", NOW, RETRIED_MANY, DANA, note="21")

    page = BeautifulSoup(enter().get("/e/e1").text, "html.parser")

    assert words(page, "#home-last").startswith("21 records retried")


def test_matched_contacts_and_products_were_not_sent(enter: Enter, settled: Database) -> None:
    with write(settled):
        add_record(settled, "invoice", object_type="receivable", sync_status="done")
        for kind in ("vendor", "customer", "product"):
            add_record(settled, f"{kind}-1", object_type=kind, sync_status="done")
            add_record(settled, f"{kind}-2", object_type=kind, sync_status="pending")

    page = BeautifulSoup(enter().get("/e/e1").text, "html.parser")

    assert (words(page, "#home-sent"), words(page, "#home-waiting")) == ("2", "0")


def test_a_first_import_that_matched_names_has_not_settled_the_rules(enter: Enter, store: Database) -> None:
    with write(store):
        add_books(store)
        add_record(store, "product-1", object_type="product", sync_status="done")

    page = BeautifulSoup(enter().get("/e/e1").text, "html.parser")

    assert words(page, "#task-5-status") == "Not started"
