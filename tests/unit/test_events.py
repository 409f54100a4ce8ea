"""The audit trail and the revisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlite_utils import Database

from app.domain.people import Actor, Role
from app.store import events, revisions
from app.store.database import prepare

NOW = datetime(2024, 6, 8, 10, 0, tzinfo=UTC)
MARIE = Actor("Marie", Role.OWNER, "e1")


@pytest.fixture
def db() -> Iterator[Database]:
    db = prepare(":memory:")
    yield db
    db.close()


def test_events_are_told_newest_first_and_by_kind(db: Database) -> None:
    first = events.add(db, "e1", NOW, "connected", MARIE)
    events.add(db, "e1", NOW, "rules_saved", MARIE, was="a", became="b")
    events.add(db, "e2", NOW, "connected", MARIE)

    assert [e.kind for e in events.find(db, "e1")] == ["rules_saved", "connected"]
    assert [e.id for e in events.find(db, "e1", kinds=["connected"])] == [first]


def test_older_events_follow_on_from_an_id(db: Database) -> None:
    ids = [events.add(db, "e1", NOW, "connected", MARIE) for _ in range(3)]

    assert [e.id for e in events.find(db, "e1", before_id=ids[2])] == [ids[1], ids[0]]


def test_an_event_keeps_who_did_it(db: Database) -> None:
    events.add(db, "e1", NOW, "disconnected", MARIE, object_id="c1", note="moving on")

    told = events.latest(db, "e1", "disconnected", "connected")

    assert told is not None
    assert (told.actor.name, told.actor.role, told.object_id, told.at) == ("Marie", Role.OWNER, "c1", NOW)


def test_a_revision_grows_by_one_with_each_change_of_its_own_entity(db: Database) -> None:
    revisions.bump(db, "e1")
    revisions.bump(db, "e1")

    assert (revisions.get(db, "e1"), revisions.get(db, "e2")) == (2, 0)
