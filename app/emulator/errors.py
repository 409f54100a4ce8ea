"""What the emulator refuses, and with which status.

    ApiError
    ├── BadRequestError      400
    ├── UnauthorizedError    401
    ├── ForbiddenError       403
    ├── NotFoundError        404
    ├── ConflictError        409
    ├── InvalidError         422, the only one that says where in the request the fault lies
    ├── TooManyRequestsError 429, answered by the gateway in its own shape
    └── NotBuiltError        501, an operation of Monite's API that the emulator lacks

The factory turns these into the shapes that Monite documents; nothing below it knows HTTP bodies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class ApiError(Exception):
    """A refusal that becomes an answer; `type` is the extra key that some 400s carry."""

    status: ClassVar[int] = 500
    default: ClassVar[str] = "Internal Server Error"

    def __init__(
        self, message: str = "", *, type: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.message = message or self.default
        self.type = type
        self.headers = dict(headers or {})
        super().__init__(self.message)


class BadRequestError(ApiError):
    """The request breaks a business rule that has no better status."""

    status = 400
    default = "Bad Request"


class UnauthorizedError(ApiError):
    """No token, or one that is no longer good."""

    status = 401
    default = "The token has been revoked, expired or not found."


class ForbiddenError(ApiError):
    """The token may not touch this entity or resource."""

    status = 403
    default = "Forbidden"


class NotFoundError(ApiError):
    """Nothing of the entity has this id."""

    status = 404
    default = "Not found"


class ConflictError(ApiError):
    """The state of the object forbids the action."""

    status = 409
    default = "Conflict"


class InvalidError(ApiError):
    """The request does not fit the schema; `loc` is the path to the faulty part."""

    status = 422
    default = "field required"

    def __init__(self, message: str, loc: Sequence[str | int], type: str = "value_error") -> None:
        super().__init__(message, type=type)
        self.loc = list(loc)


class TooManyRequestsError(ApiError):
    """The client's requests of this second are used up."""

    status = 429
    default = "API rate limit exceeded"


class NotBuiltError(ApiError):
    """The operation exists at Monite and not here."""

    status = 501
    default = "This operation is not part of the emulator."
