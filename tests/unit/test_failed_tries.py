"""Guessing is slowed down, by what is tried and by who tries."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import TooManyTriesError
from app.services import failed_tries
from app.services.deps import Deps
from app.services.failed_tries import by_address, by_words
from tests.factories import Clock, make_deps


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deps(db: Database, settings: Settings, clock: Clock) -> Deps:
    return make_deps(db, settings, clock=clock)


def test_the_first_try_too_many_is_told_when_to_come_back(deps: Deps, clock: Clock) -> None:
    for _ in range(3):
        failed_tries.take(deps, {"a": 3})
        clock.advance(60)

    with pytest.raises(TooManyTriesError) as refused:
        failed_tries.take(deps, {"a": 3})

    assert refused.value.retry_after == 12 * 60
    clock.advance(refused.value.retry_after)
    failed_tries.take(deps, {"a": 3})


def test_a_refused_try_is_counted_against_nothing(deps: Deps) -> None:
    failed_tries.take(deps, {"a": 1})

    with pytest.raises(TooManyTriesError):
        failed_tries.take(deps, {"b": 5, "a": 1})

    assert failed_tries.count(deps, "b") == 0


def test_a_try_that_was_right_is_taken_back(deps: Deps) -> None:
    failed_tries.take_back(deps, failed_tries.take(deps, {"a": 1, "b": 1}))

    assert (failed_tries.count(deps, "a"), failed_tries.count(deps, "b")) == (0, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff"), ("::ffff:192.0.2.7", "192.0.2.7")],
)
def test_addresses_of_one_customer_are_one(one: str, other: str) -> None:
    assert by_address("x", one) == by_address("x", other)


def test_what_was_typed_is_not_kept(deps: Deps) -> None:
    failed_tries.take(deps, {by_words("sign-in", "My secret typed in the wrong field"): 5})

    assert "secret typed" not in "\n".join(deps.db.conn.iterdump())
    assert by_words("x", " A@b.c ") == by_words("x", "a@B.C")
