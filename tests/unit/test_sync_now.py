"""Asking for a sync, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.services import sync_now
from app.services.deps import Deps
from tests.factories import Clock, make_deps
from tests.log_samples import NOW, add_books, add_record
from tests.wire import Wire, on_the_wire


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Iterator[Deps]:
    add_books(db)
    add_record(db, "earlier", sync_status="done")
    deps = make_deps(db, settings, clock=clock)
    yield deps
    deps.monite.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    with on_the_wire() as wire:
        yield wire


def test_nobody_has_asked_yet(deps: Deps) -> None:
    assert sync_now.last_asked(deps, "e1") is None


def test_what_was_sent_since_is_counted_without_contacts_and_without_what_was_there(
    deps: Deps, wire: Wire
) -> None:
    sync_now.start(deps, "e1")
    add_record(deps.db, "new", sync_status="done")
    add_record(deps.db, "stopped")
    add_record(deps.db, "vendor", object_type="vendor", sync_status="done")

    asked = sync_now.last_asked(deps, "e1")

    assert asked == sync_now.Asked(at=NOW, open=False, refusal=None, sent=1, stopped=1)


def test_a_wish_that_nobody_answered_is_still_open(deps: Deps, wire: Wire) -> None:
    wire.is_down = True

    sync_now.start(deps, "e1")

    asked = sync_now.last_asked(deps, "e1")
    assert asked is not None
    assert asked.open


def test_a_wish_that_was_refused_says_why(deps: Deps, wire: Wire) -> None:
    wire.fails = [(422, "Sync is running")]

    sync_now.start(deps, "e1")

    asked = sync_now.last_asked(deps, "e1")
    assert asked is not None
    assert (asked.open, asked.refusal) == (False, "Sync is running")


def test_after_the_next_automatic_sync_it_is_old_news(deps: Deps, wire: Wire, clock: Clock) -> None:
    sync_now.start(deps, "e1")
    clock.advance(deps.settings.sync_interval_minutes * 60 + 1)

    assert sync_now.last_asked(deps, "e1") is None
