from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.raw_texts import LONGEST, initials, masked

NAMES = ("Acme Dairy", "Acme", "J. Smith")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Contact Acme Dairy is archived", "Contact A. D. is archived"),
        ("contact ACME DAIRY, or acme", "contact A. D., or A."),
        ("No contact called 'Brown & Co'", "No contact called 'B. C.'"),
        ('"Brown Ltd" was not found', '"B. L." was not found'),
        ("The total 1,234.50 is not 1234.56", "The total about 1,200 is not about 1,200"),
        ("Amount 0.40 is too small", "Amount about 0 is too small"),
        ("Write to jo.doe+x@example.co.uk", "Write to …@…"),
        ("See https://x:y@api.example.com/v1?key=1", "See api.example.com/…"),
        ("Authorization: Bearer eyJhbGciOi.x-y", "Authorization: [removed]"),
        ("IBAN GB29 NWBK 6016 1331 9268 19 is closed", "IBAN …8 19 is closed"),
        ("Account 12345678", "Account …5678"),
        ("No tax rate of 17.5 % on 2025-04-30", "No tax rate of 17.5 % on 2025-04-30"),
        ("Bill 1042 not found", "Bill 1042 not found"),
        ("Id 6f1d3c52-5db4-4c36-852c-1d3db566c1fa", "Id 6f1d3c52-5db4-4c36-852c-1d3db566c1fa"),
        ("Code '310' is closed", "Code '310' is closed"),
    ],
)
def test_who_and_how_much_is_masked_and_what_happened_stays(text: str, read: str) -> None:
    assert masked(text, NAMES) == read


def test_a_long_message_is_cut() -> None:
    assert len(masked("word " * 1000)) == LONGEST + 1


@given(st.text(max_size=300), st.lists(st.text(min_size=2, max_size=20), max_size=3))
def test_any_text_can_be_masked(text: str, names: list[str]) -> None:
    masked(text, names)


@given(st.text(max_size=60))
def test_initials_hold_no_word_of_two_letters(name: str) -> None:
    read = initials(name)

    assert read == name or all(len(word) <= 4 for word in read.split())
