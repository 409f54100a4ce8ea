"""When messages are tried again, and what shows who sent them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.emulator.rules import deliveries
from app.emulator.rules.addresses import fault_of

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def waits(channel: str, status: int | None, retry_after: float | None = None) -> list[float]:
    """The seconds before each repeat to a listener that always answers so."""
    found: list[float] = []
    ended = START
    while True:
        due = deliveries.next_try(
            channel, len(found) + 1, status, first_due=START, ended=ended, retry_after=retry_after
        )
        if due is None:
            return found
        found.append((due - ended).total_seconds())
        ended = due


def test_monite_tries_three_times_more_whatever_went_wrong() -> None:
    assert waits("monite", 500) == waits("monite", None) == waits("monite", 302) == [1, 5, 25]


def test_codats_events_are_tried_for_more_than_a_day() -> None:
    found = waits("codat_events", 400)

    assert found == [5, 300, 1800, 7200, 18000, 36000, 36000]
    assert timedelta(hours=27) < timedelta(seconds=sum(found)) < timedelta(hours=29)


@pytest.mark.parametrize("status", [400, 401, 404, 500, 501])
def test_codats_rules_are_not_repeated_on_other_statuses(status: int) -> None:
    assert waits("codat_rules", status) == []


@pytest.mark.parametrize("status", [408, 420, 429, 460, 502, 503, 504, 522, 524, None])
def test_codats_rules_are_repeated_three_times_within_two_minutes(status: int | None) -> None:
    found = waits("codat_rules", status)

    assert len(found) == 3
    assert max(found) <= 60
    assert sum(found) <= 120


def test_codats_rules_wait_as_long_as_the_listener_asks_but_no_longer_than_a_minute() -> None:
    assert waits("codat_rules", 429, retry_after=7) == [7, 7, 7]
    assert waits("codat_rules", 503, retry_after=3600) == [60, 60]


def test_a_retry_after_is_seconds_or_a_date() -> None:
    assert deliveries.seconds_asked("120", START) == 120
    assert deliveries.seconds_asked("Mon, 01 Jun 2026 12:00:30 GMT", START) == 30
    assert deliveries.seconds_asked("Mon, 01 Jun 2026 11:00:00 GMT", START) == 0
    for nonsense in (None, "", "soon", "-5", "9" * 400):
        assert deliveries.seconds_asked(nonsense, START) is None


def test_codats_events_are_signed_as_svix_documents_it() -> None:
    signature = deliveries.svix_signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_codats_rules_name_the_client_and_carry_the_header_that_the_partner_has_set() -> None:
    found = deliveries.headers("codat_rules", "1", "Bearer abc", b'{"ClientId": "c1"}', at=START)

    assert found["X-Codat-ClientId"] == "c1"
    assert found["Authorization"] == "Bearer abc"


@pytest.mark.parametrize(
    "url",
    ["https://example.com/hook", "http://127.0.0.1:8000/hook", "http://localhost/", "http://[::1]:5000/h"],
)
def test_a_listener_is_https_or_on_this_machine(url: str) -> None:
    assert fault_of(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook", "http://127.0.0.1.example.com/", "ftp://example.com", "example.com/hook",
        "https://", "https:///hook", "https://a b/", "https://example.com/\n", "https://example.com:99999/",
        "https://[::1", "https://" + "a" * 64 + ".com/", "http://localhost@example.com/", "javascript:1",
    ],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    assert fault_of(url) is not None
