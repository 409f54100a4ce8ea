"""Every answer fits a copy of Monite's OpenAPI document, when MONITE_OPENAPI names one.

The document is Monite's and is not part of this project. Its own version decides which walks are held
against it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contract.samples import Copies
from tests.monite_packages import NEWEST, Exchange, make_caller
from tests.monite_walks import AREAS, areas_of
from tests.openapi_documents import Document

NAMED = os.environ.get("MONITE_OPENAPI")
pytestmark = pytest.mark.skipif(
    NAMED is None, reason="MONITE_OPENAPI names no copy of Monite's OpenAPI document"
)


@pytest.fixture(scope="module")
def document() -> Document:
    """The copy that the setting names."""
    return Document(Path(NAMED or ""))


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
