"""Launch links: the partner's own product lets one of its people in, once, for a short time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import InputError
from app.domain.people import ENTITY_ROLES, Actor, Role
from app.domain.users import clean_name

LASTS = timedelta(minutes=10)
_FIELDS = ("entity_id", "role", "name")


@dataclass(frozen=True, slots=True)
class LaunchLink:
    """For whom a link is, and whether it has been used; the token in its address is not in here."""

    id: str
    actor: Actor
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    session_id: str | None = None

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at


def wanted(body: object) -> Actor:
    """For whom the partner's backend wants a link; raises InputError, in words for its programmer."""
    if not isinstance(body, dict):
        raise InputError("body", "The body must be a JSON object.")
    unknown = [str(name) for name in body if name not in _FIELDS]
    if unknown:
        raise InputError("body", f"Unknown field {unknown[0][:40]!r}: send {', '.join(_FIELDS)} only.")
    for name in _FIELDS:
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise InputError(name, f"{name} is needed, as text.")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", body["entity_id"]):
        raise InputError("entity_id", "entity_id must be an id as Monite gives it.")
    if body["role"] not in ENTITY_ROLES:
        raise InputError("role", "role must be owner, bookkeeper or viewer.")
    try:
        name = clean_name(body["name"])
    except InputError:
        raise InputError("name", "name must have 1 to 80 printable characters.") from None
    return Actor(name, Role(body["role"]), body["entity_id"])
