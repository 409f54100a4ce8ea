"""Sessions: what lets a browser in, for how long, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.people import Actor, Role
from app.domain.sessions import CameBy, Session
from app.services import sessions
from app.services.deps import Deps
from app.services.sessions import Browser
from app.store import events
from tests.factories import MARIE, Clock, make_deps

ALEX = Actor("Alex Lind", Role.SUPPORT)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Deps:
    return make_deps(db, settings, clock=clock)


def come_in(deps: Deps, who: Actor = MARIE) -> tuple[Session, str]:
    came = sessions.come_in(deps, who, CameBy.LAUNCH, Browser("127.0.0.1", "Firefox"))
    return came.session, came.token


def test_a_token_finds_its_session_and_stands_nowhere_in_the_store(deps: Deps) -> None:
    session, token = come_in(deps)

    assert sessions.find(deps, token) == session
    assert token not in "\n".join(deps.db.conn.iterdump())


@pytest.mark.parametrize(("who", "hours"), [(MARIE, 12), (ALEX, 8)])
def test_a_session_left_alone_too_long_is_over(deps: Deps, clock: Clock, who: Actor, hours: int) -> None:
    _, token = come_in(deps, who)

    clock.advance(hours * 3600 - 1)
    assert sessions.find(deps, token)
    clock.advance(hours * 3600)

    assert sessions.find(deps, token) is None


@pytest.mark.parametrize(("who", "days"), [(MARIE, 7), (ALEX, 1)])
def test_a_session_in_use_is_over_in_the_end(deps: Deps, clock: Clock, who: Actor, days: int) -> None:
    session, token = come_in(deps, who)

    while clock.now < session.expires_at:
        assert sessions.find(deps, token)
        clock.advance(6 * 3600)

    assert clock.now - session.created_at == timedelta(days=days)
    assert sessions.find(deps, token) is None


def test_use_is_written_down_at_most_every_five_minutes(deps: Deps, clock: Clock) -> None:
    _, token = come_in(deps)
    before = deps.db.conn.total_changes

    clock.advance(299)
    sessions.find(deps, token)
    assert deps.db.conn.total_changes == before
    clock.advance(1)
    sessions.find(deps, token)

    assert deps.db.conn.total_changes == before + 1


def test_who_goes_out_is_out(deps: Deps) -> None:
    session, token = come_in(deps)

    sessions.go_out(deps, session)

    assert sessions.find(deps, token) is None
    assert events.find(deps.db, "e1", kinds=["went_out"])[0].actor.name == "Marie"


def test_a_reason_goes_for_one_business_and_half_an_hour(deps: Deps, clock: Clock) -> None:
    session, token = come_in(deps, ALEX)

    sessions.say_why(deps, session.id, "e1", "Ticket 4711: nothing arrives")
    found = sessions.find(deps, token)

    assert found
    assert found.reason_for("e1", clock.now) == "Ticket 4711: nothing arrives"
    assert found.reason_for("e2", clock.now) == ""
    assert found.reason_for("e1", clock.now + timedelta(minutes=30)) == ""


def test_who_stops_acting_only_looks(deps: Deps, clock: Clock) -> None:
    session, token = come_in(deps, ALEX)
    sessions.say_why(deps, session.id, "e1", "Ticket 4711")

    sessions.stop_acting(deps, session.id)
    found = sessions.find(deps, token)

    assert found
    assert found.reason_for("e1", clock.now) == ""
