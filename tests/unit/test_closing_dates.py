"""The day up to which the books are closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlite_utils import Database

from app.config import Settings
from app.domain.errors import InputError
from app.services import closing_dates
from app.services.deps import Deps
from app.store import events
from tests.factories import make_deps

APRIL, MAY = date(2026, 4, 30), date(2026, 5, 31)


@pytest.fixture
def deps(db: Database, settings: Settings) -> Iterator[Deps]:
    deps = make_deps(db, settings)
    yield deps
    deps.monite.close()


def test_a_closing_date_is_kept_with_who_set_it(deps: Deps) -> None:
    closing_dates.change(deps, "e1", APRIL)

    found = closing_dates.get(deps, "e1")
    assert found is not None
    assert (found.closed_up_to, found.by) == (APRIL, "Marie")
    assert closing_dates.closed_up_to(deps.db, "e2") is None


def test_history_tells_from_what_to_what(deps: Deps) -> None:
    for day in (APRIL, MAY, MAY, None):
        closing_dates.change(deps, "e1", day)

    told = [(e.was, e.became) for e in events.find(deps.db, "e1", kinds=[closing_dates.CHANGED])]
    assert told == [("2026-05-31", None), ("2026-04-30", "2026-05-31"), (None, "2026-04-30")]
    assert closing_dates.closed_up_to(deps.db, "e1") is None


@pytest.mark.parametrize("day", [date(2026, 6, 10), date(1026, 4, 30)])
def test_a_day_that_can_be_no_closing_date_is_refused(deps: Deps, day: date) -> None:
    with pytest.raises(InputError, match="ends today or earlier"):
        closing_dates.change(deps, "e1", day)

    assert closing_dates.closed_up_to(deps.db, "e1") is None
