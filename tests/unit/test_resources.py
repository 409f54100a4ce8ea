"""When each list is read: what is due, who has it, and how a read ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from app.domain.resources import Read, Share
from app.store import resources

AT = datetime(2026, 6, 8, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def claim(db: Database, now: datetime = AT) -> Read:
    read = resources.claim(db, now)
    assert read is not None
    return read


def test_what_a_person_asked_for_is_read_first(db: Database) -> None:
    resources.want(db, "e1", ["connection"], AT, interactive=False)
    resources.want(db, "e2", ["payables"], AT)

    assert [(r.entity_id, r.resource) for r in (claim(db), claim(db))] == [
        ("e2", "payables"),
        ("e1", "connection"),
    ]
    assert resources.claim(db, AT) is None


def test_the_connection_comes_before_the_lists_and_the_lines_come_last(db: Database) -> None:
    resources.want(db, "e1", ["line_items", "products", "connection"], AT)

    assert [claim(db).resource for _ in range(3)] == ["connection", "products", "line_items"]


def test_a_read_that_was_killed_is_taken_on_again(db: Database) -> None:
    resources.want(db, "e1", ["payables"], AT)
    claim(db)

    assert resources.claim(db, AT + resources.LEASE - SECOND) is None
    assert claim(db, AT + resources.LEASE).resource == "payables"


def test_progress_keeps_the_read(db: Database) -> None:
    resources.want(db, "e1", ["payables"], AT)
    read = claim(db)

    resources.progress(db, read, AT + timedelta(seconds=30), 100)

    assert resources.claim(db, AT + resources.LEASE) is None
    assert resources.get(db, "e1", "payables").done == 100


def test_a_finished_read_holds_as_of_its_beginning(db: Database) -> None:
    resources.want(db, "e1", ["payables"], AT)
    read = claim(db)

    resources.finish(db, read, AT + SECOND, AT + timedelta(hours=1))

    state = resources.get(db, "e1", "payables")
    assert (state.state, state.as_of, state.under_way) == ("ok", AT, False)
    assert resources.next_due(db) == AT + timedelta(hours=1)


def test_what_is_asked_for_while_it_is_read_is_read_again(db: Database) -> None:
    resources.want(db, "e1", ["payables"], AT)
    read = claim(db)
    resources.want(db, "e1", ["payables"], AT + SECOND)

    resources.finish(db, read, AT + 2 * SECOND, None)

    assert claim(db, AT + 2 * SECOND).interactive


def test_a_failure_keeps_what_was_known_and_counts(db: Database) -> None:
    resources.want(db, "e1", ["payables"], AT)
    resources.finish(db, claim(db), AT, AT)
    later = AT + SECOND

    resources.fail(db, claim(db, later), later, "Monite did not answer.", later + SECOND)

    state = resources.get(db, "e1", "payables")
    assert (state.state, state.error, state.as_of, state.failures) == (
        "error",
        "Monite did not answer.",
        AT,
        1,
    )
    assert claim(db, later + SECOND).failures == 1


def test_only_what_is_old_and_not_asked_for_yet_is_asked_for(db: Database) -> None:
    resources.want(db, "e1", ["payables"], AT)

    assert resources.older_than(db, "e1", ["payables", "products"], AT) == ["products"]
    assert resources.older_than(db, "e1", ["payables"], AT + SECOND) == ["payables"]


def test_everything_shown_holds_as_of_the_oldest_part(db: Database) -> None:
    for seconds, name in enumerate(("payables", "products")):
        read = resources.begin(db, "e1", name, AT + seconds * SECOND)
        resources.finish(db, read, AT, None)

    assert resources.as_of(db, "e1") == AT
    assert resources.as_of(db, "e1", ["products"]) == AT + SECOND
    assert resources.as_of(db, "e2") is None


def test_a_scan_keeps_neither_lists_nor_waiting_people_from_being_served(db: Database) -> None:
    resources.want(db, "e1", ["line_items"], AT)
    resources.want(db, "e2", ["payables"], AT, interactive=False)
    resources.want(db, "e3", ["products"], AT)

    shares = (Share.SCANS, Share.PEOPLE, Share.PEOPLE, Share.LISTS, Share.LISTS)
    taken = [resources.claim(db, AT, share) for share in shares]

    assert [read and read.resource for read in taken] == ["line_items", "products", None, "payables", None]


def test_line_items_are_scanned_once_the_bills_have_been_read(db: Database) -> None:
    resources.want(db, "e1", ["payables", "line_items"], AT)

    before = resources.claim(db, AT, Share.SCANS)
    bills = resources.claim(db, AT, Share.LISTS)
    assert bills is not None
    during = resources.claim(db, AT, Share.SCANS)
    resources.finish(db, bills, AT, AT + timedelta(hours=1))
    after = resources.claim(db, AT, Share.SCANS)

    assert (before, during) == (None, None)
    assert after is not None
