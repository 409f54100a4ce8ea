"""Codat's side, whatever happens in whatever order: it never says other than Monite's and the books do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.emulator.errors import ConflictError
from app.emulator.sync import connections as sync
from app.emulator.sync import mishaps, push
from tests.emulator_clients import Face, face
from tests.emulator_factories import Practice

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
WORDS = (
    "companies",
    "connections",
    "data",
    "push",
    "dataStatus",
    "webhooks",
    "profile",
    "history",
    "queue",
    "all",
    "items",
)


class World:
    """One business behind Codat, and what can happen to it."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        practice.connect()
        practice.run()
        practice.advance(10)
        self.vendor = practice.counterpart()

    def a_bill_comes(self) -> None:
        self.practice.bill(self.vendor, number=f"B-{self.practice.db.table('payables').count}")

    def a_bill_that_lacks_its_lines_comes(self) -> None:
        self.practice.bill(self.vendor, number="lacking", lines=[])

    def a_bill_changes(self) -> None:
        for row in list(self.practice.db.query("SELECT id FROM payables LIMIT 1")):
            self.practice.touch("payables", row["id"], due_date="2026-08-01")

    def the_books_are_shut(self) -> None:
        self.practice.change_organisation(lock_date="2026-12-31")

    def the_books_are_open(self) -> None:
        self.practice.change_organisation(lock_date=None)

    def a_push_will_be_stuck(self) -> None:
        mishaps.arm(self.practice.db, "push_stuck", count=1)

    def a_push_will_time_out(self) -> None:
        mishaps.arm(self.practice.db, "push_timed_out", count=1)

    def a_pull_will_fail(self) -> None:
        mishaps.arm(self.practice.db, "pull_failing", count=1, options={"data_type": "suppliers"})

    def somebody_syncs(self) -> None:
        with suppress(ConflictError):
            self.practice.sync()

    def somebody_retries(self) -> None:
        for row in list(self.practice.db.query("SELECT id FROM synced_records WHERE sync_status = 'error'")):
            with suppress(ConflictError):
                push.push(self.practice.db, row["id"])
        self.practice.run()

    def seconds_pass(self) -> None:
        self.practice.advance(3)

    def an_hour_passes(self) -> None:
        self.practice.advance(3600)

    def access_is_withdrawn(self) -> None:
        with suppress(ConflictError):
            sync.revoke(self.practice.db, self.practice.connection_id)

    def access_is_given_again(self) -> None:
        with suppress(ConflictError):
            sync.authorise(self.practice.db, self.practice.connection_id)
        self.practice.run()

    def somebody_connects_anew(self) -> None:
        sync.disconnect(self.practice.db, self.practice.connection_id)
        self.practice.connect()

    # What must hold

    def check(self) -> None:
        """Every operation agrees with its record and with the books."""
        records = {row["id"]: row for row in self.practice.db.query("SELECT * FROM synced_records")}
        written = {row["id"] for row in self.practice.db.query("SELECT id FROM book_documents")}
        pending, last = [], {}
        for row in self.practice.db.query("SELECT * FROM codat_push_operations ORDER BY requested, rowid"):
            assert (row["completed"] is None) == (row["status"] == "Pending")
            assert (row["platform_object_id"] is not None) == (row["status"] == "Success")
            if row["status"] == "Pending":
                pending.append(row["record_id"])
                assert records[row["record_id"]]["sync_status"] == "pending"
            elif row["data_type"] == "bills":
                last[row["record_id"]] = row
        assert len(set(pending)) == len(pending)
        for record_id, row in last.items():
            event(row["status"])
            if row["status"] == "Success":
                assert row["platform_object_id"] in written
                assert records[record_id]["platform_object_id"] == row["platform_object_id"]
        assert len(written) <= self.practice.db.table("payables").count
        waiting = "SELECT 1 FROM codat_datasets WHERE completed IS NULL LIMIT 1"
        connected = self.practice.connection["status"] == "connected"
        assert connected or not list(self.practice.db.query(waiting))


# Weighted towards what leads to pushes.
HAPPENINGS: tuple[Callable[[World], None], ...] = (
    *[World.a_bill_comes] * 4,
    *[World.somebody_syncs] * 5,
    *[World.seconds_pass] * 4,
    World.a_bill_that_lacks_its_lines_comes,
    World.a_bill_changes,
    World.the_books_are_shut,
    World.the_books_are_open,
    World.a_push_will_be_stuck,
    World.a_push_will_time_out,
    World.a_pull_will_fail,
    World.somebody_retries,
    World.an_hour_passes,
    World.access_is_withdrawn,
    World.access_is_given_again,
    World.somebody_connects_anew,
)


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(
    happenings=st.lists(st.sampled_from(HAPPENINGS), min_size=10, max_size=40),
    instant=st.booleans(),
)
def test_codat_agrees_with_both_sides(happenings: list[Callable[[World], None]], instant: bool) -> None:
    with closing(Practice(instant=instant)) as practice:
        world = World(practice)
        for happening in happenings:
            happening(world)
            world.check()


@pytest.fixture(scope="module")
def monite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    with face(tmp_path_factory.mktemp("codat")) as made:
        made.connect()
        yield made


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(
    method=st.sampled_from(METHODS),
    parts=st.lists(st.sampled_from(WORDS) | st.text("aé%/?.\x00", max_size=3), max_size=4),
    of_company=st.booleans(),
    body=st.binary(max_size=20) | st.sampled_from([b'{"status":"Linked"}', b'{"url":null}', b"{}"]),
)
def test_whatever_is_asked_of_codat_is_answered_in_its_way(
    monite: Face, method: str, parts: list[str], of_company: bool, body: bytes
) -> None:
    company = next(monite.db.query("SELECT company_id FROM connections"))["company_id"]
    path = "/".join(["/codat", *(["companies", company] if of_company else []), *parts])
    headers = {"Authorization": "Basic a2V5"}
    answer = monite.app.test_client().open(path, method=method, data=body, headers=headers)

    event(str(answer.status_code))
    assert answer.status_code < 500 or answer.status_code == 501
    if answer.status_code >= 400 and method != "HEAD":
        assert answer.get_json()["statusCode"] == answer.status_code
