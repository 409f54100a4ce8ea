"""Messages that nobody has an entry for, brought together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.unrecognised import Message, grouped, shape

AT = datetime(2026, 6, 8, 10, tzinfo=UTC)


def make_message(text: str, *, days: int = 0, records: int = 1, entities: str = "e1") -> Message:
    at = AT + timedelta(days=days)
    return Message(
        text, records, frozenset(entities.split()), at, at, entities.split(maxsplit=1)[0], f"r{days}"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill 1042 was too odd", "Bill INV-7 was too odd"),
        ("The moon is 'full' on 3 May", "The moon is 'empty' on 14 May"),
        (
            "No such 0d9c3a52-6f4e-4d0e-8a36-5a0f5e8b7c11 here",
            "No such 6a0f2b44-2a0b-4b5c-9a7b-3f5f4f0f9b21 here",
        ),
        ("It  can't be  done", "it can't be done"),
    ],
)
def test_texts_that_differ_in_names_and_numbers_alone_are_one(one: str, other: str) -> None:
    assert shape(one) == shape(other)


def test_apostrophes_hide_no_words() -> None:
    assert shape("It can't be, and isn't, sent") == "it can't be, and isn't, sent"


def test_a_group_counts_records_and_businesses_over_all_its_wordings() -> None:
    messages = [
        make_message("Bill 1 is odd", days=1, records=2, entities="e1 e2"),
        make_message("Bill 2 is odd", days=3, records=1, entities="e2"),
        make_message("Something else", records=2),
    ]

    odd, other = grouped(messages)

    assert (odd.records, odd.entities, odd.wordings) == (3, 2, 2)
    assert (odd.since, odd.text, odd.newest.record_id) == (AT + timedelta(days=1), "Bill 2 is odd", "r3")
    assert other.records == 2
