"""Who may tell us anything: each channel's own way of showing who sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.webhooks import Note, signatures
from tests.factories import NOW
from tests.webhook_samples import CODAT_SECRET, MONITE_SECRET, codat_headers, monite_headers

BODY = b'{"id": "x"}'


def of_monite(header: str, body: bytes = BODY) -> Note:
    return signatures.of_monite(header, body, MONITE_SECRET, NOW)


def of_codat(headers: dict[str, str], body: bytes = BODY, secret: str = CODAT_SECRET) -> Note:
    shown = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
    return signatures.of_codat_event(*shown, body, secret=secret, now=NOW)


def test_codats_own_test_vector_is_genuine() -> None:
    verdict = signatures.of_codat_event(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        b'{"test": 2432232314}',
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        now=datetime.fromtimestamp(1614265330, UTC),
    )

    assert verdict is Note.NONE


def test_monites_signature_is_over_the_time_and_the_body_as_it_came() -> None:
    header = monite_headers(BODY, NOW)["monite-signature"]

    assert of_monite(header) is Note.NONE
    assert of_monite(header, BODY + b" ") is Note.WRONG


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_long_ago_or_in_the_future_is_refused(minutes: int) -> None:
    then = NOW + timedelta(minutes=minutes)

    assert of_monite(monite_headers(BODY, then)["monite-signature"]) is Note.OLD
    assert of_codat(codat_headers(BODY, then)) is Note.OLD


def test_another_time_does_not_fit_the_signature() -> None:
    header = monite_headers(BODY, NOW - timedelta(hours=1))["monite-signature"]
    stamp = str(int(NOW.timestamp()))

    assert of_monite(f"t={stamp},{header.split(',')[1]}") is Note.WRONG


@pytest.mark.parametrize("secret", ["", "whsec_anotherone"])
def test_another_secret_does_not_fit(secret: str) -> None:
    assert of_monite(monite_headers(BODY, NOW, secret)["monite-signature"]) is Note.WRONG


@pytest.mark.parametrize(
    "header",
    ["t=1", "v1=", "t=,v1=", "t=x,v1=00", "v1=00,t=99999999999999999999", "=,=", "t=1,v1=ü", "a" * 1999],
)
def test_a_header_that_makes_no_sense_is_no_signature(header: str) -> None:
    assert of_monite(header) is Note.WRONG


def test_no_header_or_an_endless_one_is_no_signature_either() -> None:
    assert of_monite("") is Note.UNSIGNED
    assert of_monite("a" * 100_000) is Note.UNSIGNED
    assert (
        of_codat({"webhook-id": "", "webhook-timestamp": "1", "webhook-signature": "v1,x"}) is Note.UNSIGNED
    )


def test_one_fitting_signature_of_several_is_enough() -> None:
    headers = codat_headers(BODY, NOW)
    headers["webhook-signature"] = f"v1,AAAA v2,zzzz {headers['webhook-signature']}"

    assert of_codat(headers) is Note.NONE


def test_a_signature_of_another_version_counts_for_nothing() -> None:
    headers = codat_headers(BODY, NOW)
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v1a,")

    assert of_codat(headers) is Note.WRONG


def test_a_signature_is_for_its_message_id_alone() -> None:
    headers = codat_headers(BODY, NOW, "msg_1") | {"webhook-id": "msg_2"}

    assert of_codat(headers) is Note.WRONG


def test_a_secret_that_is_no_secret_of_codats_is_told() -> None:
    assert of_codat(codat_headers(BODY, NOW), secret="whsec_not base64!") is Note.KEY_LOST


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("Bearer abc", Note.NONE),
        ("Bearer abcd", Note.WRONG),
        ("Bearer", Note.WRONG),
        ("Bearer ", Note.WRONG),
        ("", Note.UNSIGNED),
    ],
)
def test_codats_rules_carry_the_header_that_the_partner_chose(header: str, verdict: Note) -> None:
    assert signatures.of_codat_rule(header, "Bearer abc") is verdict


def test_a_token_kept_without_its_scheme_fits_the_header_with_it() -> None:
    assert signatures.of_codat_rule("Bearer abc", "abc") is Note.NONE
