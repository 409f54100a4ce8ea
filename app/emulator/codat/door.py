"""What every request to Codat passes: its key, and Codat's way of refusing.

Codat: https://docs.codat.io/using-the-api/authentication and https://docs.codat.io/using-the-api/errors
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.emulator.deps import database, settings
from app.emulator.errors import ApiError, BadRequestError, InvalidError, NotFoundError, UnauthorizedError
from app.emulator.rules import codat_shapes as shapes
from app.emulator.store import codat_companies, meta
from app.emulator.sync import engine

Row = dict[str, Any]

PAGE = 100
LARGEST_PAGE = 5000


def enter() -> None:
    """Let in whoever has the key that the partner gave to Monite, exactly so; 401 for all others."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    accounting = meta.partner_settings(database())["accounting"] or {}
    known = accounting.get("token") if accounting.get("provider") == "codat" else None
    if scheme.lower() != "basic" or not known or not hmac.compare_digest(given.encode(), known.encode()):
        raise UnauthorizedError("Unauthorized")


def leave(response: Response) -> Response:
    """The answer, once the engine has done what the request set going where everything is instant."""
    if settings().instant and request.method != "GET" and response.status_code < 400:
        engine.run_due(database(), settings())
    return response


def company(company_id: str) -> Row:
    """The company with this id; raises NotFoundError in Codat's words."""
    found = codat_companies.find(database(), company_id.lower())
    if found is None:
        raise NotFoundError(f"No company was found with ID {company_id}")
    return found


def page_asked() -> tuple[int, int]:
    """The number and the size of the page that the query asks for; raises BadRequestError."""
    for name in ("query", "orderBy"):
        if name in request.args:
            raise BadRequestError(f"The parameter {name} is not part of this practice service.")
    return _whole("page", 1, 1_000_000), _whole("pageSize", PAGE, LARGEST_PAGE)


def paged(results: Sequence[Row], *, number: int, size: int, total: int) -> Response:
    """A page of a list in Codat's envelope."""
    path = request.path.removeprefix("/codat")
    return jsonify(shapes.page(results, path=path, number=number, size=size, total=total))


def refusal(error: ApiError) -> Response:
    """A refusal in Codat's shape; a body that does not fit is a bad request there."""
    if not isinstance(error, InvalidError):
        return _refused(error.status, error.message)
    place = ".".join(str(part) for part in error.loc if part != "body")
    item = {"itemId": place, "message": error.message, "validatorName": "Request"}
    return _refused(400, "The request is not valid: see validation for more information", [item])


def fault(error: HTTPException) -> Response:
    """Whatever else goes wrong, in Codat's shape too."""
    return _refused(error.code or 500, error.name)


def plain(response: Response) -> Response:
    """The answer; a page for people that says no, from outside of the routes, becomes Codat's refusal."""
    if not request.path.startswith("/codat/") or response.status_code < 400 or response.is_json:
        return response
    return _refused(response.status_code, response.status.partition(" ")[2].capitalize())


def _refused(status: int, message: str, items: Sequence[Row] = ()) -> Response:
    response = jsonify(shapes.refusal(status, message, uuid4().hex, items))
    response.status_code = status
    return response


def _whole(name: str, default: int, most: int) -> int:
    given = request.args.get(name, str(default))
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= most):
        raise BadRequestError(f"{name} must be a whole number from 1 to {most}.")
    return int(given)
