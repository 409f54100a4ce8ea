"""One call to Monite as the support view shows it; never a body, a secret or a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApiCall:
    """`status` is None when no answer came; `error` then says why."""

    at: datetime
    entity_id: str | None
    method: str
    path: str
    status: int | None
    milliseconds: int
    request_id: str | None
    error: str | None = None
