"""Why an account was not saved: a code where the screen has words of its own, else Monite's words."""

from __future__ import annotations

from app.domain.errors import ConflictError, ForbiddenError, GangwayError, NotFoundError

LOCKED = "locked"
GONE = "gone"
FORBIDDEN = "forbidden"
KEPT = "kept"
"""Monite answered as if all were well, and has the account still."""


def why_not(error: GangwayError) -> str:
    """The reason as the row keeps it."""
    match error:
        case ConflictError():
            return LOCKED
        case NotFoundError():
            return GONE
        case ForbiddenError():
            return FORBIDDEN
        case _:
            return str(error)
