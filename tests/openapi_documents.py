"""A copy of Monite's OpenAPI document: which operations it has, and whether an answer fits its schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from jsonschema import Draft202012Validator, FormatChecker

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its method and path, and the schema of each status that has a body."""

    method: str
    path: str
    answers: dict[int, Json | None]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one of this operation."""
        pattern = re.sub(r"\{\w+\}", r"[^/]+", self.path)
        return method == self.method and re.fullmatch(pattern, path) is not None

    @property
    def address(self) -> str:
        """Its path with ids of nothing."""
        return re.sub(r"\{\w+\}", lambda _: str(uuid4()), self.path)

    @property
    def success(self) -> int:
        """The status that says that it worked."""
        return min(self.answers)


class Document:
    """The document, with what a client has to bear: an optional field may be null or absent."""

    def __init__(self, path: Path) -> None:
        raw = json.loads(path.read_text(encoding="utf-8"))
        self.version: str = raw["info"]["version"]
        self.operations = list(_operations(raw))
        self._components = {"components": {"schemas": _relaxed(raw["components"]["schemas"])}}

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a request; one with a fixed path goes before one with an id in its place."""
        found = [one for one in self.operations if one.matches(method, path)]
        return min(found, key=lambda one: one.path.count("{"), default=None)

    def faults(self, schema: Json, answer: Any) -> list[str]:
        """What is wrong with an answer, a line each."""
        validator = Draft202012Validator({**_relaxed(schema), **self._components}, format_checker=FORMATS)
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(answer)]


def _operations(raw: Json) -> Iterator[Operation]:
    for path, item in raw["paths"].items():
        for method in METHODS:
            if method in item:
                responses = item[method]["responses"].items()
                answers = {int(status): _schema(raw, answer) for status, answer in responses}
                yield Operation(method.upper(), path, answers)


def _schema(raw: Json, answer: Json) -> Json | None:
    if "$ref" in answer:
        answer = raw["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    schema: Json | None = answer.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _relaxed(schema: Any) -> Any:
    """The schema with every optional property nullable, and nothing allowed that it does not name."""
    if isinstance(schema, list):
        return [_relaxed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {name: _relaxed(value) for name, value in schema.items()}
    properties = schema.get("properties")
    if schema.get("type") == "object" and isinstance(properties, dict):
        required = schema.get("required", ())
        relaxed["properties"] = {
            name: value if name in required else {"anyOf": [value, {"type": "null"}]}
            for name, value in relaxed["properties"].items()
        }
        relaxed.setdefault("additionalProperties", False)
    return relaxed


def _is_uuid(value: str) -> bool:
    return str(UUID(value)) == value


def _is_date(value: str) -> bool:
    return date.fromisoformat(value).isoformat() == value


def _is_moment(value: str) -> bool:
    return datetime.fromisoformat(value).tzinfo is not None


FORMATS = FormatChecker(formats=())
for name, check in (
    ("uuid", _is_uuid),
    ("date", _is_date),
    ("date-time", _is_moment),
    ("uri", lambda value: "://" in value),
    ("email", lambda value: "@" in value),
):
    FORMATS.checks(name, ValueError)(lambda value, check=check: not isinstance(value, str) or check(value))
