"""The sample data keeps its promises: every kind of thing that a journey or a demonstration needs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from app.emulator import samples
from app.emulator.samples.names import SPACE, new_id
from app.emulator.store import clock, meta
from app.emulator.store.database import migrate, open_database
from app.emulator.store.snapshots import TABLES

KEYS = ("fernlight", "grauvelle", "saguaro", "kettwerk", "wattlebrae", "tamarack")
BILL_STATUSES = {
    "draft", "new", "approve_in_progress", "waiting_to_be_paid", "partially_paid", "paid",
    "canceled", "rejected",
}  # fmt: skip


@pytest.fixture(scope="module")
def smooth() -> Iterator[Database]:
    db = open_database(":memory:")
    migrate(db)
    samples.load(db, "smooth")
    yield db
    db.close()


@pytest.fixture
def fresh() -> Iterator[Database]:
    db = open_database(":memory:")
    migrate(db)
    yield db
    db.close()


def ids(db: Database) -> dict[str, list[str]]:
    return {
        table: [row["id"] for row in db.query(f"SELECT id FROM {table} ORDER BY id")]
        for table in (
            "entities",
            "payables",
            "payable_line_items",
            "synced_records",
            "ledger_accounts",
            "connections",
        )
    }


def entity(db: Database, key: str) -> str:
    return str(next(db.query("SELECT id FROM entities WHERE key = ?", [key]))["id"])


def of(db: Database, table: str, key: str, where: str = "TRUE") -> list[dict[str, Any]]:
    return list(db.query(f"SELECT * FROM {table} WHERE entity_id = ? AND {where}", [entity(db, key)]))


def test_loading_twice_gives_the_same_ids(fresh: Database) -> None:
    samples.load(fresh, "smooth")
    before = ids(fresh)

    samples.load(fresh, "smooth")

    assert ids(fresh) == before
    assert len(before["entities"]) == 6


def test_loading_keeps_the_credentials_and_sets_the_clock_right(fresh: Database) -> None:
    meta.save(fresh, "client_id", "mine")
    clock.advance(fresh, 86_400)
    clock.advance(fresh, 86_400)

    samples.load(fresh, "empty")

    assert meta.credentials(fresh)[0] == "mine"
    assert meta.find(fresh, "clock_offset_seconds") == ""
    assert meta.find(fresh, "scenario") == "empty"


def test_an_empty_scenario_holds_nothing_and_has_no_key_for_the_provider(fresh: Database) -> None:
    samples.load(fresh, "smooth")
    samples.load(fresh, "empty")

    assert sum(fresh.table(name).count for name in TABLES) == 0
    assert meta.accounting_provider(fresh) is None


def test_an_unknown_scenario_is_refused_and_changes_nothing(fresh: Database) -> None:
    samples.load(fresh, "smooth")

    with pytest.raises(ValueError, match="no scenario 'rough'"):
        samples.load(fresh, "rough")

    assert fresh.table("entities").count == 6


def test_bulk_makes_as_much_as_asked_for(fresh: Database) -> None:
    samples.load(fresh, "bulk", entities=2, payables=30, records=50)

    assert fresh.table("entities").count == 2
    assert fresh.table("payables").count == 60
    assert fresh.table("synced_records").count == 100
    assert fresh.table("payable_line_items").count >= 60


def test_one_business_alone_is_large_and_each_of_several_is_small(fresh: Database) -> None:
    samples.load(fresh, "bulk", entities=3)
    of_three = fresh.table("payables").count

    samples.load(fresh, "bulk")

    assert (of_three, fresh.table("payables").count) == (30, 2000)


def test_more_than_a_bulk_can_be_is_refused_and_changes_nothing(fresh: Database) -> None:
    samples.load(fresh, "bulk", entities=1, payables=1)

    with pytest.raises(ValueError, match="at most"):
        samples.load(fresh, "bulk", entities=1000, payables=50_000)

    assert fresh.table("payables").count == 1


def test_every_reference_in_the_sample_data_leads_somewhere(smooth: Database, fresh: Database) -> None:
    samples.load(fresh, "bulk", entities=2, payables=3, records=5)

    for db in (smooth, fresh):
        assert list(db.query("PRAGMA foreign_key_check")) == []
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)


@given(st.lists(st.text() | st.integers(), max_size=4))
def test_an_id_is_the_uuid_of_its_words(words: list[str | int]) -> None:
    assert new_id(*words) == str(uuid5(SPACE, "/".join(map(str, words))))


@pytest.mark.parametrize("key", KEYS)
def test_a_business_has_bills_in_every_status(smooth: Database, key: str) -> None:
    statuses = Counter(row["status"] for row in of(smooth, "payables", key))

    assert set(statuses) == BILL_STATUSES
    assert statuses["waiting_to_be_paid"] >= 3


@pytest.mark.parametrize("key", KEYS)
def test_at_least_three_waiting_bills_have_a_number_of_their_own(smooth: Database, key: str) -> None:
    numbers = Counter(row["document_id"] for row in of(smooth, "payables", key))

    waiting = of(smooth, "payables", key, "status = 'waiting_to_be_paid'")

    assert len([row for row in waiting if numbers[row["document_id"]] == 1]) >= 3


@pytest.mark.parametrize("key", KEYS)
def test_invoices_show_every_rule(smooth: Database, key: str) -> None:
    invoices = of(smooth, "receivables", key, "type = 'invoice'")
    bodies = [json.loads(row["body"]) for row in invoices]

    assert {"issued", "overdue", "paid", "canceled", "uncollectible"} <= {row["status"] for row in invoices}
    assert any(body["discount"] for body in bodies)
    assert any(line["discount"] for body in bodies if not body["discount"] for line in body["line_items"])


@pytest.mark.parametrize("key", KEYS)
def test_books_hold_what_monite_does_not_and_names_twice(smooth: Database, key: str) -> None:
    own = of(smooth, "organisations", key, "is_own = 1 AND platform = 'xero'")[0]["id"]
    monite = Counter(row["name"] for row in of(smooth, "counterparts", key))
    contacts = Counter(
        row["name"] for row in smooth.query("SELECT name FROM book_contacts WHERE organisation_id = ?", [own])
    )
    items = {
        row["name"] for row in smooth.query("SELECT name FROM book_items WHERE organisation_id = ?", [own])
    }
    products = Counter(row["name"] for row in of(smooth, "products", key))

    pulled = of(smooth, "measure_units", key, "name = 'unit'")
    assert set(contacts) - set(monite)
    assert pulled or items - set(products)
    assert max(contacts.values()) > 1
    assert max(monite.values()) > 1
    assert max(products.values()) > 1


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("platform", ["xero", "quickbooks_online"])
def test_a_person_signs_in_to_two_organisations_of_which_one_is_wrong(
    smooth: Database, key: str, platform: str
) -> None:
    found = of(smooth, "organisations", key, f"platform = '{platform}'")

    assert sorted(row["is_own"] for row in found) == [0, 1]
    accounts = {
        row["is_own"]: {
            account["id"]
            for account in smooth.query("SELECT id FROM book_accounts WHERE organisation_id = ?", [row["id"]])
        }
        for row in found
    }
    assert len(accounts[1]) > 50
    assert 5 <= len(accounts[0]) < 20


def test_the_business_of_the_walk_is_untouched(smooth: Database) -> None:
    assert of(smooth, "connections", "fernlight") == []
    assert of(smooth, "synced_records", "fernlight") == []
    assert of(smooth, "payable_line_items", "fernlight", "ledger_account_id IS NOT NULL") == []


def test_the_walk_meets_a_waiting_bill_whose_tax_the_books_lack(smooth: Database) -> None:
    rates = {
        row["rate"]
        for row in smooth.query(
            """
            SELECT rate FROM book_tax_rates JOIN organisations ON organisations.id = organisation_id
            WHERE entity_id = ? AND is_own = 1 AND on_purchases = 1
            """,
            [entity(smooth, "fernlight")],
        )
    }
    lacking = [
        row["document_id"]
        for row in smooth.query(
            """
            SELECT document_id, tax FROM payables JOIN payable_line_items ON payable_id = payables.id
            WHERE payables.entity_id = ? AND status = 'waiting_to_be_paid'
            """,
            [entity(smooth, "fernlight")],
        )
        if row["tax"] not in rates
    ]

    assert lacking == ["GM-204418"]


def connection(db: Database, key: str) -> dict[str, Any]:
    return of(db, "connections", key)[0]


def outcomes(db: Database, key: str) -> Counter[tuple[str, str]]:
    return Counter((row["object_type"], row["sync_status"]) for row in of(db, "synced_records", key))


def test_the_healthy_business_has_sent_everything(smooth: Database) -> None:
    found = outcomes(smooth, "kettwerk")

    assert connection(smooth, "kettwerk")["status"] == "connected"
    assert {status for _, status in found} == {"done"}
    assert found["bill", "done"] > 40
    assert found["receivable", "done"] > 20


def test_the_failing_business_fails_for_many_different_reasons(smooth: Database) -> None:
    failed = of(smooth, "synced_records", "saguaro", "sync_status = 'error'")
    causes = {json.loads(row["errors"])["message"].split(":")[0] for row in failed}

    assert connection(smooth, "saguaro")["platform"] == "quickbooks_online"
    assert len(failed) >= 12
    assert len(causes) >= 8
    assert outcomes(smooth, "saguaro")["bill", "done"] > 20


def test_the_business_in_the_middle_of_its_set_up_is_imported_and_held(smooth: Database) -> None:
    found = outcomes(smooth, "grauvelle")
    rules = of(smooth, "sync_rules", "grauvelle")[0]
    waiting = smooth.query(
        """
        SELECT l.ledger_account_id FROM payable_line_items l JOIN payables p ON p.id = payable_id
        WHERE p.entity_id = ? AND p.status = 'waiting_to_be_paid'
        """,
        [entity(smooth, "grauvelle")],
    )

    assert connection(smooth, "grauvelle")["first_pull_done"] == 1
    assert (rules["payable"], rules["receivable"]) == ("[]", "[]")
    assert not [kind for kind, _ in found if kind in ("bill", "receivable")]
    assert {row["ledger_account_id"] for row in waiting} == {None}


def test_the_business_without_access_keeps_what_it_had(smooth: Database) -> None:
    row = connection(smooth, "wattlebrae")

    assert row["status"] == "deauthorized"
    assert json.loads(row["errors"])[0]["message"]
    assert outcomes(smooth, "wattlebrae")["bill", "done"] > 40


def test_nothing_of_a_story_happens_after_now(smooth: Database) -> None:
    now = clock.stamp(clock.now(smooth))

    assert all(row["updated_at"] <= now for row in smooth.query("SELECT updated_at FROM synced_records"))
    assert all(row["due_at"] > now for row in smooth.query("SELECT due_at FROM jobs"))


def test_the_large_business_is_connected_and_held(smooth: Database) -> None:
    assert connection(smooth, "tamarack")["status"] == "connected"
    assert outcomes(smooth, "tamarack")["bill", "done"] == 0


def test_the_large_business_has_two_thousand_bills(smooth: Database) -> None:
    assert len(of(smooth, "payables", "tamarack")) == 2000


def test_documents_end_near_today_and_never_after_now(smooth: Database) -> None:
    now = clock.now(smooth)
    newest = max(row["issued_at"] for row in of(smooth, "payables", "fernlight"))
    made = max(row["created_at"] for row in smooth.query("SELECT created_at FROM payables"))

    assert 0 <= (now.date() - type(now).fromisoformat(newest).date()).days < 8
    assert made < clock.stamp(now)
