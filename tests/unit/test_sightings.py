"""What is written down when a connection or a record is seen at Monite."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from app.domain.connections import Connection, ConnectionStatus
from app.domain.record_tries import TryResult
from app.domain.synced_records import SyncedRecord
from app.services import sightings
from app.store import (
    connections,
    events,
    record_tries,
    resources,
    revisions,
    synced_records,
    watched_records,
)
from app.store.database import write
from tests.factories import MARIE

AT = datetime(2026, 6, 8, 10, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
PENDING = Connection(
    id="c1",
    status=ConnectionStatus.PENDING_AUTH,
    platform="xero",
    connection_url="https://x.test",
    last_pull=AT + timedelta(microseconds=30),
    created_at=AT,
    updated_at=AT,
)
CONNECTED = replace(PENDING, status=ConnectionStatus.CONNECTED)
IMPORTED = replace(CONNECTED, last_pull=AT + timedelta(minutes=1))
FAILED = SyncedRecord(
    id="r1",
    object_type="bill",
    object_id="b1",
    sync_status="error",
    error_text="Something odd",
    platform="xero",
    platform_object_id=None,
    provider="codat",
    provider_object_id=None,
    last_pulled_at=AT,
    object_updated_at=AT,
    created_at=AT,
    updated_at=AT,
)
PUSHED = replace(FAILED, sync_status="pending", error_text=None, updated_at=AT + timedelta(seconds=1))
SENT = replace(PUSHED, sync_status="done", updated_at=AT + timedelta(seconds=2))


def see(db: Database, *seen: Connection, now: datetime = LATER) -> None:
    for connection in seen:
        with write(db):
            sightings.connection(db, "e1", connection, now)


def kinds(db: Database) -> list[str]:
    return [event.kind for event in reversed(events.find(db, "e1"))]


def see_record(db: Database, *seen: SyncedRecord) -> None:
    for record in seen:
        with write(db):
            sightings.records(db, "e1", [(record, {"id": record.id})], LATER)


def test_the_stamp_that_a_new_connection_carries_is_no_import(db: Database) -> None:
    see(db, PENDING, CONNECTED)

    current = connections.current(db, "e1")
    assert current is not None
    assert current.first_connected_at == LATER
    assert current.imported_at is None
    assert kinds(db) == ["connected"]


def test_an_import_that_ended_before_we_looked_counts(db: Database) -> None:
    see(db, PENDING, IMPORTED)

    current = connections.current(db, "e1")
    assert current is not None
    assert current.imported_at == IMPORTED.last_pull
    assert kinds(db) == ["connected", "import_finished"]


def test_a_connection_older_than_the_store_is_known_to_have_been_imported(db: Database) -> None:
    see(db, IMPORTED)

    current = connections.current(db, "e1")
    assert current is not None
    assert current.imported_at is not None


def test_becoming_connected_has_everything_read(db: Database) -> None:
    see(db, PENDING, CONNECTED)

    assert {"payables", "ledger_accounts", "synced_records:bill"} <= resources.overview(db, "e1").keys()


def test_everything_is_told_once(db: Database) -> None:
    broken = replace(CONNECTED, errors=("No chart of accounts.",))
    withdrawn = replace(CONNECTED, status=ConnectionStatus.DEAUTHORIZED)
    ended = replace(CONNECTED, status=ConnectionStatus.DISCONNECTED)

    see(db, PENDING, broken, broken, IMPORTED, IMPORTED, withdrawn, withdrawn, ended, ended)

    assert kinds(db) == ["connected", "import_failed", "import_finished", "access_withdrawn", "disconnected"]


def test_a_disconnect_by_a_person_is_not_told_again(db: Database) -> None:
    see(db, CONNECTED)
    events.add(db, "e1", LATER, "disconnected", MARIE, object_id="c1")

    see(db, replace(CONNECTED, status=ConnectionStatus.DISCONNECTED))

    assert kinds(db) == ["connected", "disconnected"]


def test_a_connection_that_is_no_longer_listed_has_ended(db: Database) -> None:
    see(db, CONNECTED)

    with write(db):
        sightings.not_listed(db, "e1", [], LATER)

    assert connections.current(db, "e1") is None
    assert kinds(db) == ["connected", "disconnected"]


def test_seeing_the_same_again_changes_no_page(db: Database) -> None:
    see(db, IMPORTED)
    before = revisions.get(db, "e1")

    see(db, IMPORTED)

    assert revisions.get(db, "e1") == before


def test_a_change_that_no_try_explains_was_automatic(db: Database) -> None:
    see_record(db, FAILED, SENT)

    tries = record_tries.find(db, "r1")
    assert [(t.actor.name, t.result, t.message) for t in tries] == [
        ("automatic", TryResult.SENT, None),
        ("automatic", TryResult.FAILED, "Something odd"),
    ]


def test_seeing_a_record_unchanged_is_no_try(db: Database) -> None:
    see_record(db, FAILED, FAILED)

    assert len(record_tries.find(db, "r1")) == 1


@pytest.mark.parametrize(
    ("outcome", "result"), [(SENT, TryResult.SENT), (replace(SENT, sync_status="error"), TryResult.FAILED)]
)
def test_a_try_of_ours_ends_with_what_is_seen(db: Database, outcome: SyncedRecord, result: TryResult) -> None:
    see_record(db, FAILED, PUSHED)
    record_tries.add(db, "e1", "r1", at=AT, actor=MARIE, result=TryResult.WAITING)
    watched_records.watch(db, "e1", "bill", "r1", AT)

    see_record(db, outcome)

    newest = record_tries.find(db, "r1")[0]
    assert (newest.actor.name, newest.result) == ("Marie", result)
    assert watched_records.due(db, LATER, 10) == []


def test_a_record_is_kept_with_what_it_means(db: Database) -> None:
    see_record(db, FAILED)

    row = next(iter(db.query("SELECT state, problem, error_text FROM synced_records")))
    assert row == {"state": "attention", "problem": "UNKNOWN", "error_text": "Something odd"}
    assert synced_records.get(db, "e1", "r1") == FAILED
    assert synced_records.get(db, "e2", "r1") is None


def test_a_business_that_lost_its_access_before_we_came_is_read_all_the_same(db: Database) -> None:
    see(db, replace(CONNECTED, status=ConnectionStatus.DEAUTHORIZED))

    asked = {name for name, state in resources.overview(db, "e1").items() if state.requested_at}
    assert {"synced_records:bill", "payables", "ledger_accounts"} <= asked


def test_a_sign_in_that_waits_has_nothing_read_yet(db: Database) -> None:
    see(db, PENDING)

    assert not any(state.requested_at for state in resources.overview(db, "e1").values())


def test_what_the_automatic_sync_has_under_way_is_looked_at_again_soon(db: Database) -> None:
    with write(db):
        sightings.records(db, "e1", [(PUSHED, None)], LATER)

    assert watched_records.next_due(db) == LATER + timedelta(seconds=1)


def test_a_record_that_is_watched_already_keeps_its_pace(db: Database) -> None:
    with write(db):
        sightings.records(db, "e1", [(PUSHED, None)], LATER)
        watched_records.looked(db, PUSHED.id, LATER + timedelta(minutes=1))
        sightings.records(db, "e1", [(PUSHED, None)], LATER)

    assert watched_records.next_due(db) == LATER + timedelta(minutes=1)
