"""Whatever a client sends: a body is refused with its place, or can be kept and written again."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.emulator import api
from app.emulator.bodies import Field, Schema, nested
from app.emulator.errors import InvalidError
from app.emulator.rules import wordings

SCHEMAS: list[Schema] = [
    found
    for resource in api.RESOURCES
    for found in vars(resource).values()
    if isinstance(found, dict) and found and all(isinstance(one, Field) for one in found.values())
]
"""Every schema that a module of the API names."""
TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | TEXTS
    | st.uuids().map(str)
    | st.sampled_from(["payable", "read", "allowed", "xero", "EUR", "2026-01-31", "a@b.example"])
)
NAMES = sorted({name for schema in SCHEMAS for name in schema} | {"objects", "actions", "object_type"})
KEYS = st.sampled_from(NAMES) | TEXTS
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Schema, Any]:
    """A schema and a body that has its fields, more or less."""
    schema = draw(st.sampled_from(SCHEMAS))
    fields = dict.fromkeys(schema, ANYTHING)
    needed = {name: fields[name] for name in schema if schema[name].required}
    other = {name: fields[name] for name in fields if name not in needed}
    return schema, draw(st.fixed_dictionaries(needed, optional=other) | ANYTHING)


@given(bodies())
def test_a_body_is_refused_with_its_place_or_can_be_kept(case: tuple[Schema, Any]) -> None:
    read, refused = _read(*case)

    json.dumps(read, ensure_ascii=False, allow_nan=False).encode()
    if refused is not None:
        assert refused.loc[0] == "body"
        assert all(wordings.newer(refused.message, str(refused.type)))


def _read(schema: Schema, given_body: Any) -> tuple[Any, InvalidError | None]:
    try:
        return nested(schema)(given_body, ("body",)), None
    except InvalidError as refused:
        return None, refused
