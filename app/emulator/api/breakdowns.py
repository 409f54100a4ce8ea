"""Faults that show in the answer itself: what a client meets when Monite has a bad day.

Each is armed on the control interface. The gate asks here before a request is served (`before`), and
once it has been served (`after`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from sqlite_utils import Database
from waitress.channel import ClientDisconnected

from app.emulator.api.access import bearer
from app.emulator.api.answers import html, refusal
from app.emulator.errors import (
    ApiError,
    BadRequestError,
    ConflictError,
    InvalidError,
    TooManyRequestsError,
    UnauthorizedError,
)
from app.emulator.store import faults, tokens
from app.emulator.store.database import write

HANG_UP = "emulator.hang_up"
Fault = dict[str, Any]
WRITES = ("POST", "PATCH", "PUT", "DELETE")


class HungUpError(ClientDisconnected, ConnectionError):
    """Raised past the application: servers take it for a client that left, and close the socket."""


def before(db: Database, resource: str, entity_id: str | None) -> Response | None:
    """The broken answer in place of the real one, when a fault that is armed touches this request."""
    for fault in faults.find_all(db):
        make = BEFORE.get(fault["kind"])
        if make is None or _only_slows(fault) or not _touches(fault, resource, entity_id):
            continue
        with write(db):
            if faults.use(db, fault["id"]):
                return make(db, fault)
    return None


def rate(db: Database, resource: str, entity_id: str | None) -> int | None:
    """The requests a second that a fault allows instead of the usual ones, if it touches this request."""
    limits = [
        int(fault["options"]["limit"])
        for fault in faults.find_all(db)
        if _only_slows(fault) and _touches(fault, resource, entity_id)
    ]
    return min(limits, default=None)


def after(db: Database, resource: str, entity_id: str | None) -> Response | None:
    """The answer that goes lost on the way back, although the request has been served."""
    if resource != "accounting_synced_records" or not request.path.endswith("/push"):
        return None
    if faults.find(db, "timeout_after_push", entity_id) is None:
        return None
    with write(db):
        faults.take(db, "timeout_after_push", entity_id)
    return html(504, "504 Gateway Time-out")


def _touches(fault: Fault, resource: str, entity_id: str | None) -> bool:
    if fault["entity_id"] not in (None, entity_id):
        return False
    kind, options = fault["kind"], fault["options"]
    if options.get("resource") not in (None, resource):
        return False
    if options.get("method") not in (None, request.method):
        return False
    if kind in ("conflict", "unprocessable") and request.method not in WRITES:
        return False
    # A token can still be had; only a service that is down, or garbled, refuses that as well.
    return resource != "auth" or kind in ("api_down", "garbage", "no_answer")


def _only_slows(fault: Fault) -> bool:
    """Whether requests are served up to a limit, instead of being refused one and all."""
    return fault["kind"] == "rate_limited" and "limit" in fault["options"]


def _revoked(db: Database, _: Fault) -> Response:
    tokens.revoke(db, bearer() or "")
    return refusal(UnauthorizedError())


def _expired(db: Database, fault: Fault) -> Response:
    tokens.expire(db, bearer() or "")
    as_bad_request = fault["options"].get("status") == BadRequestError.status
    return refusal(BadRequestError(UnauthorizedError.default) if as_bad_request else UnauthorizedError())


def _no_answer(_db: Database, _: Fault) -> Response:
    request.environ[HANG_UP] = True
    return Response(status=500)


def _conflict(_db: Database, fault: Fault) -> Response:
    message = fault["options"].get("message", "Payable couldn't be updated due to current state")
    return refusal(ConflictError(message))


def _unprocessable(_db: Database, fault: Fault) -> Response:
    message = fault["options"].get("message", "value is not a valid uuid")
    return refusal(InvalidError(message, ["body", fault["options"].get("field", "ledger_account_id")]))


BEFORE: dict[str, Callable[[Database, Fault], Response]] = {
    "token_revoked": _revoked,
    "token_expired": _expired,
    "api_down": lambda _db, _: html(503, "503 Service Temporarily Unavailable"),
    "garbage": lambda _db, _: html(200, "Maintenance"),
    "no_answer": _no_answer,
    "server_error": lambda _db, _: refusal(ApiError()),
    "resource_failing": lambda _db, _: refusal(ApiError()),
    "rate_limited": lambda _db, _: refusal(TooManyRequestsError(headers={"Retry-After": "1"})),
    "conflict": _conflict,
    "unprocessable": _unprocessable,
}
