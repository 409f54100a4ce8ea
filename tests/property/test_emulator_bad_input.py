"""Whatever is sent to whichever route: a documented answer, and a refusal leaves everything as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from werkzeug.test import TestResponse

from tests.emulator_requests import BODIES, good_body, send, spoiled, with_strangers
from tests.emulator_worlds import UNKNOWN, Route, World, routes, world
from tests.monite_packages import Readers

ROUTES = routes()
ENTITY_FREE = re.compile(
    r"/v1/(auth|settings|entities|webhook_subscriptions|webhook_settings)\b|/v1/entity_users/m|/v1/events/<"
)
SHAPE_A, SHAPE_B, SHAPE_C = {400, 401, 403, 404, 405, 406, 409, 501}, {422}, {413, 429}
each_route = pytest.mark.parametrize("route", ROUTES, ids=str)


@pytest.fixture(scope="module")
def monite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Sample entities; whatever a test changes is put back."""
    with world(tmp_path_factory.mktemp("world")) as made:
        assert made.ids
        assert made.foreign
        made.keep()
        yield made


@pytest.fixture(scope="module")
def readers() -> Readers:
    """The official package, which has to understand whatever was accepted."""
    return Readers()


@pytest.fixture(autouse=True)
def _restored(monite: World) -> Iterator[None]:
    yield
    monite.restore()


@each_route
def test_a_good_request_is_accepted(monite: World, route: Route) -> None:
    answer = _good(monite, route)

    assert answer.status_code in (200, 201, 202, 204), answer.text


def test_every_good_body_belongs_to_a_route() -> None:
    assert set(BODIES) <= {str(route) for route in ROUTES}


@each_route
@settings(max_examples=20, derandomize=True, deadline=None, database=None)
@given(data=st.data())
def test_a_spoiled_request_gets_a_documented_answer(
    monite: World, readers: Readers, route: Route, data: DataObject
) -> None:
    sent = data.draw(spoiled(route, monite))

    answer = send(monite, route, sent)

    changed = monite.has_changed()
    if changed:
        monite.restore()
    _check(answer)
    assert not (changed and answer.status_code >= 400)
    # What a read answers is read by the package elsewhere; reading lists is slow.
    if route.method != "GET" and answer.status_code < 400:
        readers.read(route.method, sent.path, answer.status_code, answer.data)


@each_route
def test_a_request_without_its_headers_is_refused_by_what_is_missing(monite: World, route: Route) -> None:
    unversioned = _good(monite, route, **{"X-Monite-Version": None})
    anonymous = _good(monite, route, Authorization=None)
    homeless = _good(monite, route, **{"X-Monite-Entity-Id": None})

    assert unversioned.status_code == 400
    assert anonymous.status_code == (200 if route.rule == "/v1/auth/token" else 401)
    assert homeless.status_code < 300 if ENTITY_FREE.match(route.rule) else homeless.status_code == 422


@pytest.mark.parametrize("route", [route for route in ROUTES if route.names], ids=str)
def test_ids_of_nothing_and_of_another_entity_are_not_found(monite: World, route: Route) -> None:
    for name in route.names:
        for other in (UNKNOWN, str(uuid4()), monite.foreign.get(name, UNKNOWN)):
            if other == monite.foreign.get(name) and ENTITY_FREE.match(route.rule):
                continue
            ids = {**monite.ids, name: other, "bill_id": other, "invoice_id": other}
            answer = monite.send(route.method, route.path(ids), good_body(route, monite.ids))
            assert answer.status_code == 404, answer.text
            assert not monite.has_changed()


@pytest.mark.parametrize("route", [route for route in ROUTES if str(route) in BODIES], ids=str)
def test_a_body_that_names_nothing_or_a_thing_of_another_entity_is_refused(
    monite: World, route: Route
) -> None:
    for body in with_strangers(good_body(route, monite.ids), monite.foreign):
        answer = monite.send(route.method, route.path(monite.ids), body, headers=monite.own_headers(route))
        assert answer.status_code in (400, 404), (body, answer.text)
        assert not monite.has_changed()


def _good(monite: World, route: Route, **headers: str | None) -> TestResponse:
    query = {"object_type": "bill"} if route.rule == "/v1/accounting_synced_records" else None
    body, path = good_body(route, monite.ids), route.path(monite.ids)
    return monite.send(
        route.method, path, body, headers={**monite.own_headers(route), **headers}, query_string=query
    )


def _check(answer: TestResponse) -> None:
    """Raises AssertionError unless the answer has one of the documented shapes, by its status."""
    status, told = answer.status_code, f"{answer.status} {answer.text[:300]}"
    assert "Traceback" not in answer.text, told
    if status == 204:
        assert answer.text == "", told
        return
    content = json.loads(answer.text, parse_constant=_no_json)
    if status in SHAPE_A:
        assert isinstance(content["error"]["message"], str), told
        assert set(content["error"]) <= {"message", "type"}, told
    elif status in SHAPE_B:
        assert content["detail"], told
        assert all(set(one) == {"loc", "msg", "type"} for one in content["detail"]), told
    elif status in SHAPE_C:
        assert set(content) == {"message"}, told
    else:
        assert status in (200, 201, 202), told


def _no_json(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
