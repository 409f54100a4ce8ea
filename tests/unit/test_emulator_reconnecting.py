"""Losing access, ending a connection, and connecting again: what stays linked and what begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from app.emulator.rules import links
from app.emulator.rules.versions import VERSIONS
from app.emulator.sync import connections
from tests.emulator_factories import Practice

EVERY_CHANGE = list(product(VERSIONS, VERSIONS))


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    yield made
    made.close()


def connect(practice: Practice, version: str, *, wrong: bool = False) -> None:
    """A new connection in the way of this version, its first pull done."""
    row = connections.create(
        practice.db,
        practice.entity_id,
        practice.platform if VERSIONS[version].link_style == "codat" else None,
        settings_provider="codat",
        version=VERSIONS[version],
    )
    practice.connection_id = row["id"]
    sign_in(practice, wrong=wrong)


def sign_in(practice: Practice, *, wrong: bool = False) -> None:
    """Give access at the connection's address."""
    organisation_id = practice.wrong_id if wrong else practice.organisation_id
    connections.authorise(practice.db, practice.connection_id, "xero", organisation_id)
    practice.run()


def sent_bill(practice: Practice) -> str:
    """A bill that has arrived in the connected books."""
    bill_id = practice.bill()
    practice.sync()
    assert practice.record(bill_id)["sync_status"] == "done"
    return bill_id


def bills_in(practice: Practice, organisation_id: str) -> int:
    rows = practice.db.query(
        "SELECT count(*) AS n FROM book_documents WHERE organisation_id = ?", [organisation_id]
    )
    return int(next(rows)["n"])


@pytest.mark.parametrize(("before", "after"), EVERY_CHANGE)
def test_connecting_the_same_organisation_again_keeps_every_link(
    practice: Practice, before: str, after: str
) -> None:
    connect(practice, before)
    bill_id = sent_bill(practice)
    record = practice.record(bill_id)
    practice.disconnect()

    connect(practice, after)
    practice.touch("payables", bill_id, due_date="2026-12-31")
    practice.sync()

    again = practice.record(bill_id)
    assert (again["id"], again["platform_object_id"]) == (record["id"], record["platform_object_id"])
    assert again["sync_status"] == "done"
    assert bills_in(practice, practice.organisation_id) == 1


@pytest.mark.parametrize(("before", "after"), EVERY_CHANGE)
def test_another_organisation_begins_with_records_of_its_own(
    practice: Practice, before: str, after: str
) -> None:
    connect(practice, before)
    bill_id = sent_bill(practice)
    (first,) = practice.records("bill")
    practice.disconnect()

    connect(practice, after, wrong=True)

    records = [row for row in practice.records("bill") if row["object_id"] == bill_id]
    assert [row["organisation_id"] for row in records] == [practice.organisation_id, practice.wrong_id]
    assert records[0] == first
    assert bills_in(practice, practice.organisation_id) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_access_that_was_lost_is_renewed_at_the_same_address(practice: Practice, version: str) -> None:
    connect(practice, version)
    bill_id = sent_bill(practice)
    address = links.path(practice.connection)
    connections.revoke(practice.db, practice.connection_id)

    sign_in(practice)
    practice.touch("payables", bill_id, due_date="2026-12-31")
    practice.sync()

    assert (practice.connection["status"], links.path(practice.connection)) == ("connected", address)
    assert practice.record(bill_id)["sync_status"] == "done"
    assert bills_in(practice, practice.organisation_id) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_access_that_was_lost_may_be_renewed_for_another_organisation(
    practice: Practice, version: str
) -> None:
    connect(practice, version, wrong=True)
    connections.revoke(practice.db, practice.connection_id)

    sign_in(practice)
    sent_bill(practice)

    assert bills_in(practice, practice.organisation_id) == 1
    assert bills_in(practice, practice.wrong_id) == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_while_access_is_lost_nothing_is_read_or_written(practice: Practice, version: str) -> None:
    connect(practice, version)
    pulled = practice.connection["last_pull"]
    connections.revoke(practice.db, practice.connection_id)
    practice.bill()

    practice.advance(3 * 3600)

    assert practice.connection["last_pull"] == pulled
    assert bills_in(practice, practice.organisation_id) == 0
