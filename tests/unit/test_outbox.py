"""The outbox: claims, leases, answers, and what a newer intent does to an older one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.batches import Batch
from app.domain.errors import CredentialsError, RateLimitedError, RefusedError, UnavailableError
from app.domain.outbox import PATIENCE, PERSON_WAITS, Intent, OutboxRow, OutboxState, backoff
from app.services import batches
from app.services import outbox as service
from app.services.deliveries import HANDLERS
from app.services.deps import Deps
from app.store import outbox
from app.store.database import to_text, write
from tests.factories import MARIE, NOW, Clock, Recorder, make_deps, make_intent


@pytest.fixture
def handler() -> Iterator[Recorder]:
    recorder = Recorder()
    with patch.dict(HANDLERS, {"test": recorder}):
        yield recorder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Deps:
    return make_deps(db, settings, clock=clock)


def put(deps: Deps, *intents: Intent, batch_id: str | None = None) -> list[int]:
    with write(deps.db):
        return service.put(deps.db, "e1", MARIE, intents, deps.clock(), batch_id=batch_id)


def start(db: Database, total: int = 1) -> tuple[Batch, bool]:
    with write(db):
        return batches.create(
            db, "e1", kind="assign", form_key="form-1", total=total, details={}, actor=MARIE, now=NOW
        )


def row(deps: Deps, row_id: int) -> OutboxRow:
    return outbox.find(deps.db, [row_id])[0]


def test_what_is_put_is_sent_once_and_closed(deps: Deps, handler: Recorder) -> None:
    [row_id] = put(deps, make_intent(body={"ledger_account_id": "a1"}))

    service.pump(deps, 1)
    service.pump(deps, 1)

    assert handler.sent == ["line-1"]
    assert handler.closed == [("done", "line-1")]
    assert row(deps, row_id).state is OutboxState.DONE


def test_a_newer_intent_of_the_same_key_takes_the_place_of_one_that_waits(
    deps: Deps, handler: Recorder
) -> None:
    old, new = put(deps, make_intent(body={"n": 1}), make_intent(body={"n": 2}))

    service.pump(deps, 1)

    assert row(deps, old).state is OutboxState.SUPERSEDED
    assert row(deps, new).state is OutboxState.DONE
    assert handler.sent == ["line-1"]


def test_a_newer_intent_waits_for_the_one_that_is_under_way(deps: Deps) -> None:
    put(deps, make_intent())
    outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 8)
    put(deps, make_intent())

    assert outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 8) == []


def test_an_older_intent_that_got_no_answer_gives_way_to_a_newer_one(deps: Deps) -> None:
    [old] = put(deps, make_intent())
    [claimed] = outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 8)
    put(deps, make_intent())

    outbox.put_back(deps.db, claimed, NOW, NOW + timedelta(seconds=1), error="no answer", status=None)

    assert row(deps, old).state is OutboxState.SUPERSEDED


def test_a_lease_keeps_others_away_until_it_ends(deps: Deps) -> None:
    put(deps, make_intent())
    until = NOW + timedelta(seconds=8)
    outbox.claim(deps.db, NOW, until, 8)

    assert outbox.claim(deps.db, until - timedelta(microseconds=1), until, 8) == []
    [again] = outbox.claim(deps.db, until, until + timedelta(seconds=8), 8)
    assert again.attempts == 2


def test_a_sender_that_lost_its_lease_cannot_close_the_row(deps: Deps, handler: Recorder) -> None:
    put(deps, make_intent())
    [late] = outbox.claim(deps.db, NOW, NOW, 8)
    outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 8)

    service.deliver(deps, late)

    assert handler.closed == []
    assert row(deps, late.id).state is OutboxState.RUNNING


def test_a_refusal_is_kept_in_words_and_not_sent_again(deps: Deps, handler: Recorder) -> None:
    handler.answers = [RefusedError("The account is archived.", status=422)]
    [row_id] = put(deps, make_intent())

    service.pump(deps, 1)
    service.pump(deps, 1)

    kept = row(deps, row_id)
    assert (kept.state, kept.last_error, kept.error_status) == ("refused", "The account is archived.", 422)
    assert handler.sent == ["line-1"]
    assert handler.closed == [("refused", "The account is archived.")]


def test_no_answer_means_later_and_longer_each_time(deps: Deps, handler: Recorder, clock: Clock) -> None:
    handler.answers = [UnavailableError("no answer")] * 2
    [row_id] = put(deps, make_intent())

    service.pump(deps, 1)
    first = row(deps, row_id)
    assert first.state is OutboxState.QUEUED
    assert timedelta(seconds=0.5) <= first.not_before - NOW <= timedelta(seconds=1)

    clock.advance(2)
    service.pump(deps, 1)
    clock.advance(3)
    service.pump(deps, 1)
    assert row(deps, row_id).state is OutboxState.DONE
    assert row(deps, row_id).attempts == 3


def test_a_rate_limit_is_waited_for_as_long_as_it_says(deps: Deps, handler: Recorder) -> None:
    handler.answers = [RateLimitedError("slow down", retry_after=42)]
    [row_id] = put(deps, make_intent())

    service.pump(deps, 1)

    assert row(deps, row_id).not_before == NOW + timedelta(seconds=42)


def test_refused_credentials_keep_the_intent(deps: Deps, handler: Recorder) -> None:
    handler.answers = [CredentialsError("wrong secret", status=401)]
    [row_id] = put(deps, make_intent())

    service.pump(deps, 1)

    assert row(deps, row_id).state is OutboxState.QUEUED
    assert handler.closed == []


@pytest.mark.parametrize(("attempts", "longest"), [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (99, 300)])
def test_waiting_doubles_up_to_five_minutes(attempts: int, longest: float) -> None:
    assert backoff(attempts, 1.0) == timedelta(seconds=longest)
    assert backoff(attempts, 0.0) == timedelta(seconds=longest / 2)


def test_what_one_person_watches_is_tried_often_for_a_while(
    deps: Deps, handler: Recorder, clock: Clock
) -> None:
    handler.answers = [UnavailableError("down")] * 60
    [row_id] = put(deps, make_intent())

    waits = []
    for _ in range(8):
        service.pump(deps, 1)
        waits.append(row(deps, row_id).not_before - clock.now)
        clock.now = row(deps, row_id).not_before
    clock.advance(PATIENCE.total_seconds())
    service.pump(deps, 1)

    assert max(waits) <= timedelta(seconds=PERSON_WAITS)
    assert row(deps, row_id).not_before - clock.now > timedelta(seconds=PERSON_WAITS)


def test_what_must_not_be_sent_twice_is_looked_for_first(deps: Deps, handler: Recorder, clock: Clock) -> None:
    handler.repeatable = False
    handler.answers = [UnavailableError("cut off")]
    handler.found = {"id": "line-1"}
    put(deps, make_intent())

    service.pump(deps, 1)
    clock.advance(5)
    service.pump(deps, 1)

    assert handler.sent == ["line-1"]
    assert handler.looks == ["line-1"]
    assert handler.closed == [("done", "line-1")]


def test_what_was_looked_for_in_vain_is_sent_again(deps: Deps, handler: Recorder, clock: Clock) -> None:
    handler.repeatable = False
    handler.answers = [UnavailableError("cut off")]
    put(deps, make_intent())

    service.pump(deps, 1)
    clock.advance(5)
    service.pump(deps, 1)

    assert handler.sent == ["line-1", "line-1"]


def test_a_mistake_of_ours_puts_the_row_aside_and_does_not_stop_the_others(
    deps: Deps, handler: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = put(deps, make_intent("a", action="nobody-handles-this"), make_intent("b"))

    service.pump(deps, 1)

    assert row(deps, fine).state is OutboxState.DONE
    assert row(deps, broken).state is OutboxState.QUEUED
    assert row(deps, broken).not_before == NOW + timedelta(minutes=5)
    assert "nobody-handles-this" in caplog.text


def test_a_person_who_waits_goes_before_a_batch(deps: Deps) -> None:
    put(deps, *(make_intent(f"many-{n}") for n in range(20)), batch_id="b1")
    put(deps, make_intent("one"))

    claimed = outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 1)

    assert [r.object_id for r in claimed] == ["one"]


def test_once_somebody_answers_the_rows_that_waited_for_it_are_due(
    deps: Deps, handler: Recorder, clock: Clock
) -> None:
    handler.answers = [UnavailableError("no answer")]
    [waits] = put(deps, make_intent("a"))
    service.pump(deps, 1)
    with write(deps.db):
        deps.db.execute("UPDATE outbox SET not_before = ?", [to_text(NOW + timedelta(minutes=4))])
    clock.advance(10)
    put(deps, make_intent("b"))

    service.pump(deps, 1)

    assert row(deps, waits).state is OutboxState.DONE


def test_a_rate_limited_row_waits_although_others_are_answered(deps: Deps, handler: Recorder) -> None:
    handler.answers = [RateLimitedError("slow down", retry_after=42)]
    [waits] = put(deps, make_intent("a"))
    service.pump(deps, 1)
    put(deps, make_intent("b"))

    service.pump(deps, 1)

    assert row(deps, waits).state is OutboxState.QUEUED


def test_a_try_while_a_person_waits_leaves_the_unanswered_queued(deps: Deps, handler: Recorder) -> None:
    handler.answers = [None, UnavailableError("no answer")]
    ids = put(deps, make_intent("a"), make_intent("b"))

    rows = service.deliver_now(deps, ids)

    assert [r.state for r in rows] == ["done", "queued"]


def test_stopping_a_batch_takes_back_what_is_not_under_way(deps: Deps, handler: Recorder) -> None:
    batch, _ = start(deps.db, total=3)
    put(deps, *(make_intent(f"x{n}") for n in range(3)), batch_id=batch.id)
    [running] = outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 1)

    batches.stop(deps, batch.id)
    service.deliver(deps, running)

    progress = batches.progress(deps.db, batch.id)
    assert (progress.done, progress.stopped, progress.settled, progress.finished) == (1, 2, 3, True)
    assert progress.stop_requested


def test_a_stopped_batch_is_not_tried_again_after_no_answer(deps: Deps, handler: Recorder) -> None:
    batch, _ = start(deps.db)
    [row_id] = put(deps, make_intent(), batch_id=batch.id)
    handler.answers = [UnavailableError("no answer")]
    [running] = outbox.claim(deps.db, NOW, NOW + timedelta(seconds=8), 1)

    batches.stop(deps, batch.id)
    service.deliver(deps, running)

    assert row(deps, row_id).state is OutboxState.STOPPED


def test_one_form_starts_one_batch(db: Database) -> None:
    first, is_new = start(db)
    second, again = start(db)

    assert (is_new, again) == (True, False)
    assert second == first
