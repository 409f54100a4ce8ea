"""Whatever Monite hands on as errors becomes one text, and every text some problem."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.problems import CATALOGUE, codes_of, values_in, what_happened
from app.domain.unrecognised import shape
from app.monite.answers import error_text

KEYS = (
    st.sampled_from(["message", "Message", "detail", "errors", "code", "0", "Elements", "whatever"])
    | st.text()
)
PLAIN = st.none() | st.booleans() | st.integers() | st.text()
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
WORDS = st.sampled_from(
    [
        "Tax rate does not exist",
        "; ",
        "account",
        "'404'",
        "%",
        "%(system)s",
        "has been archived",
        "HTTP 429",
        "“",
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=20), max_size=12).map(" ".join)


@given(ANYTHING)
def test_errors_of_any_shape_become_words_or_their_own_json(errors: Any) -> None:
    text = error_text(errors)

    assert (text is None) == (not errors)
    assert text is None or text.strip()


@given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=4))
def test_no_fault_of_a_list_is_lost(faults: list[str]) -> None:
    text = error_text({"errors": [{"message": fault} for fault in faults]}) or ""

    assert all(fault.strip() in text for fault in faults)


@given(TEXTS, st.sampled_from(["bill", "receivable", "product", "vendor"]))
def test_every_text_leads_to_entries_that_can_be_written_out(text: str, kind: str) -> None:
    codes = codes_of(text, kind)

    assert codes
    assert set(codes) <= set(CATALOGUE)
    for code in codes:
        phrase = what_happened(code, text, "Xero")
        assert phrase.text % phrase.values
        assert all(isinstance(value, str) for value in values_in(text, code).values())


@given(TEXTS)
def test_the_shape_of_a_text_stays_what_it_is(text: str) -> None:
    assert shape(shape(text)) == shape(text)


def test_a_text_that_never_ends_is_read_in_no_time() -> None:
    endless = [sign * 200_000 for sign in ("tax ", "account ", "contact ", "“", "a", "1.", "currency ", "; ")]

    for text in endless:
        assert codes_of(text, "bill")
        assert len(shape(json.dumps(text))) < 10_000
