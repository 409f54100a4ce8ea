"""What may be said to a person who comes back from the accounting system, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.attempts import Arrival, Attempt, Hint, arrival, hint_of
from app.domain.connections import Connection, ConnectionStatus

NOW = datetime(2025, 5, 9, 9, 42, tzinfo=UTC)
COMPANY, OTHER = "8a210b68-6988-11ed-a1eb-0242ac120002", "2e2e0b68-6988-11ed-a1eb-0242ac120002"
PENDING = Connection("c1", ConnectionStatus.PENDING_AUTH, "xero", "http://127.0.0.1/c", None, NOW, NOW)
WITHDRAWN = replace(PENDING, status=ConnectionStatus.DEAUTHORIZED)


def came_back(seconds: float, status: str | None = None) -> Attempt:
    back = NOW - timedelta(seconds=seconds)
    return Attempt("a1", "e1", "c1", "xero", "Dana", back - timedelta(minutes=1), back, status)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, Arrival.CHECKING),
        (29, Arrival.CHECKING),
        (30, Arrival.STILL_CHECKING),
        (119, Arrival.STILL_CHECKING),
        (120, Arrival.NOT_CONFIRMED),
        (7 * 86_400, Arrival.NOT_CONFIRMED),
    ],
)
def test_patience_comes_before_any_doubt(seconds: int, expected: Arrival) -> None:
    assert arrival(PENDING, came_back(seconds), NOW, NOW) is expected


@pytest.mark.parametrize("hint", ["200", "201", "400", "404", "500", "502"])
def test_no_error_is_told_in_the_first_half_minute_whatever_the_address_says(hint: str) -> None:
    assert arrival(PENDING, came_back(29.9, hint), NOW, NOW) is Arrival.CHECKING


@pytest.mark.parametrize(
    ("hint", "expected"),
    [("201", Arrival.LINK_USED), ("400", Arrival.FAILED), ("500", Arrival.FAILED)],
)
def test_after_half_a_minute_the_hint_explains_why_nothing_is_connected(hint: str, expected: Arrival) -> None:
    assert arrival(PENDING, came_back(30, hint), NOW, NOW) is expected
    assert arrival(WITHDRAWN, came_back(30, hint), NOW, NOW) is expected


@pytest.mark.parametrize(("hint", "expected"), [("403", Arrival.CANCELLED), ("501", Arrival.NOT_LISTED)])
def test_what_the_person_did_themselves_is_told_at_once(hint: str, expected: Arrival) -> None:
    assert arrival(PENDING, came_back(0, hint), NOW, NOW) is expected


@pytest.mark.parametrize("hint", ["201", "403", "500", "501"])
def test_no_hint_counts_before_monite_was_asked(hint: str) -> None:
    before = NOW - timedelta(minutes=5)

    assert arrival(PENDING, came_back(1, hint), NOW, before) is Arrival.CHECKING
    assert arrival(PENDING, came_back(40, hint), NOW, None) is Arrival.STILL_CHECKING


@pytest.mark.parametrize("hint", [None, "200", "201", "403", "500", "501"])
def test_what_monite_says_outweighs_every_hint(hint: str | None) -> None:
    connected = replace(PENDING, status=ConnectionStatus.CONNECTED)
    ended = replace(PENDING, status=ConnectionStatus.DISCONNECTED)

    assert arrival(connected, came_back(60, hint), NOW, NOW) is Arrival.CONNECTED
    assert arrival(ended, came_back(60, hint), NOW, NOW) is Arrival.NOTHING


def test_a_way_that_nobody_came_back_from_within_a_day_asks_for_a_new_link() -> None:
    gone = replace(came_back(0), started_at=NOW - timedelta(days=1), returned_at=None)

    assert arrival(PENDING, gone, NOW, NOW) is Arrival.LINK_EXPIRED
    assert arrival(PENDING, replace(gone, started_at=NOW), NOW, NOW) is Arrival.CHECKING


def test_without_a_connection_or_a_way_nothing_is_under_way() -> None:
    assert arrival(None, None, NOW) is Arrival.NOTHING
    assert arrival(WITHDRAWN, None, NOW) is Arrival.NOTHING


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"statusCode": "200"}, Hint("200")),
        ({"statusCode": "403", "errorMessage": "User cancelled."}, Hint("403", "User cancelled.")),
        ({"status": "500", "error": "Unknown error occurred."}, Hint("500", "Unknown error occurred.")),
        ({"error": "User cancelled."}, Hint("403", "User cancelled.")),
        ({"error": "access_denied"}, Hint("403", "access_denied")),
        ({"error": "Not supported."}, Hint("501", "Not supported.")),
        ({"status": "200", "error": "User cancelled."}, Hint("200", "User cancelled.")),
        ({"company": COMPANY.upper(), "connection": OTHER}, Hint(None, None, OTHER, COMPANY)),
        ({"statusCode": "", "errorMessage": ""}, Hint()),
        ({"statusCode": "2000"}, Hint()),
        ({"statusCode": "٢٠٠"}, Hint()),
        ({"statusCode": "ok", "company": "../../etc"}, Hint()),
        ({"errorMessage": "a\r\nSet-Cookie: x\x00"}, Hint(None, "aSet-Cookie: x")),
    ],
)
def test_the_address_is_read_under_either_name_and_nothing_strange_is_kept(
    query: dict[str, str], expected: Hint
) -> None:
    assert hint_of(query) == expected


def test_a_message_without_end_is_cut() -> None:
    assert len(hint_of({"errorMessage": "x" * 100_000}).message or "") == 300


def test_a_hint_about_another_connection_is_not_about_this_one() -> None:
    address = f"https://link-api.codat.io/companies/{COMPANY}/connections/{COMPANY}/start"

    assert Hint(connection=OTHER).contradicts(address)
    assert Hint(company=OTHER).contradicts(address)
    assert not Hint(connection=COMPANY, company=COMPANY).contradicts(address)
    assert not Hint(status="403").contradicts(address)
    assert not Hint(connection=OTHER).contradicts(f"https://sites.railz.ai/ste-{COMPANY}")
