from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import responses
from sqlite_utils import Database

from app.config import Settings
from app.domain.carry_overs import Before, CarryOver
from app.domain.errors import InputError
from app.domain.outbox import OutboxState
from app.domain.record_lists import LogFilter
from app.domain.record_tries import TryResult
from app.domain.synced_records import RecordState
from app.jobs import worker
from app.services import batches, outbox, retries
from app.services.deliveries import retries as delivery
from app.services.deps import Deps
from app.services.retries import Selection
from app.store import batches as stored
from app.store import carry_overs, record_lists, record_tries, synced_records
from app.store import outbox as rows
from app.store.database import to_text, write
from tests.factories import Clock, make_deps
from tests.log_samples import NOW, add_bill, add_books, add_record

RECORDS = "http://127.0.0.1:1/v1/accounting_synced_records"
TOKEN = "http://127.0.0.1:1/v1/auth/token"


def answer(record_id: str, status: str, **changes: Any) -> dict[str, Any]:
    """A synced record as Monite answers it, changed just now."""
    return {
        "id": record_id,
        "object_type": "bill",
        "object_id": f"bill-{record_id}",
        "sync_status": status,
        "errors": None,
        "last_pulled_at": to_text(NOW),
        "created_at": to_text(NOW),
        "updated_at": to_text(NOW),
        "platform": "xero",
        "platform_object_id": None,
    } | changes


@pytest.fixture
def monite() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(TOKEN, json={"access_token": "t", "token_type": "Bearer", "expires_in": 1800})
        yield mock


@pytest.fixture
def deps(db: Database, settings: Settings) -> Deps:
    with write(db):
        db.execute(
            "INSERT INTO entities (id, name, status, raw, seen_at)"
            " VALUES ('e1', 'Coffee', 'active', '{}', ?)",
            [to_text(NOW)],
        )
        add_books(db)
    return make_deps(db, settings, clock=Clock(NOW))


def pushes(monite: responses.RequestsMock) -> list[str]:
    return [str(call.request.url).split("/")[-2] for call in monite.calls if "/push" in str(call.request.url)]


def test_retry_pushes_once_and_the_record_is_on_its_way(deps: Deps, monite: responses.RequestsMock) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", json=answer("1", "pending"))

    line = retries.retry(deps, "e1", "1")

    assert line.state is RecordState.WAITING
    assert pushes(monite) == ["1"]
    assert [one.result for one in record_tries.find(deps.db, "1")] == [TryResult.WAITING]
    assert deps.db.execute("SELECT record_id FROM watched_records").fetchall() == [("1",)]


def test_retry_of_what_is_on_its_way_pushes_nothing(deps: Deps, monite: responses.RequestsMock) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", json=answer("1", "pending"))

    retries.retry(deps, "e1", "1")
    retries.retry(deps, "e1", "1")

    assert pushes(monite) == ["1"]


def test_without_an_answer_the_retry_stays_queued_and_says_so(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", status=503, body="down")

    line = retries.retry(deps, "e1", "1")

    assert line.state is RecordState.WAITING
    assert rows.find_for_object(deps.db, "1", "retry")[0].state is OutboxState.QUEUED


def test_a_read_while_the_retry_is_queued_does_not_show_the_old_failure(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", status=503, body="down")
    retries.retry(deps, "e1", "1")
    known = synced_records.get(deps.db, "e1", "1")
    assert known is not None

    synced_records.save(deps.db, "e1", [(known, None)], NOW)

    line = record_lists.get(deps.db, "e1", "1")
    assert line is not None
    assert line.state is RecordState.WAITING


def test_a_push_whose_answer_was_lost_is_looked_for_before_it_is_sent_again(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    add_record(deps.db, "1", minutes=30)
    monite.post(f"{RECORDS}/1/push", status=503, body="lost")
    retries.retry(deps, "e1", "1")
    monite.get(f"{RECORDS}/1", json=answer("1", "done", platform_object_id="xero-1"))
    row = rows.find_for_object(deps.db, "1", "retry")[0]

    with write(deps.db):
        claimed = rows.claim_these(deps.db, [row.id], row.not_before, row.not_before)
    outbox.deliver(deps, claimed[0])

    assert pushes(monite) == ["1"]
    line = record_lists.get(deps.db, "e1", "1")
    assert line is not None
    assert (line.state, line.platform_object_id) == (RecordState.SENT, "xero-1")
    assert [one.result for one in record_tries.find(deps.db, "1")] == [TryResult.SENT]


@pytest.mark.parametrize(
    ("error", "pushed_again"), [("Period is closed", True), ("Request timed out: no response", False)]
)
def test_a_failure_that_is_news_to_us_may_be_from_before_the_retry(
    deps: Deps, monite: responses.RequestsMock, error: str, pushed_again: bool
) -> None:
    add_record(deps.db, "1", minutes=30)
    monite.post(f"{RECORDS}/1/push", status=503, body="lost")
    retries.retry(deps, "e1", "1")
    monite.get(f"{RECORDS}/1", json=answer("1", "error", errors={"message": error}))
    row = rows.find_for_object(deps.db, "1", "retry")[0]

    found = delivery.look(deps, row)

    assert (found is None) is pushed_again


def test_a_push_that_never_arrived_is_sent_again(deps: Deps, monite: responses.RequestsMock) -> None:
    add_record(deps.db, "1", minutes=30)
    before = record_lists.get(deps.db, "e1", "1")
    assert before is not None
    monite.get(f"{RECORDS}/1", json=answer("1", "error", updated_at=to_text(before.updated_at)))
    monite.post(f"{RECORDS}/1/push", status=503, body="lost")
    retries.retry(deps, "e1", "1")
    row = rows.find_for_object(deps.db, "1", "retry")[0]

    assert delivery.look(deps, row) is None


def test_a_push_under_way_counts_as_ours(deps: Deps, monite: responses.RequestsMock) -> None:
    add_record(deps.db, "1")
    conflict = {"error": {"message": "The record is already being synchronized"}}
    monite.post(f"{RECORDS}/1/push", status=409, json=conflict)
    monite.get(f"{RECORDS}/1", json=answer("1", "pending"))

    assert retries.retry(deps, "e1", "1").state is RecordState.WAITING


def test_a_refused_push_is_kept_on_the_try_in_monite_s_words(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", status=422, json={"error": {"message": "No."}})

    line = retries.retry(deps, "e1", "1")

    assert (line.state, line.problem) == (RecordState.ATTENTION, "TAX_NO_MATCH")
    tries = record_tries.find(deps.db, "1")
    assert [(one.result, one.message) for one in tries] == [(TryResult.FAILED, "No.")]


def test_what_can_never_be_sent_is_not_pushed(deps: Deps, monite: responses.RequestsMock) -> None:
    add_record(deps.db, "1", object_type="receivable", error_text="invoice-level discount")

    with pytest.raises(InputError):
        retries.retry(deps, "e1", "1")

    assert pushes(monite) == []


def test_nothing_is_tried_while_sending_is_on_hold(deps: Deps, monite: responses.RequestsMock) -> None:
    add_record(deps.db, "1")
    deps.db.execute(
        "INSERT INTO holds (entity_id, payable, receivable, reason, held_at, held_by)"
        " VALUES ('e1', '[\"paid\"]', '[]', '', ?, 'Dana')",
        [to_text(NOW)],
    )

    with pytest.raises(InputError, match="on hold"):
        retries.retry(deps, "e1", "1")


def test_what_waits_since_before_access_came_back_is_not_sent_unchecked(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", status=503, body="down")
    monite.get(f"{RECORDS}/1", json=answer("1", "error"))
    retries.retry(deps, "e1", "1")
    was = Before("c0", "xero", None, 0, ())
    carry_overs.start(
        deps.db, CarryOver("o1", "e1", was, held=True, unasked=False, started_at=NOW, started_by="Dana")
    )
    rows.hurry(deps.db, NOW)

    outbox.pump(deps, 1)

    assert pushes(monite) == ["1"]
    assert rows.find_for_object(deps.db, "1", "retry")[0].state is OutboxState.STOPPED
    with pytest.raises(InputError, match="same organisation"):
        retries.retry(deps, "e1", "1")


def test_the_review_names_what_cannot_be_tried_and_why(deps: Deps) -> None:
    add_bill(deps.db, "bill-2", {"ledger_account_id": None})
    add_bill(deps.db, "bill-4", {}, status="draft")
    add_record(deps.db, "1")
    add_record(deps.db, "2")
    add_record(deps.db, "3", sync_status="done")
    add_record(deps.db, "4", object_status="draft")

    found = retries.review(deps, "e1", Selection(ids=("1", "2", "3", "4")))

    assert [line.id for line in found.can] == ["1"]
    assert {record.id: group.why.text for group in found.cannot for record in group.named} == {
        "2": "a line still has no account",
        "3": "already sent",
        "4": "your sync rules leave it out",
    }


def test_a_batch_touches_exactly_what_the_review_said(deps: Deps) -> None:
    for n in range(128):
        add_record(deps.db, f"{n:03}", minutes=n + 1)
    add_bill(deps.db, "bill-005", {"ledger_account_id": None})
    wanted = LogFilter((RecordState.ATTENTION,))
    found = retries.review(deps, "e1", Selection(wanted=wanted))
    add_record(deps.db, "later", minutes=0)

    selection = Selection(wanted=LogFilter((RecordState.ATTENTION,), until=found.until))
    batch = retries.start(deps, "e1", selection, "form-1")

    queued = {row["object_id"] for row in deps.db.query("SELECT object_id FROM outbox")}
    assert queued == {line.id for line in found.can}
    assert batch.total == 127
    assert batch.details["left"] == [
        {"why": "a line still has no account", "count": 1, "named": [["005", "Bill 005"]]}
    ]


def test_what_is_left_alone_is_told_by_reason_and_counted_beyond_those_named(deps: Deps) -> None:
    for n in range(retries.NAMED + 5):
        add_record(deps.db, f"a{n:02}")
        add_bill(deps.db, f"bill-a{n:02}", {"ledger_account_id": None})
    add_record(deps.db, "sent", sync_status="done")

    found = retries.review(deps, "e1", Selection(wanted=LogFilter()))

    told = [(group.why.text, group.count, len(group.named)) for group in found.cannot]
    assert told == [
        ("a line still has no account", retries.NAMED + 5, retries.NAMED),
        ("already sent", 1, 1),
    ]
    assert found.left == retries.NAMED + 6


def test_a_batch_of_thousands_is_queued_in_portions_and_holds_them_all(deps: Deps) -> None:
    n = 2 * retries.AT_ONCE + 7
    with write(deps.db):
        for number in range(n):
            add_record(deps.db, f"{number:05}", minutes=number)

    batch = retries.start(deps, "e1", Selection(wanted=LogFilter()), "form-1")

    assert batch.total == n
    assert batches.progress(deps.db, batch.id).queued == n
    told = deps.db.execute("SELECT note FROM events WHERE kind = 'records_retried'").fetchall()
    assert told == [(str(n),)]


def test_what_somebody_else_started_meanwhile_is_not_queued_twice(deps: Deps) -> None:
    add_record(deps.db, "1")
    add_record(deps.db, "2")
    reviewed = retries.review(deps, "e1", Selection(ids=("1", "2")))
    retries.start(deps, "e1", Selection(ids=("1",)), "form-1")

    with patch.object(retries, "review", return_value=reviewed):
        batch = retries.start(deps, "e1", Selection(ids=("1", "2")), "form-2")

    assert batch.total == 1
    assert deps.db.execute("SELECT count(*) FROM outbox WHERE state = 'queued'").fetchone() == (2,)


def test_all_that_a_batch_did_not_get_sent_can_be_selected_again(deps: Deps) -> None:
    for record_id, result in (("1", TryResult.FAILED), ("2", TryResult.SENT), ("3", TryResult.UNKNOWN)):
        add_record(deps.db, record_id)
        record_tries.add(deps.db, "e1", record_id, at=NOW, actor=deps.actor, result=result, batch_id="b1")
    stored.add(
        deps.db,
        "e1",
        batch_id="b1",
        kind="retry",
        form_key="f",
        total=3,
        details={},
        actor=deps.actor,
        now=NOW,
    )

    found = retries.review(deps, "e1", Selection(batch_id="b1"))

    assert {record.id for record in found.can} == {"1", "3"}


def test_the_same_form_starts_one_batch_only(deps: Deps) -> None:
    add_record(deps.db, "1")
    selection = Selection(ids=("1",))

    first = retries.start(deps, "e1", selection, "form-1")
    second = retries.start(deps, "e1", selection, "form-1")

    assert first.id == second.id
    assert deps.db.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


def test_the_worker_settles_what_was_being_sent_when_it_was_stopped(
    deps: Deps, monite: responses.RequestsMock
) -> None:
    add_record(deps.db, "1")
    monite.post(f"{RECORDS}/1/push", status=503)
    batch = retries.start(deps, "e1", Selection(ids=("1",)), "form-1")
    with write(deps.db):
        [running] = rows.claim(deps.db, NOW, NOW + timedelta(seconds=8), 1)
    retries.stop(deps, "e1", batch.id)

    outbox.deliver(deps, running)
    stranded = record_lists.get(deps.db, "e1", "1")
    worker.ROUNDS["watches"](deps)
    settled = record_lists.get(deps.db, "e1", "1")

    assert stranded is not None
    assert settled is not None
    assert (stranded.state, settled.state) == (RecordState.WAITING, RecordState.ATTENTION)


def test_settling_leaves_alone_what_is_still_to_be_tried(deps: Deps) -> None:
    add_record(deps.db, "1")
    add_record(deps.db, "2")
    stopped = retries.start(deps, "e1", Selection(ids=("1",)), "form-1")
    retries.start(deps, "e1", Selection(ids=("2",)), "form-2")
    batches.stop(deps, stopped.id)

    settled = retries.settle_stopped(deps)

    waiting = record_lists.get(deps.db, "e1", "2")
    assert settled == 1
    assert waiting is not None
    assert waiting.state is RecordState.WAITING


def test_stopping_gives_the_untried_their_state_back(deps: Deps) -> None:
    add_record(deps.db, "1")
    add_record(deps.db, "2")
    batch = retries.start(deps, "e1", Selection(ids=("1", "2")), "form-1")

    progress = retries.stop(deps, "e1", batch.id)

    assert (progress.stopped, progress.finished) == (2, True)
    lines = record_lists.find_by_ids(deps.db, "e1", ["1", "2"])
    assert {(line.state, line.problem) for line in lines} == {(RecordState.ATTENTION, "TAX_NO_MATCH")}
