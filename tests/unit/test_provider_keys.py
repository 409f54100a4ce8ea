"""Codat's key as people paste it."""

from __future__ import annotations

import base64
from contextlib import closing

import pytest
import responses

from app.domain.api_calls import ApiCall
from app.domain.errors import InputError, RefusedError
from app.domain.provider_keys import ending_of, read_key
from app.monite.client import Monite

RAW = "ztHQGvnC4XN2CgUhaDWEG4ySLUJqWjp7zkbZkGHd"
ENCODED = "enRIUUd2bkM0WE4yQ2dVaGFEV0VHNHlTTFVKcVdqcDd6a2Jaa0dIZA=="
WITH_COLON = base64.b64encode(f"{RAW}:".encode()).decode()


@pytest.mark.parametrize(
    "pasted",
    [
        ENCODED,
        f"Basic {ENCODED}",
        f"  basic   {ENCODED}\n",
        f"Authorization: Basic {ENCODED}",
        f'"{ENCODED}"',
        RAW,
        f"Basic {RAW}",
        WITH_COLON,
    ],
)
def test_every_way_of_pasting_a_key_comes_to_the_same(pasted: str) -> None:
    key = read_key(pasted)

    assert (key.encoded, key.ending) == (ENCODED, "kGHd")


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Paste the key first"),
        ("Basic ", "Paste the key first"),
        ("one two", "without spaces"),
        ("schlüssel", "without spaces"),
        ("short", "This isn't a key"),
        ("x" * 300, "This isn't a key"),
        (ENCODED[:-6], "a part of it may be missing"),
        ("5f1c2e0a-6d0b-4c36-9a67-2f7c6a1d9b10", "a part of it may be missing"),
    ],
)
def test_what_can_not_be_a_key_is_refused_in_words(pasted: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        read_key(pasted)

    assert len(pasted) < 10 or pasted not in refusal.value.message


def test_a_key_of_another_length_is_taken_when_a_person_says_that_it_is_right() -> None:
    longer = base64.b64encode(b"a" * 48).decode()

    assert read_key(longer, any_length=True).encoded == longer


def test_a_key_does_not_show_in_a_log() -> None:
    assert RAW not in repr(read_key(RAW))
    assert ENCODED not in repr(read_key(RAW))


def test_monites_words_about_a_key_are_kept_without_it() -> None:
    calls: list[ApiCall] = []
    monite = Monite("http://127.0.0.1:9/v1", "id", "secret", "2024-01-31", log=calls.append)
    with responses.RequestsMock() as wire, closing(monite):
        wire.post("http://127.0.0.1:9/v1/auth/token", json={"access_token": "t", "expires_in": 1800})
        wire.patch("http://127.0.0.1:9/v1/settings", json={"error": {"message": f"no {ENCODED}"}}, status=400)
        with pytest.raises(RefusedError) as refusal:
            monite.store_provider_key("codat", ENCODED)

    assert [call.error for call in calls] == [None, "no …"]
    assert ENCODED not in str(refusal.value)


@pytest.mark.parametrize("token", [None, "", "not encoded", "****************", "YWI="])
def test_what_is_no_key_has_no_ending(token: str | None) -> None:
    assert ending_of(token) == ""


def test_monites_key_ends_as_codats_portal_shows_it() -> None:
    assert ending_of(ENCODED) == "kGHd"
