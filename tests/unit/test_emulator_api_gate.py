"""What every request passes: version, token, entity, rate limit; and how refusals look."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.emulator import samples
from app.emulator.api.limits import RateLimit
from tests.emulator_clients import Face, face


def test_a_request_without_a_version_gets_400_of_its_own_type(monite: Face) -> None:
    response = monite.send("GET", "/products", X_Monite_Version=None)

    assert response.status_code == 400
    assert response.json == {
        "error": {
            "type": "missing_api_version",
            "message": "Missing the x-monite-version HTTP header",
        }
    }


@pytest.mark.parametrize("version", ["2024-01-30", "latest", "", "2023-13-01"])
def test_an_unknown_version_gets_400(monite: Face, version: str) -> None:
    assert monite.send("GET", "/products", X_Monite_Version=version).status_code == 400


@pytest.mark.parametrize("sent", [None, "Bearer nonsense", "Basic x", "Bearer ", "YOUR_TOKEN"])
def test_a_request_without_a_good_token_gets_401(monite: Face, sent: str | None) -> None:
    response = monite.send("GET", "/products", Authorization=sent)

    assert response.status_code == 401
    assert response.json == {"error": {"message": "The token has been revoked, expired or not found."}}


def test_the_spelling_of_the_word_bearer_does_not_matter(monite: Face) -> None:
    token = monite.headers["Authorization"].removeprefix("Bearer ")

    assert monite.send("GET", "/products", Authorization=f"bearer {token}").status_code == 200
    assert monite.send("GET", "/products", Authorization=token).status_code == 401


def test_a_missing_entity_header_is_named_in_the_422(monite: Face) -> None:
    response = monite.send("GET", "/products", X_Monite_Entity_Id=None)

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == ["header", "x-monite-entity-id"]


def test_an_entity_of_nobody_is_forbidden(monite: Face) -> None:
    assert monite.send("GET", "/products", X_Monite_Entity_Id=str(uuid4())).status_code == 403


def test_an_id_of_another_entity_is_not_there(monite: Face) -> None:
    other = monite.add_payable(monite.add_entity("Other GmbH"))

    response = monite.send("GET", f"/payables/{other['id']}")

    assert (response.status_code, response.json) == (404, {"error": {"message": "Not found"}})


def test_a_path_that_holds_no_uuid_is_named_in_the_422(monite: Face) -> None:
    response = monite.send("GET", "/payables/seventeen")

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == ["path", "payable_id"]


def test_the_spelling_of_a_uuid_does_not_matter(monite: Face) -> None:
    made = monite.add_payable()

    assert monite.get(f"/payables/{made['id'].upper()}")["id"] == made["id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/tags"),
        ("POST", "/receivables"),
        ("DELETE", "/payables/9d2b4c8f-2087-4738-ba91-7359683c49a4"),
    ],
)
def test_what_monite_has_and_the_emulator_lacks_gets_501(monite: Face, method: str, path: str) -> None:
    assert monite.send(method, path).status_code == 501


def test_a_method_that_monite_has_not_either_gets_405(monite: Face) -> None:
    response = monite.send("PUT", "/products")

    assert (response.status_code, response.json) == (405, {"error": {"message": "Method Not Allowed"}})


def test_a_body_beyond_the_gateways_limit_gets_413(monite: Face) -> None:
    response = monite.post_raw("/products", b" " * (10 * 1024 * 1024 + 1))

    assert (response.status_code, response.json) == (413, {"message": "Request size limit exceeded"})


def test_a_path_that_nobody_has_gets_404(monite: Face) -> None:
    response = monite.send("GET", "/nonsense")

    assert (response.status_code, response.json) == (404, {"error": {"message": "Not found"}})


def test_answers_carry_version_entity_request_id_and_limits(monite: Face) -> None:
    headers = monite.send("GET", "/products").headers

    assert headers["x-monite-version"] == "2024-01-31"
    assert headers["x-monite-entity-id"] == monite.entity_id
    assert headers["x-request-id"]
    assert float(headers["x-process-time"]) >= 0
    assert headers["RateLimit-Limit"] == headers["X-RateLimit-Limit-Second"] == "1000000"
    assert int(headers["RateLimit-Remaining"]) < 1_000_000


def test_beyond_the_limit_of_a_second_requests_get_429_with_retry_after(tmp_path: Path) -> None:
    with face(tmp_path, rate_limit=2) as monite:
        answers = [monite.send("GET", "/products") for _ in range(8)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].json == {"message": "API rate limit exceeded"}


def test_the_limit_counts_each_second_and_each_client_by_itself() -> None:
    moment = [10.0]
    limit = RateLimit(2, lambda: moment[0])

    first = [limit.take("a").granted for _ in range(3)]
    other = limit.take("b").granted
    moment[0] = 11.0

    assert (first, other, limit.take("a").granted) == ([True, True, False], True, True)


def test_a_token_is_given_for_good_credentials_only(monite: Face) -> None:
    state = monite.control("GET", "/state").json
    body: dict[str, Any] = {"grant_type": "client_credentials", "client_id": state["client_id"]}

    good = monite.send("POST", "/auth/token", {**body, "client_secret": state["client_secret"]})
    bad = monite.send("POST", "/auth/token", {**body, "client_secret": "guess"})

    assert good.json["token_type"] == "Bearer"
    assert good.json["expires_in"] == 1800
    assert (bad.status_code, list(bad.json)) == (401, ["error"])


def test_a_stale_token_on_the_token_call_does_no_harm(monite: Face) -> None:
    state = monite.control("GET", "/state").json
    body = {"grant_type": "client_credentials"} | {
        name: state[name] for name in ("client_id", "client_secret")
    }

    assert monite.send("POST", "/auth/token", body, Authorization="Bearer stale").status_code == 200


def test_a_revoked_token_is_refused_at_once(monite: Face) -> None:
    state = monite.control("GET", "/state").json
    token = monite.headers["Authorization"].removeprefix("Bearer ")
    body = {"token": token} | {name: state[name] for name in ("client_id", "client_secret")}

    assert monite.send("POST", "/auth/revoke", body).json == {"message": "Token revoked"}
    assert monite.send("GET", "/products").status_code == 401


@pytest.mark.parametrize(
    ("raw", "loc"),
    [
        (b"", ["body"]),
        (b"{", ["body"]),
        (b"[]", ["body"]),
        (b'{"name": "\\ud800"}', ["body", "name"]),
        (b'{"name": "x", "colour": "red"}', ["body", "colour"]),
        (b'{"name": null}', ["body", "name"]),
        (b'{"name": "x", "price": {"value": 1}}', ["body", "price", "currency"]),
        (b'{"name": "x", "price": {"value": 1e400, "currency": "EUR"}}', ["body", "price", "value"]),
        (b'{"name": "x", "smallest_amount": true}', ["body", "smallest_amount"]),
        (b'{"name": "x", "ledger_account_id": 7}', ["body", "ledger_account_id"]),
        (b"[" * 100_000, ["body"]),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_the_place(monite: Face, raw: bytes, loc: list[str]) -> None:
    response = monite.post_raw("/products", raw)

    assert response.status_code == 422
    assert response.json["detail"][0]["loc"] == loc
    assert monite.get("/products")["data"] == []


def test_an_entity_that_goes_while_it_is_written_to_is_unknown_then(
    monite: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the sample data is loaded afresh between a request's check and its write."""

    def reset() -> None:
        samples.load(monite.db, "empty")

    before = monite.app.before_request_funcs
    monkeypatch.setitem(before, None, [*before[None], reset])

    answer = monite.send("PATCH", "/accounting_sync_rules", {"push_statuses": {"payable": []}})

    assert (answer.status_code, answer.json) == (403, {"error": {"message": "Forbidden"}})
