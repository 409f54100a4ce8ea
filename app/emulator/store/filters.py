"""The filters of Monite's lists: which parameter reads which column, and what values it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.emulator.errors import InvalidError

LARGEST = 2**63 - 1
COMPARISONS = {"gt": ">", "lt": "<", "gte": ">=", "lte": "<="}


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition with one bound value, written `{}`, and how that value is read."""

    condition: str
    read: Callable[[str], Any]
    kind: str
    many: bool = False
    """Whether the parameter may be repeated; the value is then a JSON array."""


Filters = Mapping[str, Filter]


def compile_filters(filters: Filters, given: Mapping[str, list[str]]) -> tuple[list[str], dict[str, Any]]:
    """Conditions and bound values for the known parameters; unknown ones are ignored.

    Raises InvalidError, with the place, for a value that its filter cannot take.
    """
    conditions, values = [], {}
    for position, (name, rule) in enumerate(filters.items()):
        if name not in given:
            continue
        bound = f"f{position}"
        conditions.append(rule.condition.replace("{}", f":{bound}"))
        read = [_read(name, rule, text) for text in given[name]]
        values[bound] = json.dumps(read) if rule.many else read[-1]
    return conditions, values


def text(column: str) -> Filter:
    """The column equals the value."""
    return Filter(f"{column} = {{}}", str, "str")


def identifier(column: str) -> Filter:
    """The column equals the UUID."""
    return Filter(f"{column} = {{}}", _uuid, "uuid")


def identified(condition: str, *, many: bool = False) -> Filter:
    """The condition holds for the UUID, or with `many` for a JSON array of them."""
    return Filter(condition, _uuid, "uuid", many=many)


def boolean(condition: str) -> Filter:
    """The condition is as true as the value says."""
    return Filter(f"({condition}) = {{}}", _boolean, "bool")


def choice(column: str, permitted: Iterable[str]) -> Filter:
    """The column equals the value, which is one of those permitted."""
    return Filter(f"{column} = {{}}", _choice(tuple(permitted)), "enum")


def choices(column: str, permitted: Iterable[str]) -> Filter:
    """The column is one of the values, each of them permitted."""
    read = _choice(tuple(permitted))
    return Filter(f"{column} IN (SELECT value FROM json_each({{}}))", read, "enum", many=True)


def among(column: str, *, negated: bool = False, read: Callable[[str], Any] | None = None) -> Filter:
    """The column is one of the values, or none of them; UUIDs unless told otherwise."""
    operator = "NOT IN" if negated else "IN"
    condition = f"{column} {operator} (SELECT value FROM json_each({{}}))"
    return Filter(condition, read or _uuid, "uuid" if read is None else "str", many=True)


def holds(name: str, column: str, *, exact: bool = False) -> dict[str, Filter]:
    """`name__contains` and `name__icontains`, and with `exact` also the plain name."""
    found = {
        f"{name}__contains": Filter(f"instr({column}, {{}}) > 0", str, "str"),
        f"{name}__icontains": Filter(f"instr(casefold({column}), casefold({{}})) > 0", str, "str"),
    }
    return {name: text(column), **found} if exact else found


def numbers(name: str, column: str) -> dict[str, Filter]:
    """The plain name and its four comparisons, for whole numbers."""
    plain = {name: Filter(f"{column} = {{}}", _integer, "integer")}
    return plain | _compared(name, column, _integer, "integer")


def days(name: str, column: str) -> dict[str, Filter]:
    """The plain name and its four comparisons, for dates."""
    return {name: Filter(f"{column} = {{}}", _day, "date")} | _compared(name, column, _day, "date")


def moments(name: str, column: str) -> dict[str, Filter]:
    """The four comparisons of a time, which is kept as text that sorts like the time."""
    return _compared(name, column, _moment, "datetime")


def moment(column: str) -> Filter:
    """The column is this very moment."""
    return Filter(f"{column} = {{}}", _moment, "datetime")


def _compared(name: str, column: str, read: Callable[[str], Any], kind: str) -> dict[str, Filter]:
    return {
        f"{name}__{word}": Filter(f"{column} {sign} {{}}", read, kind) for word, sign in COMPARISONS.items()
    }


def _read(name: str, rule: Filter, given: str) -> Any:
    try:
        return rule.read(given)
    except InvalidError as exc:
        raise InvalidError(exc.message, ["query", name], exc.type or "value_error") from exc
    except (ValueError, OverflowError) as exc:
        kind = {"uuid": "uuid", "bool": "boolean", "integer": "integer"}.get(rule.kind, rule.kind)
        article = f"value is not a valid {kind}" if rule.kind != "datetime" else "invalid datetime format"
        prefix = "value_error" if rule.kind in ("date", "datetime") else "type_error"
        raise InvalidError(article, ["query", name], f"{prefix}.{kind}") from exc


def _uuid(given: str) -> str:
    return str(UUID(given))


def _integer(given: str) -> int:
    value = int(given)
    if abs(value) > LARGEST:
        raise ValueError("larger than the store can hold")
    return value


def _boolean(given: str) -> int:
    if given.lower() not in ("true", "false", "1", "0"):
        raise ValueError("neither true nor false")
    return int(given.lower() in ("true", "1"))


def _day(given: str) -> str:
    return date.fromisoformat(given[:10]).isoformat()


def _moment(given: str) -> str:
    # A plus sign that was not escaped in the address arrives as a space.
    moment = datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def _choice(permitted: tuple[str, ...]) -> Callable[[str], str]:
    def read(given: str) -> str:
        if given not in permitted:
            names = ", ".join(f"'{value}'" for value in permitted)
            message = f"value is not a valid enumeration member; permitted: {names}"
            raise InvalidError(message, [], "type_error.enum")
        return given

    return read
