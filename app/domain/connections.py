"""Connections to an accounting system, and what their state means to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ConnectionStatus(StrEnum):
    """Monite's four states; an unknown one is read as CHECKING, which is ours."""

    PENDING_AUTH = "pending_auth"
    CONNECTED = "connected"
    DEAUTHORIZED = "deauthorized"
    DISCONNECTED = "disconnected"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class BusinessInfo:
    """What the accounting system says about the organisation that was chosen."""

    name: str | None
    legal_name: str | None
    base_currency: str | None
    email: str | None = None
    country: str | None = None
    """Two letters, where the accounting system gives them; Monite does not promise it."""


@dataclass(frozen=True, slots=True)
class Connection:
    id: str
    status: ConnectionStatus
    platform: str | None
    connection_url: str | None
    last_pull: datetime | None
    created_at: datetime
    updated_at: datetime
    business: BusinessInfo | None = None
    errors: tuple[str, ...] = ()
    # Ours, not Monite's: kept beside the mirror.
    first_connected_at: datetime | None = None
    confirmed_at: datetime | None = None
    first_stamp: datetime | None = None

    @property
    def occupies(self) -> bool:
        """Whether it takes the entity's only place: one accounting system at a time."""
        return self.status is not ConnectionStatus.DISCONNECTED

    @property
    def imported_at(self) -> datetime | None:
        """When the last import finished; None until one has.

        Monite stamps `last_pull` when a connection is created, so it counts once it is later than
        `first_stamp`, the value that we saw before any import. Both are Monite's own times.
        """
        if self.last_pull is None or self.first_connected_at is None:
            return None
        return self.last_pull if self.last_pull > (self.first_stamp or self.created_at) else None


SYSTEM_NAMES = {
    "xero": "Xero",
    "quickbooks": "QuickBooks",
    "quickbooks_online": "QuickBooks",
    "quickbooks_online_sandbox": "QuickBooks",
}


def system_name(platform: str | None) -> str:
    """What people call the accounting system; "your accounting system" while it is unknown."""
    return SYSTEM_NAMES.get(platform or "", "your accounting system")


def organisation_word(platform: str | None) -> str:
    """Xero says organisation, QuickBooks says company."""
    return "company" if (platform or "").startswith("quickbooks") else "organisation"


def is_late(connection: Connection, now: datetime, interval: timedelta) -> bool:
    """Whether a connected system has not been heard of for a quarter longer than the interval."""
    heard = connection.imported_at
    return (
        connection.status is ConnectionStatus.CONNECTED
        and heard is not None
        and now - heard > interval * 1.25
    )
