"""Every answer fits a copy of Monite's OpenAPI document, when MONITE_OPENAPI names one.

The document is Monite's and is not part of this project. Its own version decides which walks are held
against it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.samples import Copies
from tests.emulator_requests import send, spoiled
from tests.emulator_worlds import Route, World, routes, world
from tests.monite_packages import NEWEST, Exchange, make_caller
from tests.monite_walks import AREAS, WITHOUT, areas_of
from tests.openapi_documents import Document

NAMED = os.environ.get("MONITE_OPENAPI")
pytestmark = pytest.mark.skipif(
    NAMED is None, reason="MONITE_OPENAPI names no copy of Monite's OpenAPI document"
)


@pytest.fixture(scope="module")
def document() -> Document:
    """The copy that the setting names, if it is of a version that is walked."""
    found = Document(Path(NAMED or ""))
    if found.version not in WITHOUT:
        pytest.skip(f"nothing is walked in version {found.version}, only in {', '.join(WITHOUT)}")
    return found


@pytest.mark.parametrize("area", AREAS)
def test_every_answer_of_an_area_fits_its_schema(copies: Copies, document: Document, area: str) -> None:
    if area not in areas_of(document.version):
        pytest.skip(f"version {document.version} has nothing of this area")
    app = copies.make()
    faults = set[str]()

    for entity in copies.entities(app):
        caller = make_caller(app, document.version, entity)
        # The guides do not have this yet; pages about the same version that came later do.
        caller.operate("/switches", {"omit_business_info": document.version < NEWEST}, method="PATCH")
        AREAS[area](caller)
        faults.update(fault for one in caller.exchanges for fault in _faults(document, one))

    assert sorted(faults) == []


def test_every_operation_is_walked_or_answers_501(copies: Copies, document: Document) -> None:
    app = copies.make()
    caller = make_caller(app, document.version, copies.busy_entity(app))
    for area in areas_of(document.version):
        AREAS[area](caller)
    walked = {str(document.find(one.method, one.path)) for one in caller.exchanges}

    left_out = [one for one in document.operations if str(one) not in walked]
    answered = {str(one): caller.send(one.method, one.address).status_code for one in left_out}

    assert {name: status for name, status in answered.items() if status != 501} == {}


@pytest.fixture(scope="module")
def monite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Sample entities; whatever a request changes is put back."""
    with world(tmp_path_factory.mktemp("world")) as made:
        assert made.ids
        assert made.foreign
        made.keep()
        yield made


@pytest.mark.parametrize("route", [one for one in routes() if one.method != "GET"], ids=str)
@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(data=st.data())
def test_what_is_accepted_although_it_is_strange_is_answered_in_its_schema(
    monite: World, document: Document, route: Route, data: st.DataObject
) -> None:
    if document.version != monite.headers["X-Monite-Version"]:
        pytest.skip(f"strange requests are made in version {monite.headers['X-Monite-Version']}")
    sent = data.draw(spoiled(route, monite))

    answer = send(monite, route, sent)
    if monite.has_changed():
        monite.restore()

    if answer.status_code < 400:
        path = sent.path.removeprefix("/v1")
        seen = Exchange(route.method, path, document.version, answer.status_code, answer.data)
        assert _faults(document, seen) == []


def _faults(document: Document, seen: Exchange) -> list[str]:
    operation = document.find(seen.method, seen.path)
    if operation is None:
        return []
    if seen.status != operation.success:
        return [f"{operation}: {seen.status} where {operation.success} is declared"]
    schema = operation.answers[seen.status]
    if schema is None:
        return [f"{operation}: a body where none is declared"] if seen.content else []
    return [f"{operation} {fault}" for fault in document.faults(schema, seen.json)]
