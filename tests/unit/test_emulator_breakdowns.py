"""Faults that show in the answer itself, in every version of the API."""

from __future__ import annotations

from typing import Any

import pytest

from app.emulator.api import breakdowns
from app.emulator.api.limits import RateLimit
from app.emulator.rules.faults import KINDS
from app.emulator.rules.versions import VERSIONS
from tests.emulator_clients import Answer, Face
from tests.emulator_people import credentials

GONE = "The token has been revoked, expired or not found."
LOOKS: dict[str, tuple[int, Any]] = {
    "token_revoked": (401, {"error": {"message": GONE}}),
    "token_expired": (401, {"error": {"message": GONE}}),
    "api_down": (503, None),
    "garbage": (200, None),
    "server_error": (500, {"error": {"message": "Internal Server Error"}}),
    "resource_failing": (500, {"error": {"message": "Internal Server Error"}}),
    "rate_limited": (429, {"message": "API rate limit exceeded"}),
    "conflict": (409, {"error": {"message": "Payable couldn't be updated due to current state"}}),
    "unprocessable": (422, {"detail": [
        {"loc": ["body", "ledger_account_id"], "msg": "value is not a valid uuid", "type": "value_error"}]}),
}  # fmt: skip


def _arm(monite: Face, kind: str, **options: Any) -> Answer:
    return monite.control("POST", "/faults", {"kind": kind, "options": options})


def test_every_fault_of_the_api_is_looked_at_here() -> None:
    assert set(breakdowns.BEFORE) == {*LOOKS, "no_answer"} <= set(KINDS)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", LOOKS)
def test_a_fault_looks_the_same_in_every_version(monite: Face, kind: str, version: str) -> None:
    _arm(monite, kind, resource="products")

    answer = monite.send("POST", "/products", {"name": "Tea"}, X_Monite_Version=version)

    assert (answer.status_code, answer.json) == LOOKS[kind]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-monite-version"] == version
    if kind not in ("token_revoked", "token_expired"):
        assert monite.send("GET", "/payables", X_Monite_Version=version).status_code == 200


@pytest.mark.parametrize("version", VERSIONS)
def test_a_line_can_break_in_every_version(monite: Face, version: str) -> None:
    _arm(monite, "no_answer")

    with pytest.raises(breakdowns.HungUpError):
        monite.send("GET", "/products", X_Monite_Version=version)


@pytest.mark.parametrize("kind", ["token_revoked", "token_expired"])
def test_a_token_that_is_lost_on_purpose_stays_lost(monite: Face, kind: str) -> None:
    monite.control("POST", "/faults", {"kind": kind, "count": 1})

    assert monite.send("GET", "/products").status_code == 401
    assert monite.send("GET", "/products").status_code == 401
    assert monite.control("GET", "/faults").json["active"] == []


def test_an_expired_token_can_also_look_like_a_bad_request(monite: Face) -> None:
    _arm(monite, "token_expired", status=400)

    answer = monite.send("GET", "/products")

    assert (answer.status_code, answer.json) == (400, {"error": {"message": GONE}})


def test_a_limit_on_purpose_lets_so_many_requests_of_a_second_through(monite: Face) -> None:
    moment = [1.0]
    monite.app.extensions["emulator_limit"] = RateLimit(1000, lambda: moment[0])
    _arm(monite, "rate_limited", limit=2)

    answers = [monite.send("GET", "/products") for _ in range(3)]
    moment[0] = 2.0
    later = monite.send("GET", "/products")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].headers["RateLimit-Limit"] == answers[2].headers["X-RateLimit-Limit-Second"] == "2"
    assert answers[2].headers["Retry-After"] == "1"
    assert later.status_code == 200


def test_a_limit_on_purpose_goes_when_it_is_cleared(monite: Face) -> None:
    _arm(monite, "rate_limited", limit=1)
    monite.control("DELETE", "/faults")

    answers = [monite.send("GET", "/products") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["RateLimit-Limit"] == "1000000"


@pytest.mark.parametrize("limit", [0, -1, 1.5, "many", True, None])
def test_a_limit_that_is_none_is_refused(monite: Face, limit: Any) -> None:
    assert _arm(monite, "rate_limited", limit=limit).status_code == 400


def test_a_fault_of_an_entity_finds_it_in_any_spelling(monite: Face) -> None:
    monite.control("POST", "/faults", {"kind": "api_down", "entity_id": monite.entity_id})

    shouted = monite.send("GET", "/products", X_Monite_Entity_Id=monite.entity_id.upper())

    assert shouted.status_code == 503


def test_a_token_can_be_had_while_everything_else_is_refused(monite: Face) -> None:
    for kind in ("server_error", "rate_limited", "token_expired"):
        _arm(monite, kind)

    body = {**credentials(monite), "grant_type": "client_credentials"}

    assert monite.send("POST", "/auth/token", body).status_code == 200
