"""The official package for Python does everything of accounting onboarding, on every sample entity."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from monite.core.api_error import ApiError
from monite.errors import NotFoundError, TooManyRequestsError, UnauthorizedError, UnprocessableEntityError

from tests.contract.samples import Copies
from tests.house.emulator_document import walked_in
from tests.monite_packages import NEWEST, Caller, make_caller, methods, refused_with
from tests.monite_walks import AREAS, WALKS, areas_of, connect


@pytest.mark.parametrize(("version", "area"), WALKS)
def test_the_package_reads_every_answer_of_an_area(copies: Copies, version: str, area: str) -> None:
    app = copies.make()
    entities, called = copies.entities(app), set[str]()

    # The newest version for every entity; what came before it for one on each platform.
    for entity in entities if version == NEWEST else entities[1:3]:
        caller = make_caller(app, version, entity)
        AREAS[area](caller)
        called |= caller.operations(app)

    assert walked_in(app, version, area) <= called


def test_what_the_package_can_and_the_walks_leave_out_is_answered_with_501(copies: Copies) -> None:
    caller = _caller(copies)
    for area in areas_of(NEWEST):
        AREAS[area](caller)

    left_out = [(name, method) for name, method in methods(caller.api) if name not in caller.called]
    answered = {name: refused_with(method) for name, method in left_out}

    assert {name: status for name, status in answered.items() if status != 501} == {}
    assert len(answered) > 200


def test_a_revoked_token_is_raised_as_unauthorized(copies: Copies) -> None:
    caller = _caller(copies)
    given = caller.call(
        "access_tokens.create", **caller.credentials, grant_type="client_credentials", expect=200
    )
    caller.call("access_tokens.revoke", **caller.credentials, token=given.access_token, expect=200)
    stale = caller.with_token(given.access_token)

    with pytest.raises(UnauthorizedError) as refused:
        stale.api.accounting.connections.get()

    assert "revoked" in refused.value.body["error"]["message"]


def test_an_unknown_id_is_raised_as_not_found(copies: Copies) -> None:
    with pytest.raises(NotFoundError) as refused:
        _caller(copies).api.products.get_by_id(str(uuid4()))

    assert refused.value.body == {"error": {"message": "Not found"}}


def test_a_second_active_connection_is_raised_as_409(copies: Copies) -> None:
    caller = _caller(copies)
    connect(caller)

    with pytest.raises(ApiError) as refused:
        caller.api.accounting.connections.create()

    assert refused.value.status_code == 409
    assert refused.value.body["error"]["message"]


def test_a_missing_type_of_record_is_raised_as_unprocessable(copies: Copies) -> None:
    kind: Any = None

    with pytest.raises(UnprocessableEntityError) as refused:
        _caller(copies).api.accounting.synced_records.get(object_type=kind)

    assert refused.value.body["detail"][0]["loc"] == ["query", "object_type"]


def test_the_rate_limit_is_raised_as_too_many_requests(copies: Copies) -> None:
    app = copies.make(rate_limit=3)
    caller = make_caller(app, NEWEST, copies.entities(app)[0])

    with pytest.raises(TooManyRequestsError) as refused:
        _hurry(caller)

    assert refused.value.headers
    assert refused.value.headers["retry-after"] == "1"


def _hurry(caller: Caller) -> None:
    for _ in range(12):
        caller.api.accounting.connections.get()


def _caller(copies: Copies) -> Caller:
    app = copies.make()
    return make_caller(app, NEWEST, copies.busy_entity(app))
