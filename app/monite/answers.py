"""What an HTTP answer means: its JSON, or the named error that it stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests

from app.domain.errors import (
    ConflictError,
    ForbiddenError,
    MoniteError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)

Raw = dict[str, Any]
_NAMED: Mapping[int, type[MoniteError]] = {403: ForbiddenError, 404: NotFoundError, 409: ConflictError}
_LOST_TOKEN = ("token", "revoked", "expired", "not found")


def body_of(response: requests.Response) -> Raw:
    """The JSON object of a good answer; raises UnavailableError when it is anything else."""
    try:
        body = response.json()
    except requests.JSONDecodeError as exc:
        raise UnavailableError(
            "Monite's answer is not JSON.", status=response.status_code, request_id=request_id_of(response)
        ) from exc
    if not isinstance(body, dict):
        raise UnavailableError(
            "Monite's answer has an unknown shape.",
            status=response.status_code,
            request_id=request_id_of(response),
        )
    return body


def request_id_of(response: requests.Response) -> str | None:
    return response.headers.get("x-request-id")


def error_from(response: requests.Response, hide: Callable[[str], str] = str) -> MoniteError:
    """The error that a refusal stands for, with Monite's own words if any, as `hide` leaves them."""
    status, request_id, words = response.status_code, request_id_of(response), hide(words_of(response))
    if status == 429:
        return RateLimitedError(words, retry_after=_retry_after(response), request_id=request_id)
    if status == 501:
        return RefusedError(words, status=status, request_id=request_id)
    if status >= 500 or status < 400:
        return UnavailableError(words, status=status, request_id=request_id)
    return _NAMED.get(status, RefusedError)(words, status=status, request_id=request_id)


def token_is_lost(response: requests.Response) -> bool:
    """Whether the answer says that the token no longer holds: 401, or a 400 with these words."""
    if response.status_code == 401:
        return True
    words = words_of(response).casefold()
    return response.status_code == 400 and all(word in words for word in _LOST_TOKEN)


def words_of(response: requests.Response) -> str:
    """What the answer says, from any of Monite's four shapes of errors."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        body = None
    found = _words(body) if isinstance(body, dict) else None
    return found or f"Monite answered {response.status_code} without saying why."


def _words(body: Raw) -> str | None:
    match body:
        case {"error": {"message": str(message)}}:
            return message
        case {"error": str(message)} | {"message": str(message)} | {"detail": str(message)}:
            return message
        case {"detail": [{"msg": str(message), **rest}, *_]}:
            where = rest.get("loc")
            return f"{message} ({'.'.join(map(str, where))})" if isinstance(where, list) else message
    return None


def _retry_after(response: requests.Response) -> float:
    """Seconds to wait; one when the header is missing or unreadable, never more than a minute."""
    text = response.headers.get("Retry-After", "1")
    try:
        return min(max(float(text), 0.0), 60.0)
    except ValueError:
        return 1.0


_WORDS = (
    "message",
    "errormessage",
    "error",
    "detail",
    "details",
    "description",
    "reason",
    "title",
    "msg",
    "text",
)
"""Keys that hold words and say nothing themselves, in the order in which they are read."""
_ASIDE = frozenset(
    {
        "code", "correlationid", "element", "errorcode", "errornumber", "id", "itemid", "status",
        "statuscode", "time", "timestamp", "type", "validatorname",
    }
)  # fmt: skip
_WRAPPERS = ("see validation for more information", "a validation exception occurred")


def error_text(errors: Any) -> str | None:
    """A synced record's `errors` in words, whatever their shape; compact JSON when no words are inside.

    Several faults stand with semicolons between. What only says that there are faults is left out when
    they are there.
    """
    if not errors:
        return None
    found = list(dict.fromkeys(_faults(errors)))
    told = [text for text in found if not text.casefold().rstrip(".").endswith(_WRAPPERS)] or found
    return "; ".join(told) or json.dumps(errors, separators=(",", ":"), ensure_ascii=False)


def _faults(value: Any) -> Iterator[str]:
    match value:
        case str() if value.strip():
            yield value.strip()
        case list():
            for item in value:
                yield from _faults(item)
        case dict():
            yield from _faults_of(value)


def _faults_of(errors: Mapping[str, Any]) -> Iterator[str]:
    """Words that stand side by side are one fault; below other keys there may be more of them."""
    keys = {key.casefold(): key for key in errors}
    own = [errors[keys[word]] for word in _WORDS if word in keys]
    words = list(dict.fromkeys(text.strip() for text in own if isinstance(text, str) and text.strip()))
    if words:
        yield " : ".join(words)
    for inner in own:
        if not isinstance(inner, str):
            yield from _faults(inner)
    for key, inner in errors.items():
        if key.casefold() in _WORDS or key.casefold() in _ASIDE:
            continue
        # A field's name is half of what is said of it; that of a list of faults is not.
        names = isinstance(inner, str) or (isinstance(inner, list) and all(isinstance(i, str) for i in inner))
        named = names and not key.casefold().endswith("errors") and not key.isdigit()
        yield from (f"{key}: {text}" if named else text for text in _faults(inner))
