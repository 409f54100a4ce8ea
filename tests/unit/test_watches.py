"""Records under way are looked at until it is known what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import responses
from sqlite_utils import Database

from app.config import Settings
from app.domain.record_tries import MOST_LOOKS, TryResult
from app.services import batches as batch_service
from app.services import sightings, watches
from app.services.deps import Deps
from app.store import record_tries, synced_records, watched_records
from app.store.database import write
from tests.factories import MARIE, NOW, Clock, make_deps
from tests.records import make_record, raw_record

RECORDS = "http://127.0.0.1:1/v1/accounting_synced_records"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Deps:
    return make_deps(db, settings, clock=clock)


@pytest.fixture
def monite() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post("http://127.0.0.1:1/v1/auth/token", json={"access_token": "t", "expires_in": 1800})
        yield mock


def push(deps: Deps, *record_ids: str, batch_id: str | None = None) -> None:
    """As after a push that Monite accepted: pending, one try under way, watched."""
    with write(deps.db) as db:
        for record_id in record_ids:
            record = make_record(record_id, sync_status="pending")
            synced_records.save(db, "e1", [(record, {})], NOW)
            record_tries.add(
                db, "e1", record_id, at=NOW, actor=MARIE, result=TryResult.WAITING, batch_id=batch_id
            )
            watched_records.watch(db, "e1", "bill", record_id, NOW)


def answer(monite: responses.RequestsMock, *records: dict[str, Any]) -> None:
    monite.get(
        RECORDS, json={"data": list(records), "prev_pagination_token": None, "next_pagination_token": None}
    )


def result(deps: Deps, record_id: str = "r1") -> str:
    return record_tries.find(deps.db, record_id)[0].result


def test_a_record_that_arrived_ends_its_try_and_its_watch(deps: Deps, monite: responses.RequestsMock) -> None:
    push(deps, "r1")
    answer(monite, raw_record("r1", sync_status="done", seconds=2))

    assert watches.run_due(deps, 1) == 1

    assert result(deps) == "sent"
    assert watched_records.next_due(deps.db) is None


def test_a_record_that_failed_keeps_the_words_on_its_try(deps: Deps, monite: responses.RequestsMock) -> None:
    push(deps, "r1")
    failed = raw_record("r1", sync_status="error", errors={"message": "Tax rate does not exist"}, seconds=2)
    answer(monite, failed)

    watches.run_due(deps, 1)

    [ended] = record_tries.find(deps.db, "r1")
    assert (ended.result, ended.message) == (TryResult.FAILED, "Tax rate does not exist")


def test_a_record_still_under_way_is_looked_at_less_and_less_often(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    push(deps, "r1")
    answer(monite, raw_record("r1", sync_status="pending"))

    watches.run_due(deps, 1)

    assert result(deps) == "waiting"
    assert watched_records.next_due(deps.db) == NOW + timedelta(seconds=2)


def test_many_records_of_one_type_are_asked_for_together(deps: Deps, monite: responses.RequestsMock) -> None:
    ids = [f"r{n}" for n in range(60)]
    push(deps, *ids)
    answer(monite, *(raw_record(i, sync_status="done", seconds=2) for i in ids))

    assert watches.run_due(deps, 2) == 60

    assert len([call for call in monite.calls if "synced_records" in str(call.request.url)]) == 2


def test_no_answer_is_no_look(deps: Deps, monite: responses.RequestsMock) -> None:
    push(deps, "r1")
    monite.get(RECORDS, status=503, body="<html>")

    watches.run_due(deps, 1)

    assert watched_records.due(deps.db, NOW + timedelta(minutes=1), 10)[0].looks == 0
    assert watched_records.next_due(deps.db) == NOW + timedelta(seconds=10)


def test_what_never_ends_is_given_up_and_news_may_still_end_it(
    deps: Deps, monite: responses.RequestsMock, clock: Clock
) -> None:
    push(deps, "r1")
    answer(monite, raw_record("r1", sync_status="pending"))
    for _ in range(MOST_LOOKS):
        clock.advance(61)
        watches.run_due(deps, 1)

    assert result(deps) == "unknown"
    with write(deps.db) as db:
        sightings.records(db, "e1", [(make_record("r1", sync_status="done", seconds=99), {})], clock.now)
    assert result(deps) == "sent"


def test_a_batch_is_over_when_its_last_record_is(deps: Deps, monite: responses.RequestsMock) -> None:
    with write(deps.db) as db:
        batch, _ = batch_service.create(
            db, "e1", kind="retry", form_key="f", total=2, details={}, actor=MARIE, now=NOW
        )
    push(deps, "r1", "r2", batch_id=batch.id)
    answer(
        monite,
        raw_record("r1", sync_status="done", seconds=2),
        raw_record("r2", sync_status="error", errors={"message": "no"}, seconds=2),
    )

    watches.run_due(deps, 1)

    progress = batch_service.progress(deps.db, batch.id)
    assert (progress.sent, progress.failed, progress.waiting, progress.finished) == (1, 1, 0, True)
    assert batch_service.get(deps.db, "e1", batch.id).finished_at == NOW


def test_a_copy_from_before_the_push_changes_nothing(deps: Deps) -> None:
    push(deps, "r1")

    with write(deps.db) as db:
        sightings.records(db, "e1", [(make_record("r1", sync_status="error", seconds=-5), {})], NOW)

    assert result(deps) == "waiting"
    known = synced_records.get(deps.db, "e1", "r1")
    assert known is not None
    assert known.sync_status == "pending"
