"""What is asked of the audit trail: whose doing, about what, in which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.events import Event

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "connection": (
        "connect_",
        "connected",
        "organisation_",
        "access_withdrawn",
        "disconnect",
        "reconnect",
        "carry_over",
        "share_",
        "link_",
        "other_organisation",
    ),
    "imports": ("import_", "prices_"),
    "accounts": ("account", "assign", "choice_", "default_", "tax_rate_", "product_"),
    "rules": ("rules_", "sending_", "hold_", "closing_date_", "first_send_"),
    "records": ("retried", "retrying_", "records_retried", "handled_", "note_left"),
    "people": ("came_in", "went_out", "session_", "acting_", "user_", "launch_", "sign_in_"),
    "setup": (
        "setup_",
        "provider_",
        "partner_",
        "webhook",
        "xero_cap_",
        "codat_",
        "credentials_",
        "secret_",
        "backup_",
    ),
}
"""How the kinds of events of a subject begin."""
OTHER = "other"
PEOPLE, PARTNER, AUTOMATIC = "people", "partner", "automatic"
WHOSE = (PEOPLE, PARTNER, AUTOMATIC)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which events are wanted; without an entity those of all businesses, and the partner's own."""

    entity_id: str | None = None
    whose: str = ""
    """people, partner (its people acting for a business), automatic; '' for anybody."""
    name: str = ""
    """Part of the name of whoever did it."""
    subject: str = ""
    """One of SUBJECTS, or OTHER."""
    since: datetime | None = None
    until: datetime | None = None
    batch_id: str = ""
    """The one bulk change whose parts are wanted."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that were asked for, as they stand in the address; either may be open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, with the business that it happened in and the names of what it speaks of by id."""

    event: Event
    business: str
    """'' for what concerns the partner alone."""
    names: Mapping[str, str]

    @property
    def batch_id(self) -> str | None:
        """The bulk change that this sums up; its parts are told one by one elsewhere."""
        found = self.event.details.get("batch")
        return found if isinstance(found, str) else None
