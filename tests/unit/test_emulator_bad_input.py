"""What no client should send: refused as Monite's gateway and services would, and never a breakdown."""

from __future__ import annotations

import base64
import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from app.emulator.factory import LARGEST_REQUEST
from app.emulator.rules.versions import VERSIONS
from tests.emulator_clients import Face, face

WRITES = ("POST", "PATCH", "PUT")
HUGE = 10**400
BODIES = {
    "no JSON": b"{",
    "nothing": b"",
    "no object": b"[]",
    "null": b"null",
    "a number": b"1e400",
    "not text": b"\xff\xfe\x00",
    "half a character": b'{"name": "\\ud800", "\\udfff": 1}',
    "NUL": b'{"name": "\\u0000", "login": "\\u0000", "description": "a\\u0000b"}',
    "NaN": b'{"quantity": NaN, "price": {"value": Infinity, "currency": "EUR"}, "total_amount": NaN}',
    "too large a float": b'{"quantity": 1e400, "total_amount": 1e400, "tax": -1e400}',
    "too large a number": b'{"quantity": %d, "total_amount": %d, "tax": -%d}' % (HUGE, HUGE, HUGE),
    "more digits than are read": b'{"quantity": ' + b"9" * 5000 + b"}",
    "deep": b'{"partner_metadata": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep enough to be read": b'{"partner_metadata": ' + b"[" * 400 + b"]" * 400 + b"}",
    "twice the same key": b'{"name": "a", "name": "b", "name": null}',
    "every type at the wrong place": (
        b'{"name": {}, "data": {}, "push_statuses": [], "permissions": [], "platform": 7, "type": [],'
        b' "object_type": {}, "url": [], "price": "x", "accounting": 1, "organization": 3, "objects": 1}'
    ),
}  # fmt: skip
QUERIES = {
    "no limit": "limit=",
    "no number": "limit=ten",
    "below": "limit=-1",
    "absurd": f"limit={HUGE}",
    "more digits than are read": "limit=" + "9" * 5000,
    "bad encoding": "limit=%zz&name=%ff%fe&sort=%&login=%c3%28&status=%f0%28",
    "NUL": "name=%00&search_text=%00&login=%00&document_id__contains=%00&created_at__gt=%00",
    "no time": "created_at__gt=tomorrow&created_at=now&object_type=product",
    "times at the edge": "created_at__gt=0001-01-01T00:00:00%2B14:00&created_at=9999-12-31T23:59:59-14:00",
    "no uuid": "id__in=7&object_id=x&counterpart_id=-&role_id={}&object_type=product",
    "unknown": "colour=red&colour=blue&__proto__=1&[]=",
    "huge": "name=" + "x" * 100_000,
    "many": "&".join(f"id__in={uuid4()}" for _ in range(1000)),
    "half a pair": "&&=&;=%26&limit",
    "wildcards": "name__contains=%25&name__icontains=_%25&search_text='\"--",
    "no token": "pagination_token=%00%ff",
    "token of nothing": "pagination_token=e30=&object_type=product",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """One emulator for all that is refused anyway."""
    with face(tmp_path_factory.mktemp("bad")) as made:
        yield made


def _version(path: str) -> str:
    resource = path.split("/")[2]
    return next(date for date in sorted(VERSIONS, reverse=True) if resource not in VERSIONS[date].absent)


def _routes(monite: Face, *methods: str) -> list[tuple[str, str]]:
    """Method and path of each route, with the ids of things that are there, as far as there are some."""
    payable = monite.add_payable(status="draft")["id"]
    line = monite.send("POST", f"/payables/{payable}/line_items", {"name": "Tea"}).json["id"]
    product = monite.send("POST", "/products", {"name": "Tea"}).json["id"]
    known = {
        "payable_id": payable,
        "line_item_id": line,
        "product_id": product,
        "entity_id": monite.entity_id,
    }

    def filled(rule: str) -> str:
        return re.sub("<([^>]*)>", lambda found: known.get(found[1], str(uuid4())), rule)

    return [
        (method, filled(rule.rule))
        for rule in monite.app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in sorted((rule.methods or set()) & set(methods))
    ]


def _ask(monite: Face, method: str, path: str, **more: Any) -> Any:
    headers = {**monite.headers, "X-Monite-Version": _version(path), **more.pop("headers", {})}
    return monite.app.test_client().open(path, method=method, headers=headers, **more)


def _broken(answers: dict[tuple[str, str], Any]) -> dict[tuple[str, str], str]:
    """The answers that no client could make sense of."""
    return {
        key: f"{answer.status_code} {answer.text[:200]}"
        for key, answer in answers.items()
        if answer.status_code >= 500
        or "x-request-id" not in answer.headers
        or (answer.status_code == 422 and not answer.json["detail"][0]["msg"])
        or (answer.status_code in (400, 401, 403, 404, 405, 409) and not answer.json["error"]["message"])
    }


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_body_breaks_a_route(shared: Face, body: bytes) -> None:
    asked = _routes(shared, *WRITES)

    assert _broken({(method, path): _ask(shared, method, path, data=body) for method, path in asked}) == {}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_no_query_breaks_a_list(shared: Face, query: str) -> None:
    asked = [(method, path) for method, path in _routes(shared, "GET")]

    answers = {(method, path): _ask(shared, method, path, query_string=query) for method, path in asked}

    assert _broken(answers) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/payables/%00", "/v1/payables/%ff%fe", "/v1/payables/..%2f..%2fsettings", "/v1/%00", "/v1/",
        "/v1//products", "/v1/products/", "/v1/payables/" + "x" * 100_000, "/v1/payables/%ud800",
        "/v1/roles/%F0%9F%A6%86", "/v1/" + "/".join("x" * 1000), "/v1/products;a=b", "/v1/products%3Fa",
    ],
)  # fmt: skip
def test_no_path_breaks_the_api(shared: Face, path: str) -> None:
    answer = _ask(shared, "GET", "/v1/products", environ_overrides={"PATH_INFO": path})

    assert answer.status_code in (404, 422)
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("name", ["Authorization", "X-Monite-Entity-Id", "X-Monite-Version"])
@pytest.mark.parametrize("value", ["", " ", "\xff\xfe", "Bearer", "Bearer \xe9", "x" * 50_000, "{}"])
def test_no_header_breaks_the_api(shared: Face, name: str, value: str) -> None:
    answer = _ask(shared, "GET", "/v1/products", headers={name: value})

    assert answer.status_code in (400, 401, 422)


def test_head_answers_as_get_without_a_body_and_options_is_unknown(shared: Face) -> None:
    head, options = shared.send("HEAD", "/products"), shared.send("OPTIONS", "/products")

    assert (head.status_code, head.text) == (200, "")
    assert (options.status_code, options.json) == (405, {"error": {"message": "Method Not Allowed"}})


@pytest.mark.parametrize("path", ["/products", "/payables", "/auth/token", "/nowhere"])
@pytest.mark.parametrize("told", [True, False])
def test_a_body_beyond_the_limit_gets_413_wherever_it_goes(shared: Face, path: str, told: bool) -> None:
    """A server hands a body on without its length when it came in pieces."""
    raw = b" " * (LARGEST_REQUEST + 1)
    length = {"CONTENT_LENGTH": str(len(raw))} if told else {"wsgi.input_terminated": True}

    answer = _ask(shared, "POST", f"/v1{path}", input_stream=BytesIO(raw), environ_overrides=length)

    assert (answer.status_code, answer.json) == (413, {"message": "Request size limit exceeded"})
    assert answer.headers["x-request-id"]
    assert answer.headers["RateLimit-Limit"]


def test_a_body_in_pieces_is_read_like_any_other(shared: Face) -> None:
    pieces = {"wsgi.input_terminated": True}

    answer = _ask(
        shared, "POST", "/v1/products", input_stream=BytesIO(b'{"name": "Tea"}'), environ_overrides=pieces
    )

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (None, 201),
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/vnd.api+json", 201),
        ("application/x-www-form-urlencoded", 201),
        ("text/plain", 422),
        ("multipart/form-data; boundary=x", 422),
    ],
)
def test_a_body_is_json_unless_it_says_that_it_is_something_else(
    shared: Face, kind: str | None, status: int
) -> None:
    answer = _ask(shared, "POST", "/v1/products", data=b'{"name": "Tea"}', content_type=kind)

    assert answer.status_code == status
    if status == 422:
        assert answer.json["detail"][0]["loc"] == ["body"]


def test_a_call_without_a_body_needs_no_type_of_content(shared: Face) -> None:
    missing = f"/accounting_connections/{uuid4()}/disconnect"

    assert shared.send("POST", missing, Content_Type="text/plain").status_code == 404


@pytest.mark.parametrize(("levels", "status"), [(50, 200), (99, 422), (300, 422), (900, 422)])
def test_a_body_is_read_as_deep_as_it_can_be_written_again(shared: Face, levels: int, status: int) -> None:
    raw = b'{"partner_metadata": {"a": ' + b"[" * levels + b"]" * levels + b"}}"

    assert shared.post_raw("/payables", raw).status_code == status


@pytest.mark.parametrize("name", [b"a\\u0000b", b"\\ud800", b"\\udc00\\ud800"])
def test_a_text_that_cannot_be_kept_is_refused(shared: Face, name: bytes) -> None:
    answer = shared.post_raw("/products", b'{"name": "' + name + b'"}')

    assert answer.json == {
        "detail": [{"loc": ["body", "name"], "msg": "str type expected", "type": "type_error.str"}]
    }


def test_of_two_values_for_one_key_the_last_one_counts(shared: Face) -> None:
    answer = shared.post_raw("/products", b'{"name": "first", "name": "last"}')

    assert answer.json["name"] == "last"


def test_amounts_that_no_column_holds_are_refused(shared: Face) -> None:
    most = 9007199254740991
    payable = shared.add_payable(status="draft")["id"]

    answer = shared.send(
        "POST", f"/payables/{payable}/line_items", {"quantity": most, "unit_price": most, "tax": 10_000}
    )

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"limit": 1.5}, {"limit": "1"}, {"limit": 101}, {"limit": float("nan")},
        {"order": []}, {"cursor_field": []}, {"cursor_field": "price"}, {"pagination_token_type": {}},
        {"cursor_field_value": float("inf")}, {"cursor_field_value": "\ud800"}, {"cursor_field_value": HUGE},
        {"cursor_field_value": {}}, {"current_oid": "\ud800"}, {"current_oid": []}, {"list": "payables"},
        {"pagination_filters": None}, {"pagination_filters": {"name": 7}},
    ],
)  # fmt: skip
def test_a_token_of_ones_own_making_gets_400(shared: Face, changes: dict[str, Any]) -> None:
    content = _token(shared)

    assert _page(shared, json.dumps(content)).status_code == 200
    assert _page(shared, json.dumps(content | changes)).status_code == 400


@pytest.mark.parametrize("filters", [{"name": ["\ud800"]}, {"name": "x"}, {"price": [HUGE]}])
def test_a_token_with_other_filters_does_no_harm(shared: Face, filters: dict[str, Any]) -> None:
    content = _token(shared)
    content["pagination_filters"] |= filters

    assert _page(shared, json.dumps(content)).status_code < 500


@pytest.mark.parametrize("content", ["null", '"x"', "[" * 5000, "{", "\0", "9" * 5000])
def test_a_token_that_holds_something_else_gets_400(shared: Face, content: str) -> None:
    answer = _page(shared, content)

    assert (answer.status_code, answer.json) == (400, {"error": {"message": "Invalid pagination token."}})


def _token(monite: Face) -> dict[str, Any]:
    for name in ("one", "two"):
        monite.send("POST", "/products", {"name": name})
    genuine = monite.get("/products?limit=1")["next_pagination_token"]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(genuine))
    return content


def _page(monite: Face, content: str) -> Any:
    token = base64.urlsafe_b64encode(content.encode()).decode()
    return _ask(monite, "GET", "/v1/products", query_string={"pagination_token": token})


@pytest.mark.parametrize(
    "error", [RuntimeError("unheard of"), sqlite3.OperationalError("database is locked")]
)
def test_what_nobody_expected_is_logged_and_answered_as_monites_500(
    monite: Face, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> str:
        raise error

    monkeypatch.setitem(monite.app.view_functions, "products.index", fail)

    answer = monite.send("GET", "/products")

    assert (answer.status_code, answer.json) == (500, {"error": {"message": "Internal Server Error"}})
    assert answer.headers["x-request-id"]
    assert answer.headers["x-monite-version"] == "2024-01-31"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert caplog.records[0].exc_info is not None


def test_work_that_cannot_be_written_now_does_not_spoil_the_answer(
    monite: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any) -> int:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("app.emulator.sync.engine.run_due", locked)

    assert monite.send("POST", "/products", {"name": "Tea"}).status_code == 201
