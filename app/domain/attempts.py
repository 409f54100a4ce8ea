"""A person's way to the accounting system and back, and what may be said about it meanwhile.

The provider's redirect says how the way ended, but anybody can type such an address: it is a hint, and
only explains what Monite, asked afterwards, says of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from app.domain.connections import Connection, ConnectionStatus

NO_ERROR_BEFORE = timedelta(seconds=30)
PATIENCE = timedelta(minutes=2)
LINK_WORKS = timedelta(days=1)
"""How long a sign-in address can be relied on; providers make some that end after a day."""
LONGEST_MESSAGE = 300
# Partners choose these names themselves; the first are the provider's own.
_STATUS = ("statusCode", "status", "status_code")
_MESSAGE = ("errorMessage", "error", "error_message", "statusText")
_CONNECTION = ("connectionId", "connection", "connection_id")
_COMPANY = ("companyId", "company", "company_id")
_WORDS = {
    "403": re.compile(r"cancell?ed|access.denied", re.IGNORECASE),
    "501": re.compile(r"not supported", re.IGNORECASE),
}
_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hint:
    """What the address says on which a person came back: a status of three digits, and words."""

    status: str | None = None
    message: str | None = None
    connection: str | None = None
    company: str | None = None

    def contradicts(self, address: str | None) -> bool:
        """Whether it names another connection or company than the sign-in address that was given out."""
        named = {"connections": self.connection, "companies": self.company, "company": self.company}
        parts = (address or "").lower().split("/")
        return any(
            named.get(kind) and _ID.fullmatch(value) and value != named[kind]
            for kind, value in pairwise(parts)
        )


def hint_of(query: Mapping[str, str]) -> Hint:
    """The hint in a query, under the provider's own names or those that partners choose; bounded."""
    message = "".join(sign for sign in _first(query, _MESSAGE) if sign.isprintable())
    return Hint(
        status=_status(_first(query, _STATUS), message),
        message=message[:LONGEST_MESSAGE] or None,
        connection=_id(_first(query, _CONNECTION)),
        company=_id(_first(query, _COMPANY)),
    )


def _status(told: str, message: str) -> str | None:
    """The status, or the one that the words stand for where a partner has only those passed on."""
    if re.fullmatch(r"[1-5][0-9]{2}", told, re.ASCII):
        return told
    return next((status for status, words in _WORDS.items() if not told and words.search(message)), None)


def _first(query: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := query.get(name, "").strip())), "")


def _id(text: str) -> str | None:
    return text.lower() if _ID.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One start of the way; `provider_status` is what the provider said on return, and only a hint."""

    id: str
    entity_id: str
    connection_id: str | None
    platform: str | None
    started_by: str
    started_at: datetime
    returned_at: datetime | None = None
    provider_status: str | None = None
    provider_message: str | None = None
    share_id: str | None = None
    """The link with which somebody who was invited set out."""


class Arrival(StrEnum):
    """Where a person who came back stands."""

    NOTHING = "nothing"
    CHECKING = "checking"
    STILL_CHECKING = "still"
    NOT_CONFIRMED = "not_confirmed"
    CONNECTED = "connected"
    CANCELLED = "cancelled"
    NOT_LISTED = "not_listed"
    FAILED = "failed"
    LINK_USED = "used"
    LINK_EXPIRED = "expired"

    @property
    def open(self) -> bool:
        """Whether the answer may still come by itself."""
        return self in (Arrival.CHECKING, Arrival.STILL_CHECKING, Arrival.NOT_CONFIRMED)


_OWN_DOING = {"403": Arrival.CANCELLED, "501": Arrival.NOT_LISTED}
"""What the person did themselves, so that it is no error to them and may be said at once."""


def arrival(
    connection: Connection | None, attempt: Attempt | None, now: datetime, asked_at: datetime | None = None
) -> Arrival:
    """What is true. What Monite says of the connection counts more than what the provider hinted at.

    A hint counts once Monite has been asked since the person came back (`asked_at`), and one that would
    be an error not in the first half minute.
    """
    if connection is None or connection.status is ConnectionStatus.DISCONNECTED:
        return Arrival.NOTHING
    if connection.status is ConnectionStatus.CONNECTED:
        return Arrival.CONNECTED
    if connection.status is ConnectionStatus.DEAUTHORIZED and attempt is None:
        return Arrival.NOTHING
    told = _told(attempt, asked_at)
    if told in _OWN_DOING:
        return _OWN_DOING[told]
    since = waited(connection, attempt, now)
    if since < NO_ERROR_BEFORE:
        return Arrival.CHECKING
    return _failure(told) or _waiting(since, attempt)


def waited(connection: Connection, attempt: Attempt | None, now: datetime) -> timedelta:
    """How long the person has been back; since the start when they never were."""
    since = (attempt.returned_at or attempt.started_at) if attempt else connection.created_at
    return now - since


def _told(attempt: Attempt | None, asked_at: datetime | None) -> str:
    """The provider's status, once Monite was asked after it; '' before and without one."""
    if attempt is None or attempt.returned_at is None or asked_at is None or asked_at < attempt.returned_at:
        return ""
    return attempt.provider_status or ""


def _failure(told: str) -> Arrival | None:
    if told == "201":
        # Finished with nothing changed: the address had led somebody through before.
        return Arrival.LINK_USED
    return Arrival.FAILED if told[:1] in ("4", "5") else None


def _waiting(since: timedelta, attempt: Attempt | None) -> Arrival:
    if since < PATIENCE:
        return Arrival.STILL_CHECKING
    never_back = attempt is not None and attempt.returned_at is None
    return Arrival.LINK_EXPIRED if never_back and since >= LINK_WORKS else Arrival.NOT_CONFIRMED
