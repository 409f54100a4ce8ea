"""Reading stored texts anew after the catalogue has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.services import diagnoses
from app.services.deps import Deps
from app.store import revisions
from app.store.database import write
from tests.factories import make_deps
from tests.log_samples import add_record


@pytest.fixture
def deps(db: Database, settings: Settings) -> Iterator[Deps]:
    deps = make_deps(db, settings)
    yield deps
    deps.monite.close()


def rows(deps: Deps) -> dict[str, tuple[str, str]]:
    found = deps.db.query("SELECT id, state, problem FROM synced_records")
    return {row["id"]: (row["state"], row["problem"]) for row in found}


def test_a_record_that_was_unknown_tells_the_new_problem_and_its_counters_follow(deps: Deps) -> None:
    with write(deps.db) as db:
        add_record(
            db, "a", error_text="The tax amount cannot be greater than the line amount!", problem="UNKNOWN"
        )
        add_record(db, "b")

    renewed = diagnoses.renew(deps)

    counted = deps.db.query("SELECT problem, n FROM record_counts WHERE n > 0")
    assert renewed == 1
    assert rows(deps)["a"] == ("attention", "TAX_TOO_LARGE")
    assert {row["problem"]: row["n"] for row in counted} == {"TAX_TOO_LARGE": 1, "TAX_NO_MATCH": 1}
    assert revisions.get(deps.db, "e1") == 1


def test_a_problem_that_turns_out_to_be_final_ends_the_tries(deps: Deps) -> None:
    with write(deps.db) as db:
        add_record(
            db,
            "a",
            error_text="Another user has deleted this transaction.",
            problem="UNKNOWN",
            state="attention",
        )

    diagnoses.renew(deps)

    assert rows(deps)["a"] == ("cannot", "DELETED_THERE")


def test_what_is_on_its_way_or_was_put_aside_stays_where_it_is(deps: Deps) -> None:
    with write(deps.db) as db:
        add_record(db, "queued", state="waiting", problem="")
        add_record(db, "aside", state="left_out", problem="UNKNOWN")

    diagnoses.renew(deps)

    assert rows(deps) == {"queued": ("waiting", ""), "aside": ("left_out", "TAX_NO_MATCH")}


def test_nothing_is_read_twice_with_the_same_catalogue(deps: Deps) -> None:
    diagnoses.renew(deps)
    with write(deps.db) as db:
        add_record(db, "a", problem="UNKNOWN")

    assert diagnoses.renew(deps) == 0


def test_reading_goes_on_where_it_was_broken_off(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnoses, "AT_ONCE", 2)
    with write(deps.db) as db:
        for number in range(5):
            add_record(db, str(number), problem="UNKNOWN")

    assert diagnoses.renew(deps) == 5
    assert {problem for _, problem in rows(deps).values()} == {"TAX_NO_MATCH"}
