"""The client for Monite: what it sends, and what it makes of every kind of answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from app.domain.api_calls import ApiCall
from app.domain.connections import ConnectionStatus
from app.domain.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    MoniteError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)
from app.domain.sync_rules import USUAL, SyncRules
from app.monite.answers import error_text
from app.monite.client import Monite

BASE = "https://api.monite.test/v1"
CONNECTIONS = f"{BASE}/accounting_connections"
PRODUCT = {"id": "p1", "name": "Tea", "updated_at": "2024-06-08T10:00:00Z"}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        give_token(wire)
        yield wire


@pytest.fixture
def monite() -> Iterator[Monite]:
    client = make_client()
    yield client
    client.close()


def make_client(version: str = "2024-01-31", **options: Any) -> Monite:
    return Monite(BASE, "id", "hush", version, **options)


def give_token(wire: responses.RequestsMock, token: str = "t1", expires_in: int = 1800) -> None:
    wire.post(f"{BASE}/auth/token", json={"access_token": token, "expires_in": expires_in})


def sent(wire: responses.RequestsMock, path: str) -> list[requests.PreparedRequest]:
    return [call.request for call in wire.calls if (call.request.url or "").partition("?")[0].endswith(path)]


def test_a_call_carries_version_entity_and_token(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.get(CONNECTIONS, json={"data": []})

    assert monite.list_connections("e1") == []
    headers = sent(wire, "/accounting_connections")[0].headers
    assert headers["X-Monite-Version"] == "2024-01-31"
    assert headers["X-Monite-Entity-Id"] == "e1"
    assert headers["Authorization"] == "Bearer t1"


def test_the_list_of_entities_is_asked_for_without_an_entity(
    wire: responses.RequestsMock, monite: Monite
) -> None:
    wire.get(f"{BASE}/entities", json={"data": []})

    assert list(monite.list_entities()) == [[]]
    assert "X-Monite-Entity-Id" not in sent(wire, "/entities")[0].headers


def test_one_token_serves_many_calls(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.get(CONNECTIONS, json={"data": []})

    monite.list_connections("e1")
    monite.list_connections("e2")

    assert len(sent(wire, "/auth/token")) == 1


def test_a_token_near_its_end_is_renewed_early(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.replace("POST", f"{BASE}/auth/token", json={"access_token": "t1", "expires_in": 0})
    wire.get(CONNECTIONS, json={"data": []})

    monite.list_connections("e1")
    monite.list_connections("e1")

    assert len(sent(wire, "/auth/token")) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": {"message": "Unauthorized"}}),
        (400, {"error": {"message": "The token has been revoked, expired or not found."}}),
    ],
)
def test_a_lost_token_is_replaced_and_the_call_replayed_once(
    wire: responses.RequestsMock, monite: Monite, status: int, body: dict[str, Any]
) -> None:
    give_token(wire, "t2")
    wire.get(CONNECTIONS, json=body, status=status)
    wire.get(CONNECTIONS, json={"data": []})

    assert monite.list_connections("e1") == []
    used = [r.headers["Authorization"] for r in sent(wire, "/accounting_connections")]
    assert used == ["Bearer t1", "Bearer t2"]


def test_a_fresh_token_refused_is_a_matter_of_credentials(
    wire: responses.RequestsMock, monite: Monite
) -> None:
    wire.get(CONNECTIONS, json={"error": {"message": "Unauthorized"}}, status=401)

    with pytest.raises(CredentialsError):
        monite.list_connections("e1")
    assert len(sent(wire, "/accounting_connections")) == 2


@pytest.mark.parametrize("status", [400, 401, 422])
def test_refused_credentials_are_named(wire: responses.RequestsMock, monite: Monite, status: int) -> None:
    wire.replace("POST", f"{BASE}/auth/token", json={"error": {"message": "No."}}, status=status)

    with pytest.raises(CredentialsError, match=r"No\."):
        monite.list_connections("e1")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RefusedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (405, RefusedError),
        (409, ConflictError),
        (422, RefusedError),
        (500, UnavailableError),
        (501, RefusedError),
        (503, UnavailableError),
    ],
)
def test_each_status_has_its_error(
    wire: responses.RequestsMock, monite: Monite, status: int, error: type[MoniteError]
) -> None:
    wire.post(
        f"{CONNECTIONS}/c1/sync",
        json={"error": {"message": "As it is."}},
        status=status,
        headers={"x-request-id": "r-7"},
    )

    with pytest.raises(MoniteError) as caught:
        monite.sync("e1", "c1")
    assert type(caught.value) is error
    assert (caught.value.message, caught.value.status, caught.value.request_id) == (
        "As it is.",
        status,
        "r-7",
    )


def test_a_field_error_says_which_field(wire: responses.RequestsMock, monite: Monite) -> None:
    detail = [{"loc": ["body", "push_statuses"], "msg": "field required", "type": "value_error.missing"}]
    wire.patch(f"{BASE}/accounting_sync_rules", json={"detail": detail}, status=422)

    with pytest.raises(RefusedError, match=r"field required \(body\.push_statuses\)"):
        monite.patch_sync_rules("e1", USUAL)


def test_too_many_requests_say_how_long_to_wait(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.patch(
        f"{BASE}/products/p1",
        json={"message": "API rate limit exceeded"},
        status=429,
        headers={"Retry-After": "7"},
    )

    with pytest.raises(RateLimitedError) as caught:
        monite.update_product("e1", "p1", ledger_account_id="a1")
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(("seconds", "wait", "calls"), [(8, "0", 2), (8, "7", 1), (0.9, "0", 1)])
def test_a_person_waits_out_a_full_line_once_if_there_is_time(
    wire: responses.RequestsMock, monite: Monite, seconds: float, wait: str, calls: int
) -> None:
    for _ in range(calls):
        wire.patch(f"{BASE}/products/p1", status=429, json={}, headers={"Retry-After": wait})

    with monite.hurried(seconds), pytest.raises(RateLimitedError):
        monite.update_product("e1", "p1", ledger_account_id="a1")
    assert len(sent(wire, "/products/p1")) == calls


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "[1, 2]", "null"])
def test_a_good_status_without_a_json_object_is_no_answer(
    wire: responses.RequestsMock, monite: Monite, body: str
) -> None:
    wire.patch(f"{BASE}/products/p1", body=body)

    with pytest.raises(UnavailableError):
        monite.update_product("e1", "p1", ledger_account_id="a1")


def test_a_write_is_never_repeated(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.post(CONNECTIONS, body=requests.ConnectionError("gone"))

    with pytest.raises(UnavailableError):
        monite.create_connection("e1", "xero")
    assert len(sent(wire, "/accounting_connections")) == 1


def test_a_read_is_tried_again_after_a_hiccup(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.get(CONNECTIONS, body="<html>", status=502)
    wire.get(CONNECTIONS, json={"data": []})

    assert monite.list_connections("e1") == []


def test_a_read_while_a_person_waits_is_tried_once(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.get(CONNECTIONS, body="<html>", status=502)
    wire.get(CONNECTIONS, json={"data": []})

    with monite.hurried(3), pytest.raises(UnavailableError):
        monite.list_connections("e1")


def test_no_call_begins_after_the_time_is_over(wire: responses.RequestsMock, monite: Monite) -> None:
    with monite.hurried(0), pytest.raises(UnavailableError, match="No time"):
        monite.list_connections("e1")
    assert len(wire.calls) == 0


def test_the_limiter_hears_whether_a_person_waits(wire: responses.RequestsMock) -> None:
    heard: list[bool] = []
    monite = make_client(limiter=heard.append)
    wire.get(CONNECTIONS, json={"data": []})

    monite.list_connections("e1")
    with monite.background():
        monite.list_connections("e1")

    assert heard == [True, True, False]  # the first is for the token


def test_pages_are_followed_with_the_limit_and_the_filters_sent_again(
    wire: responses.RequestsMock, monite: Monite
) -> None:
    first = {"data": [PRODUCT], "next_pagination_token": "n1"}
    wire.get(f"{BASE}/products", json=first)
    wire.get(f"{BASE}/products", json={"data": [PRODUCT | {"id": "p2"}], "next_pagination_token": None})

    found = [product.id for page in monite.products("e1") for product, _ in page]

    assert found == ["p1", "p2"]
    assert [r.params for r in sent(wire, "/products")] == [  # type: ignore[attr-defined]
        {"limit": "100"},
        {"limit": "100", "pagination_token": "n1"},
    ]


def test_a_token_that_comes_twice_ends_the_reading_loudly(
    wire: responses.RequestsMock, monite: Monite
) -> None:
    wire.get(f"{BASE}/products", json={"data": [], "next_pagination_token": "again"})

    with pytest.raises(UnavailableError, match="repeats"):
        list(monite.products("e1"))


def test_records_are_asked_for_by_type_object_and_change(
    wire: responses.RequestsMock, monite: Monite
) -> None:
    wire.get(f"{BASE}/accounting_synced_records", json={"data": []})
    since = datetime(2024, 6, 8, 10, tzinfo=UTC)

    list(monite.synced_records("e1", "bill", object_ids=["a", "b"], updated_since=since))

    asked = sent(wire, "/accounting_synced_records")[0].params  # type: ignore[attr-defined]
    assert asked["object_type"] == "bill"
    assert asked["object_id__in"] == ["a", "b"]
    assert asked["updated_at__gte"] == "2024-06-08T10:00:00+00:00"


@pytest.mark.parametrize(("version", "body"), [("2024-01-31", {"platform": "xero"}), ("2023-09-01", None)])
def test_the_platform_is_told_only_to_versions_that_take_it(
    wire: responses.RequestsMock, version: str, body: dict[str, str] | None
) -> None:
    wire.post(CONNECTIONS, json=connection_json(), status=201)

    make_client(version).create_connection("e1", "xero")

    told = sent(wire, "/accounting_connections")[0].body
    assert (json.loads(told) if told else None) == body


def connection_json(**changes: Any) -> dict[str, Any]:
    times = {"created_at": "2023-02-16T07:38:01.631172+00:00", "updated_at": "2023-02-16T07:38:01Z"}
    return {"id": "c1", "status": "pending_auth", "connection_url": "https://x.test/start"} | times | changes


def test_a_connection_of_the_guide_is_read(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.get(f"{CONNECTIONS}/c1", json=connection_json(errors=[{"message": "Revoked."}], platform=None))

    found = monite.get_connection("e1", "c1")

    assert (found.status, found.errors, found.platform) == (
        ConnectionStatus.PENDING_AUTH,
        ("Revoked.",),
        None,
    )


def test_unknown_fields_statuses_and_nulls_do_no_harm(wire: responses.RequestsMock, monite: Monite) -> None:
    odd = connection_json(status="paused", connection_url=None, business_info=None, errors={}, new_field=[1])
    wire.get(f"{CONNECTIONS}/c1", json=odd)

    assert monite.get_connection("e1", "c1").status is ConnectionStatus.CHECKING


def test_a_missing_required_field_is_no_usable_answer(wire: responses.RequestsMock, monite: Monite) -> None:
    wire.get(f"{CONNECTIONS}/c1", json={"id": "c1"})

    with monite.hurried(3), pytest.raises(UnavailableError, match="lacks status"):
        monite.get_connection("e1", "c1")


def test_a_push_list_that_is_left_out_is_not_believed_to_be_empty(
    wire: responses.RequestsMock, monite: Monite
) -> None:
    wire.get(f"{BASE}/accounting_sync_rules", json={"push_statuses": {"payable": []}})

    assert monite.get_sync_rules("e1") == SyncRules((), USUAL.receivable)


def test_every_call_is_logged_without_secrets(wire: responses.RequestsMock) -> None:
    told: list[ApiCall] = []
    wire.get(
        CONNECTIONS, json={"error": {"message": "Forbidden"}}, status=403, headers={"x-request-id": "r1"}
    )
    monite = make_client(log=told.append)

    with pytest.raises(ForbiddenError):
        monite.list_connections("e1")

    assert [(c.method, c.path, c.status) for c in told] == [
        ("POST", "/auth/token", 200),
        ("GET", "/accounting_connections", 403),
    ]
    assert (told[1].entity_id, told[1].request_id, told[1].error) == ("e1", "r1", "Forbidden")
    assert "hush" not in repr(told)
    assert "t1" not in repr(told)


def test_a_call_without_an_answer_is_logged_too(wire: responses.RequestsMock) -> None:
    told: list[ApiCall] = []
    wire.post(CONNECTIONS, body=requests.ReadTimeout("slow"))

    with pytest.raises(UnavailableError):
        make_client(log=told.append).create_connection("e1")

    assert (told[-1].status, told[-1].error) == (None, "ReadTimeout")


@pytest.mark.parametrize(
    ("errors", "text"),
    [
        (None, None),
        ({}, None),
        ([], None),
        ({"message": "Tax rate does not exist"}, "Tax rate does not exist"),
        ({"code": 7, "detail": {"errors": [{"message": "Deep"}]}}, "Deep"),
        ({"type": "x", "message": "First"}, "First"),
        (["  plain  "], "plain"),
        ({"code": 7}, '{"code":7}'),
    ],
)
def test_the_errors_of_a_record_become_one_text(errors: Any, text: str | None) -> None:
    assert error_text(errors) == text


def test_nothing_of_the_token_reaches_the_ordinary_log(
    wire: responses.RequestsMock, monite: Monite, caplog: pytest.LogCaptureFixture
) -> None:
    wire.get(CONNECTIONS, json={"data": []})

    with caplog.at_level(logging.DEBUG):
        monite.list_connections("e1")

    assert "t1" not in caplog.text
    assert "hush" not in caplog.text
