"""What every request under /v1 passes before its route: limit, version, token, entity, ids.

It also gives each answer the headers of Monite's gateway, and in instant mode lets the engine do
what the request set going.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, current_app, g, request
from sqlite_utils import Database
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import ClosingIterator

from app.emulator.api import access, breakdowns
from app.emulator.api.answers import PREFIX, names_operation, refusal
from app.emulator.api.limits import RateLimit
from app.emulator.config import EmulatorSettings
from app.emulator.deps import database, settings
from app.emulator.errors import (
    BadRequestError,
    ForbiddenError,
    InvalidError,
    NotBuiltError,
    NotFoundError,
    TooManyRequestsError,
    UnauthorizedError,
)
from app.emulator.rules.versions import KNOWN_DATES, VERSIONS, Version
from app.emulator.store import entities, meta, tokens
from app.emulator.sync import engine

log = logging.getLogger(__name__)

WITHOUT_ENTITY = ("auth", "settings", "entities", "webhook_subscriptions", "webhook_settings")
ROUTES_WITHOUT_ENTITY = (
    "/v1/entity_users/me",
    "/v1/entity_users/my_entity",
    "/v1/entity_users/my_role",
    "/v1/events/<event_id>",
)
AS_GOOD_AS_JSON = ("", "application/json", "application/x-www-form-urlencoded")
"""curl calls a form whatever `-d` sends, and Monite's guide leaves it at that."""
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def init_app(app: Flask) -> None:
    """Put the gate before the app's routes, and the hang-up of a broken line around the app."""
    found: EmulatorSettings = app.extensions["emulator_settings"]
    app.extensions["emulator_limit"] = RateLimit(found.rate_limit)
    app.before_request(_enter)
    app.after_request(_leave)
    app.wsgi_app = _hanging_up(app.wsgi_app)  # type: ignore[method-assign, assignment]


def entity_id() -> str:
    """The entity that this request is for; the gate has made sure that the partner has it."""
    found: str = g.entity_id
    return found


def version() -> Version:
    """The version of the API that this request names; the gate has made sure that it is spoken here."""
    found: Version = g.version
    return found


def _enter() -> Response | None:
    g.started = time.perf_counter()
    if not request.path.startswith(PREFIX):
        return None
    g.broken = False
    db, token = database(), access.bearer()
    good = token if token is not None and tokens.is_valid(db, token) else None
    refused = _over_the_limit(db, known=good is not None)
    if refused is None:
        _check_size()
        refused = _broken_down(db)
    if refused is None:
        _check_version()
        if request.path != "/v1/auth/token":
            _let_in(db, good)
    return refused


def _over_the_limit(db: Database, *, known: bool) -> Response | None:
    client = meta.credentials(db)[0] if known or _resource() == "auth" else str(request.remote_addr)
    limit: RateLimit = current_app.extensions["emulator_limit"]
    g.allowance = limit.take(client, breakdowns.rate(db, _resource(), _asked_entity()))
    return None if g.allowance.granted else refusal(TooManyRequestsError(headers=g.allowance.headers()))


def _broken_down(db: Database) -> Response | None:
    broken = breakdowns.before(db, _resource(), _asked_entity())
    g.broken = broken is not None
    return broken


def _let_in(db: Database, token: str | None) -> None:
    """Raises the refusal of a request whose token, entity, ids or kind of body will not do."""
    if token is None:
        raise UnauthorizedError
    access.enter(db, token)
    if _resource() in version().absent:
        raise NotFoundError
    if request.url_rule is not None:
        _check_entity(request.url_rule.rule)
        _check_ids()
        _check_content_type()
        access.check(db, request.url_rule.rule.removeprefix(PREFIX))


def _leave(response: Response) -> Response:
    if not request.path.startswith(PREFIX):
        return response
    if not g.broken:
        response = _settle(response)
    response.headers["x-request-id"] = uuid4().hex
    response.headers["x-process-time"] = f"{time.perf_counter() - g.started:.4f}"
    for name in ("x-monite-version", "x-monite-entity-id"):
        if name in request.headers:
            response.headers[name] = request.headers[name]
    if "allowance" in g:
        for name, value in g.allowance.headers().items():
            response.headers.setdefault(name, value)
    return response


def _settle(response: Response) -> Response:
    """What follows a request: in instant mode the engine's work, and the loss of its answer on purpose."""
    db, resource = database(), _resource()
    if settings().instant and request.method not in ("GET", "HEAD") and resource != "auth":
        try:
            engine.run_due(db, settings())
        except sqlite3.OperationalError:
            # The request itself is done; what is due is run after the next one.
            log.warning("the sync engine could not write", exc_info=True)
    if response.status_code >= 400:
        return response
    return breakdowns.after(db, resource, _asked_entity()) or response


def _resource() -> str:
    return request.path.removeprefix(PREFIX).split("/")[0]


def _asked_entity() -> str | None:
    asked = request.headers.get("X-Monite-Entity-Id")
    return asked.lower() if asked else None


def _check_size() -> None:
    """Raises what becomes the gateway's 413, whether the length was told before or not."""
    most = request.max_content_length or 0
    # What comes without its length is read up to the limit, and what lies beyond is not looked at.
    if len(request.get_data()) >= most and request.content_length is None:
        raise RequestEntityTooLarge


def _check_version() -> None:
    asked = request.headers.get("X-Monite-Version")
    if asked is None:
        message = "Missing the x-monite-version HTTP header"
        raise BadRequestError(message, type="missing_api_version")
    if asked not in KNOWN_DATES:
        raise BadRequestError("Unknown API version", type="invalid_api_version")
    if asked not in VERSIONS:
        raise NotBuiltError(f"Version {asked} is not part of the emulator; it speaks {', '.join(VERSIONS)}.")
    g.version = VERSIONS[asked]


def _check_entity(route: str) -> None:
    if _resource() in WITHOUT_ENTITY or route in ROUTES_WITHOUT_ENTITY:
        return
    loc = ["header", "x-monite-entity-id"]
    asked = _asked_entity()
    if not asked:
        raise InvalidError("field required", loc, "value_error.missing")
    try:
        g.entity_id = str(UUID(asked))
    except ValueError as exc:
        raise InvalidError("value is not a valid uuid", loc, "type_error.uuid") from exc
    user = access.principal()
    if not entities.exists(database(), g.entity_id) or (user and user.entity_id != g.entity_id):
        raise ForbiddenError


def _check_ids() -> None:
    """Every id in a path is a UUID, except the accounting system's own; its spelling does not matter."""
    if _resource() == "accounting":
        return
    for name, value in (request.view_args or {}).items():
        try:
            request.view_args[name] = str(UUID(value))  # type: ignore[index]
        except ValueError as exc:
            if names_operation():
                raise NotBuiltError from exc
            raise InvalidError("value is not a valid uuid", ["path", name], "type_error.uuid") from exc


def _check_content_type() -> None:
    """A body that calls itself something else than JSON is not read as JSON; one without a name is."""
    kind = request.mimetype
    is_json = kind in AS_GOOD_AS_JSON or (kind.startswith("application/") and kind.endswith("+json"))
    if request.get_data() and not is_json:
        raise InvalidError("value is not a valid dict", ["body"], "type_error.dict")


def _hanging_up(inner: WsgiApp) -> WsgiApp:
    """The application, except that nothing at all is said when a fault wants the line to break."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(*args: Any) -> Any:
            return start_response(*args) if breakdowns.HANG_UP not in environ else None

        answer = inner(environ, start)
        if breakdowns.HANG_UP in environ:
            _close(answer)
            raise breakdowns.HungUpError
        return answer

    return serve


def _close(answer: Iterable[bytes]) -> None:
    if isinstance(answer, ClosingIterator):
        answer.close()
