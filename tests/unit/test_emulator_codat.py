"""What becomes of connections, reads and pushes on Codat's side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from app.emulator.store import codat_companies, codat_datasets, faults
from app.emulator.store.synced_records import find_one
from app.emulator.sync import connections as sync
from app.emulator.sync import mishaps
from tests.emulator_factories import Practice

Row = dict[str, Any]


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    yield made
    made.close()


@pytest.fixture
def human() -> Iterator[Practice]:
    made = Practice(instant=False)
    yield made
    made.close()


def datasets(practice: Practice) -> dict[str, str]:
    """The newest status of each data type."""
    rows = practice.db.query("SELECT data_type, status FROM codat_datasets ORDER BY rowid")
    return {row["data_type"]: row["status"] for row in rows}


def operations(practice: Practice) -> list[Row]:
    return list(practice.db.query("SELECT * FROM codat_push_operations ORDER BY rowid"))


def record_of(practice: Practice, object_id: str, object_type: str = "bill") -> Row:
    found = find_one(practice.db, practice.entity_id, practice.organisation_id, object_type, object_id)
    assert found is not None
    return found


def errors(practice: Practice) -> list[tuple[str, str, bool]]:
    found = codat_companies.find_errors(practice.db, [practice.connection_id])[practice.connection_id]
    return [(row["status_code"], row["status_text"], row["resolved_at"] is not None) for row in found]


def arm(practice: Practice, kind: str, **options: Any) -> None:
    mishaps.arm(practice.db, kind, entity_id=practice.entity_id, count=1, options=options)


def pushed(practice: Practice) -> str:
    """A bill that the forced sync tries to push."""
    practice.connect()
    bill = practice.bill(practice.counterpart())
    practice.sync()
    return bill


def test_all_connections_of_an_entity_belong_to_one_company(practice: Practice) -> None:
    practice.connect()
    first = practice.connection
    sync.disconnect(practice.db, first["id"])
    practice.connect()

    assert practice.connection["id"] != first["id"]
    assert practice.connection["company_id"] == first["company_id"]


def test_a_first_pull_reads_every_data_type(practice: Practice) -> None:
    practice.connect()

    assert datasets(practice) == dict.fromkeys(
        ("company", "chartOfAccounts", "taxRates", "suppliers", "customers", "items", "bills", "invoices"),
        "Complete",
    )


def test_what_a_first_pull_has_yet_to_read_is_queued(human: Practice) -> None:
    human.connect()
    human.advance(2)

    found = datasets(human)
    assert (found["chartOfAccounts"], found["taxRates"], found["items"]) == ("Complete", "Queued", "Queued")


def test_a_read_tells_whether_anything_has_changed(practice: Practice) -> None:
    practice.connect()
    practice.sync()
    practice.item("new", "Tea")
    practice.sync()

    rows = practice.db.query("SELECT records_modified FROM codat_datasets WHERE data_type = 'items'")
    assert [row["records_modified"] for row in rows] == [1, 0, 1]


def test_reads_are_forgotten_after_three_months(practice: Practice) -> None:
    practice.connect()
    early = {row["id"] for row in practice.db.query("SELECT id FROM codat_datasets")}
    practice.advance(100 * 24 * 3600)

    late = {row["id"] for row in practice.db.query("SELECT id FROM codat_datasets")}
    assert late
    assert not early & late


def test_a_data_type_that_cannot_be_pulled_leaves_the_first_pull_unfinished(practice: Practice) -> None:
    practice.item("i", "Tea")
    arm(practice, "pull_failing")
    practice.connect()

    assert datasets(practice)["items"] == "FetchError"
    assert set(datasets(practice).values()) == {"Complete", "FetchError"}
    assert practice.connection["first_pull_done"] == 0
    assert json.loads(practice.connection["errors"]) == [
        {"message": "The items could not be pulled from the accounting system."}
    ]
    assert practice.db.table("products").count == 0


@pytest.mark.parametrize(
    "data_type", ["chartOfAccounts", "taxRates", "suppliers", "customers", "items", "bills"]
)
def test_the_next_sync_mends_a_pull(practice: Practice, data_type: str) -> None:
    practice.item("i", "Tea")
    arm(practice, "pull_failing", data_type=data_type)
    practice.connect()
    practice.advance(3600)

    assert set(datasets(practice).values()) == {"Complete"}
    assert (practice.connection["first_pull_done"], practice.connection["errors"]) == (1, None)
    assert practice.db.table("products").count == 1


def test_only_what_fails_is_not_matched(practice: Practice) -> None:
    supplier = practice.counterpart("Kohl AG")
    customer = practice.counterpart("Kundin GmbH", vendor=False, customer=True)
    practice.contact("s", "Kohl AG")
    practice.contact("c", "Kundin GmbH", supplier=False)
    arm(practice, "pull_failing", data_type="suppliers")
    practice.connect()

    found = {row["object_id"] for row in practice.db.query("SELECT object_id FROM synced_records")}
    assert customer in found
    assert supplier not in found


def test_a_later_pull_that_lacks_something_still_pushes(practice: Practice) -> None:
    practice.connect()
    bill = practice.bill(practice.counterpart())
    before = practice.connection["last_pull"]
    arm(practice, "pull_failing", data_type="taxRates")
    practice.sync()

    assert record_of(practice, bill)["sync_status"] == "done"
    assert practice.connection["last_pull"] == before
    assert practice.connection["errors"] is not None


def test_a_push_becomes_an_operation_that_names_what_was_written(practice: Practice) -> None:
    bill = pushed(practice)

    found = [one for one in operations(practice) if one["data_type"] == "bills"]
    assert [(one["status"], one["status_code"], one["type"]) for one in found] == [("Success", 200, "Create")]
    assert found[0]["platform_object_id"] == record_of(practice, bill)["platform_object_id"]


def test_a_change_is_an_update(practice: Practice) -> None:
    bill = pushed(practice)
    practice.touch("payables", bill, due_date="2026-08-01")
    practice.sync()

    assert [one["type"] for one in operations(practice) if one["data_type"] == "bills"] == [
        "Create",
        "Update",
    ]


def test_a_push_at_human_speed_is_pending_for_two_seconds(human: Practice) -> None:
    human.connect()
    human.advance(8)
    human.bill(human.counterpart())
    human.sync()
    human.advance(1)
    begun = [(one["status"], one["completed"]) for one in operations(human)]
    human.advance(2)

    assert begun == [("Pending", None)]
    (found,) = [one for one in operations(human) if one["data_type"] == "bills"]
    taken = datetime.fromisoformat(found["completed"]) - datetime.fromisoformat(found["requested"])
    assert (found["status"], round(taken.total_seconds())) == ("Success", 2)


def test_what_lacks_something_by_the_time_of_its_push_was_never_sent(human: Practice) -> None:
    human.connect()
    human.advance(8)
    bill = human.bill(human.counterpart())
    human.sync()
    human.advance(1)
    human.db.execute("DELETE FROM payable_line_items WHERE payable_id = ?", [bill])
    human.advance(2)

    assert record_of(human, bill)["sync_status"] == "error"
    assert operations(human) == []


def test_a_contact_that_is_created_is_a_push_of_its_own(practice: Practice) -> None:
    practice.connect()
    practice.bill(practice.counterpart())
    practice.invoice()
    practice.sync()

    found = {one["data_type"]: one["status"] for one in operations(practice)}
    assert found == dict.fromkeys(("bills", "invoices", "suppliers", "customers"), "Success")


def test_a_contact_that_was_found_is_not_pushed(practice: Practice) -> None:
    practice.contact("c", "Kohl AG")
    pushed(practice)

    assert [one["data_type"] for one in operations(practice)] == ["bills"]


def test_a_contact_that_the_books_refuse_is_a_failed_push(practice: Practice) -> None:
    practice.connect()
    practice.change_organisation(subscription="lapsed")
    practice.bill(practice.counterpart())
    practice.sync()

    (found,) = operations(practice)
    (item,) = json.loads(found["validation"])
    assert (found["data_type"], found["status"], item["validatorName"]) == ("suppliers", "Failed", "Supplier")


def test_a_refusal_of_the_books_is_in_the_validation(practice: Practice) -> None:
    practice.connect()
    practice.change_organisation(lock_date="2026-12-31")
    bill = practice.bill(practice.counterpart())
    practice.sync()

    (found,) = [one for one in operations(practice) if one["data_type"] == "bills"]
    assert (found["status"], found["status_code"]) == ("Failed", 400)
    (item,) = json.loads(found["validation"])
    assert (item["itemId"], item["validatorName"]) == ("", "Bill")
    assert item["message"] == json.loads(record_of(practice, bill)["errors"])["message"]


def test_what_monite_itself_refuses_never_reaches_codat(practice: Practice) -> None:
    practice.connect()
    practice.bill(practice.counterpart(), lines=[])
    practice.sync()

    assert [one for one in operations(practice) if one["data_type"] == "bills"] == []


def test_a_stuck_push_is_pending_on_both_sides_for_an_hour(practice: Practice) -> None:
    practice.connect()
    arm(practice, "push_stuck")
    bill = practice.bill(practice.counterpart())
    practice.sync()
    (begun,) = [one for one in operations(practice) if one["data_type"] == "bills"]
    waiting = record_of(practice, bill)["sync_status"]
    practice.advance(3599)
    still = record_of(practice, bill)["sync_status"]
    practice.advance(2)

    assert (begun["status"], begun["status_code"], waiting, still) == ("Pending", 202, "pending", "pending")
    (ended,) = [one for one in operations(practice) if one["data_type"] == "bills"]
    assert (ended["key"], ended["status"]) == (begun["key"], "Success")
    assert record_of(practice, bill)["sync_status"] == "done"


def test_a_push_that_timed_out_is_in_the_books_once_however_often_it_is_tried(practice: Practice) -> None:
    practice.connect()
    arm(practice, "push_timed_out")
    bill = practice.bill(practice.counterpart())
    practice.sync()
    after_time_out = record_of(practice, bill)
    practice.retry(bill)
    practice.run()

    assert after_time_out["sync_status"] == "error"
    assert json.loads(after_time_out["errors"]) == {"message": "status TimedOut"}
    assert record_of(practice, bill)["sync_status"] == "done"
    assert practice.db.table("book_documents").count == 1
    found = [one["status"] for one in operations(practice) if one["data_type"] == "bills"]
    assert found == ["TimedOut", "Success"]


def test_cancelling_leaves_an_error_that_linking_resolves(practice: Practice) -> None:
    row = sync.create(practice.db, practice.entity_id, "xero", settings_provider="codat")
    practice.connection_id = row["id"]
    sync.deny(practice.db, row["id"])
    before = errors(practice)
    sync.authorise(practice.db, row["id"])

    assert before == [("403", "User cancelled linking", False)]
    assert errors(practice) == [("403", "User cancelled linking", True)]


def test_losing_access_fails_what_is_under_way(practice: Practice) -> None:
    practice.connect()
    arm(practice, "push_stuck")
    practice.bill(practice.counterpart())
    practice.sync()
    codat_datasets.queue(practice.db, practice.connection_id, ["items"], at="2026-11-15T10:00:00+00:00")
    sync.revoke(practice.db, practice.connection_id)

    assert errors(practice) == [("401", "The integration de-authorized access to the connection.", False)]
    (found,) = [one for one in operations(practice) if one["data_type"] == "bills"]
    assert (found["status"], found["status_code"]) == ("Failed", 401)
    rows = practice.db.query("SELECT status FROM codat_datasets WHERE requested LIKE '2026-11-15T10:00:00%'")
    assert [row["status"] for row in rows] == ["AuthError"]


def test_connections_of_other_providers_are_unknown_to_codat(practice: Practice) -> None:
    sync.create(practice.db, practice.entity_id, "xero", settings_provider="railz")

    assert codat_companies.count(practice.db) == 0
    assert faults.find_all(practice.db) == []
