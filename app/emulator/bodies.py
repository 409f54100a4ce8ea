"""Request bodies: closed schemas, checked field by field, refused with the place of the fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import request

from app.emulator.errors import InvalidError
from app.emulator.rules import amounts
from app.emulator.rules.codes import COUNTRIES, CURRENCIES, LANGUAGES

DEEPEST = 100
"""How many levels of a body are read; what lies deeper could not be written again."""
Loc = tuple[str | int, ...]
Check = Callable[[Any, Loc], Any]
LARGEST_AMOUNT = amounts.LARGEST


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a schema: what it must be, whether it must be there, whether it may be null."""

    check: Check
    required: bool = False
    nullable: bool = True


Schema = Mapping[str, Field]


def read(schema: Schema, *, closed: bool = True, empty_allowed: bool = False) -> dict[str, Any]:
    """The request's JSON object, checked; raises InvalidError where it does not fit.

    An open schema leaves unknown fields out of what it returns. With `empty_allowed` a request
    without a body reads as an empty object.
    """
    raw = request.get_data()
    if not raw:
        if empty_allowed:
            return {}
        raise InvalidError("field required", ["body"], "value_error.missing")
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise InvalidError("Expecting value", ["body"], "value_error.jsondecode") from exc
    if _is_too_deep(given):
        raise InvalidError("JSON is nested too deeply", ["body"], "value_error.jsondecode")
    checked: dict[str, Any] = nested(schema, closed=closed)(given, ("body",))
    return checked


def nested(schema: Schema, *, closed: bool = True) -> Check:
    """An object of this schema; an open one may hold more, which is dropped."""

    def check(given: Any, loc: Loc) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise InvalidError("value is not a valid dict", loc, "type_error.dict")
        _refuse_missing(schema, given, loc)
        if closed:
            _refuse_unknown(schema, given, loc)
        known = {name: value for name, value in given.items() if name in schema}
        return {name: _field(schema[name], value, (*loc, name)) for name, value in known.items()}

    return check


def listed(item: Check, minimum: int = 0, maximum: int | None = None) -> Check:
    """A list of such items, of a length within the bounds."""

    def check(given: Any, loc: Loc) -> list[Any]:
        if not isinstance(given, list):
            raise InvalidError("value is not a valid list", loc, "type_error.list")
        if len(given) < minimum:
            message = f"ensure this value has at least {minimum} items"
            raise InvalidError(message, loc, "value_error.list.min_items")
        if maximum is not None and len(given) > maximum:
            message = f"ensure this value has at most {maximum} items"
            raise InvalidError(message, loc, "value_error.list.max_items")
        return [item(value, (*loc, index)) for index, value in enumerate(given)]

    return check


def text(minimum: int = 0, maximum: int | None = None) -> Check:
    """A text of a length within the bounds."""

    def check(given: Any, loc: Loc) -> str:
        if not isinstance(given, str) or not _can_be_kept(given):
            raise InvalidError("str type expected", loc, "type_error.str")
        if len(given) < minimum:
            message = f"ensure this value has at least {minimum} characters"
            raise InvalidError(message, loc, "value_error.any_str.min_length")
        if maximum is not None and len(given) > maximum:
            message = f"ensure this value has at most {maximum} characters"
            raise InvalidError(message, loc, "value_error.any_str.max_length")
        return given

    return check


def whole(minimum: int = -LARGEST_AMOUNT, maximum: int = LARGEST_AMOUNT) -> Check:
    """A whole number within the bounds."""

    def check(given: Any, loc: Loc) -> int:
        if not isinstance(given, int) or isinstance(given, bool):
            raise InvalidError("value is not a valid integer", loc, "type_error.integer")
        return int(_within(given, minimum, maximum, loc))

    return check


def number(minimum: float = 0, maximum: float = LARGEST_AMOUNT) -> Check:
    """A finite number within the bounds."""

    def check(given: Any, loc: Loc) -> float:
        # A whole number may be too large even to be compared as a float; the bounds take care of it.
        if not isinstance(given, int | float) or isinstance(given, bool):
            raise InvalidError("value is not a valid float", loc, "type_error.float")
        if isinstance(given, float) and not isfinite(given):
            raise InvalidError("value is not a valid float", loc, "type_error.float")
        return _within(given, minimum, maximum, loc)

    return check


def above(bound: float) -> Check:
    """A number larger than the bound."""
    any_number = number(bound)

    def check(given: Any, loc: Loc) -> float:
        found: float = any_number(given, loc)
        if found <= bound:
            message = f"ensure this value is greater than {bound}"
            raise InvalidError(message, loc, "value_error.number.not_gt")
        return found

    return check


def optional(item: Check) -> Check:
    """Null, or what the check takes."""
    return lambda given, loc: None if given is None else item(given, loc)


def identifier(given: Any, loc: Loc) -> str:
    """A UUID."""
    try:
        return str(UUID(given))
    except (ValueError, TypeError, AttributeError) as exc:
        raise InvalidError("value is not a valid uuid", loc, "type_error.uuid") from exc


def email(given: Any, loc: Loc) -> str:
    """An address of electronic mail, as far as its looks tell."""
    found: str = text(maximum=320)(given, loc)
    name, _, host = found.rpartition("@")
    if not name or "." not in host.strip(".") or any(letter.isspace() for letter in found):
        raise InvalidError("value is not a valid email address", loc, "value_error.email")
    return found


def url(given: Any, loc: Loc) -> str:
    """An address of the web, as far as its looks tell."""
    found: str = text(1, 2083)(given, loc)
    try:
        parts = urlsplit(found)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or any(letter.isspace() for letter in found):
        raise InvalidError("invalid or missing URL scheme", loc, "value_error.url.scheme")
    return found


def flag(given: Any, loc: Loc) -> bool:
    """True or false."""
    if not isinstance(given, bool):
        raise InvalidError("value could not be parsed to a boolean", loc, "type_error.bool")
    return given


def day(given: Any, loc: Loc) -> str:
    """A date; a time of day is dropped."""
    try:
        return date.fromisoformat(given).isoformat()
    except (ValueError, TypeError):
        pass
    try:
        return datetime.fromisoformat(given).date().isoformat()
    except (ValueError, TypeError) as exc:
        raise InvalidError("invalid date format", loc, "value_error.date") from exc


def choice(permitted: Iterable[str]) -> Check:
    """One of the permitted texts."""
    known = tuple(permitted)

    def check(given: Any, loc: Loc) -> str:
        if given not in known:
            names = ", ".join(f"'{value}'" for value in known)
            message = f"value is not a valid enumeration member; permitted: {names}"
            raise InvalidError(message, loc, "type_error.enum")
        return str(given)

    return check


currency = choice(CURRENCIES)
country = choice(COUNTRIES)
language = choice(LANGUAGES)


def json_object(given: Any, loc: Loc) -> dict[str, Any]:
    """Any object."""
    if not isinstance(given, dict):
        raise InvalidError("value is not a valid dict", loc, "type_error.dict")
    found: dict[str, Any] = anything(given, loc)
    return found


def anything(given: Any, loc: Loc) -> Any:
    """Any JSON that can be kept."""
    try:
        json.dumps(given, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as exc:
        raise InvalidError("value is not valid JSON", loc, "value_error") from exc
    return given


def partial(schema: Schema) -> Schema:
    """The same fields with none of them required."""
    return {name: Field(field.check, nullable=field.nullable) for name, field in schema.items()}


def _refuse_missing(schema: Schema, given: dict[str, Any], loc: Loc) -> None:
    for name, field in schema.items():
        if field.required and name not in given:
            raise InvalidError("field required", [*loc, name], "value_error.missing")


def _refuse_unknown(schema: Schema, given: dict[str, Any], loc: Loc) -> None:
    for name in given:
        if name not in schema:
            raise InvalidError("extra fields not permitted", [*loc, name], "value_error.extra")


def _field(field: Field, value: Any, loc: Loc) -> Any:
    if value is None:
        if field.required or not field.nullable:
            raise _null_refused(field, loc)
        return None
    return field.check(value, loc)


def _null_refused(field: Field, loc: Loc) -> InvalidError:
    """The refusal of null; its cause is what the newer services say: null is merely a wrong type."""
    refused = InvalidError("none is not an allowed value", loc, "type_error.none.not_allowed")
    try:
        field.check(None, loc)
    except InvalidError as natural:
        refused.__cause__ = natural
    return refused


def _within(given: float, minimum: float, maximum: float, loc: Loc) -> float:
    if given < minimum:
        message = f"ensure this value is greater than or equal to {minimum}"
        raise InvalidError(message, loc, "value_error.number.not_ge")
    if given > maximum:
        message = f"ensure this value is less than or equal to {maximum}"
        raise InvalidError(message, loc, "value_error.number.not_le")
    return given


def _can_be_kept(given: str) -> bool:
    """Whether a database takes the text: no half of a character, and no NUL."""
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in given


def _is_too_deep(given: Any) -> bool:
    level = [given]
    for _ in range(DEEPEST):
        level = [child for value in level for child in _children(value)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
