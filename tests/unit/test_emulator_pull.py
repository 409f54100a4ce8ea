from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.emulator.store import clock, faults
from app.emulator.sync import connections as sync
from tests.emulator_factories import Practice


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    yield made
    made.close()


def statuses(practice: Practice) -> dict[str, str]:
    rows = practice.db.query(
        "SELECT platform_account_id, status FROM ledger_accounts WHERE organisation_id = ?",
        [practice.organisation_id],
    )
    return {row["platform_account_id"]: row["status"] for row in rows}


def test_the_first_pull_brings_accounts_and_rates_and_moves_last_pull(practice: Practice) -> None:
    practice.connect()

    row = practice.connection
    assert statuses(practice) == {"acc-costs": "Active"}
    assert next(practice.db.query("SELECT COUNT(*) AS n FROM accounting_tax_rates"))["n"] == 1
    assert row["first_pull_done"] == 1
    assert row["last_pull"] > row["linked_at"]


def test_a_human_first_pull_comes_step_by_step() -> None:
    practice = Practice(instant=False)
    practice.counterpart()
    practice.contact("c", "Kohl AG")
    practice.item("i", "Tea")
    practice.connect()

    seen = []
    for _ in range(4):
        practice.advance(2)
        seen.append(
            (len(statuses(practice)), len(practice.records()), practice.connection["first_pull_done"])
        )

    assert seen == [(1, 0, 0), (1, 0, 0), (1, 1, 0), (1, 2, 1)]
    practice.close()


def test_a_slow_pull_keeps_even_an_instant_emulator_waiting(practice: Practice) -> None:
    faults.add(practice.db, "slow_pull", count=1)
    practice.connect()

    assert statuses(practice) == {}
    practice.advance(120)
    assert practice.connection["first_pull_done"] == 1


def test_a_matched_counterpart_is_linked_and_nothing_is_made_of_the_others(practice: Practice) -> None:
    known, unknown = practice.counterpart("Kohl AG"), practice.counterpart("Nobody")
    practice.contact("c", "Kohl AG")
    practice.contact("d", "Only in the books")

    practice.connect()

    assert practice.record(known)["platform_object_id"] == "c"
    assert unknown not in {row["object_id"] for row in practice.records()}
    assert next(practice.db.query("SELECT COUNT(*) AS n FROM counterparts"))["n"] == 2


def test_who_is_vendor_and_customer_has_a_record_of_each(practice: Practice) -> None:
    practice.counterpart(customer=True)
    practice.contact("c", "Kohl AG")

    practice.connect()

    assert [row["object_type"] for row in practice.records()] == ["vendor", "customer"]


def test_contacts_that_nothing_tells_apart_link_nobody(practice: Practice) -> None:
    practice.counterpart()
    practice.contact("c", "Kohl AG")
    practice.contact("d", "Kohl AG")

    practice.connect()

    assert practice.records("vendor") == []


def test_an_item_becomes_a_product_in_the_organisation_s_currency_with_its_account(
    practice: Practice,
) -> None:
    practice.item("i", "Tea", account_id="acc-costs")

    practice.connect()

    (product,) = practice.db.query("SELECT * FROM products")
    assert (product["name"], product["price"], product["currency"]) == ("Tea", 500, "EUR")
    assert product["ledger_account_id"] == practice.account_id()
    assert practice.record(product["id"])["platform_object_id"] == "i"
    assert product["measure_unit_id"] is not None


def test_an_item_put_away_is_not_pulled(practice: Practice) -> None:
    practice.item("i", "Tea", status="Archived")

    practice.connect()

    assert practice.records("product") == []


def test_a_product_of_a_name_used_twice_says_so(practice: Practice) -> None:
    tea = practice.product("Tea")
    practice.item("i", "Tea")
    practice.item("j", "Tea")

    practice.connect()

    assert practice.error(tea) == "several products share this name: Tea"


def test_items_of_one_name_that_no_product_has_are_told_too(practice: Practice) -> None:
    practice.item("i", "Tea")
    practice.item("j", "Tea")

    practice.connect()
    practice.sync()

    records = practice.records("product")
    assert [(row["object_id"], row["sync_status"]) for row in records] == [(None, "error")] * 2


def test_products_are_created_on_the_first_connection_only(practice: Practice) -> None:
    practice.connect()
    practice.item("i", "Tea")

    practice.sync()

    assert practice.records("product") == []


def test_a_link_is_never_looked_at_again(practice: Practice) -> None:
    vendor = practice.counterpart()
    practice.contact("c", "Kohl AG")
    practice.connect()
    before = practice.record(vendor)
    practice.db.execute("UPDATE book_contacts SET name = 'Kohl SE'")

    practice.sync()

    assert practice.record(vendor) == before


def test_a_counterpart_made_later_is_matched_at_the_next_sync(practice: Practice) -> None:
    practice.contact("c", "Kohl AG")
    practice.connect()
    vendor = practice.counterpart()

    practice.sync()

    assert practice.record(vendor)["platform_object_id"] == "c"


def test_a_sync_notices_accounts_that_were_archived_removed_or_added(practice: Practice) -> None:
    practice.account("acc-old")
    practice.connect()
    practice.db.execute("UPDATE book_accounts SET status = 'ARCHIVED' WHERE id = 'acc-costs'")
    practice.db.execute("DELETE FROM book_accounts WHERE id = 'acc-old'")
    practice.account("acc-new")

    practice.sync()

    assert statuses(practice) == {"acc-costs": "Archived", "acc-old": "Archived", "acc-new": "Active"}


def test_a_pull_keeps_the_ids_that_lines_refer_to(practice: Practice) -> None:
    practice.connect()
    before = practice.account_id()

    practice.disconnect()
    practice.connect()

    assert practice.account_id() == before is not None


def test_the_hourly_sync_comes_an_hour_after_the_pull_and_again_after_that(practice: Practice) -> None:
    practice.connect()
    pulls = [practice.connection["last_pull"]]

    for _ in range(2):
        assert practice.advance(3500) == 0
        assert practice.advance(120) == 1
        pulls.append(practice.connection["last_pull"])

    assert pulls == sorted(set(pulls))


def test_a_clock_moved_by_a_day_runs_one_sync_and_keeps_the_hour(practice: Practice) -> None:
    practice.connect()
    first = practice.connection["next_sync_at"]

    ran = practice.advance(24 * 3600)

    assert ran <= 2
    assert practice.connection["next_sync_at"] > clock.stamp(clock.now(practice.db))
    assert practice.connection["next_sync_at"][14:] == first[14:]


def test_no_sync_comes_after_access_was_withdrawn(practice: Practice) -> None:
    practice.connect()
    sync.revoke(practice.db, practice.connection_id)

    assert practice.advance(7200) == 0
    assert practice.connection["next_sync_at"] is None


def test_a_sync_asked_for_twice_runs_once() -> None:
    practice = Practice(instant=False)
    practice.connect()
    practice.advance(8)
    for _ in range(2):
        sync.request_sync(practice.db, practice.connection_id)

    assert practice.advance(2) == 1
    practice.close()
