"""What Monite and Codat tell by themselves, as we keep it and as we understand it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """Who tells, and how it is known that it is them."""

    MONITE = "monite"
    """Signed by Monite with the secret of the subscription."""
    CODAT_EVENTS = "codat_events"
    """Codat's events of today, signed."""
    CODAT_RULES = "codat_rules"
    """Codat's three rules of the guide, with a header that the partner chose."""


CODAT = (Channel.CODAT_EVENTS, Channel.CODAT_RULES)
PATHS: Mapping[Channel, str] = {
    Channel.MONITE: "/webhooks/monite",
    Channel.CODAT_EVENTS: "/webhooks/codat",
    Channel.CODAT_RULES: "/webhooks/codat",
}
"""Where each channel's messages arrive, below the address of the dashboard."""


class Topic(StrEnum):
    """What a message is about, as far as it matters here."""

    CONNECTION = "connection"
    READ = "read"
    """The provider has read a data type from the books, or has failed to."""
    PUSH = "push"
    """The provider has written something to the books, or has failed to."""
    TEST = "test"
    """Sent by ourselves, to see whether messages arrive."""
    OTHER = "other"


class Outcome(StrEnum):
    NEW = "new"
    HANDLED = "handled"
    IGNORED = "ignored"
    FAILED = "failed"
    """Handling it stopped in the middle more than once; that is a fault of ours."""
    REFUSED = "refused"
    """It could not be shown who sent it. Nothing of it is kept."""


class Note(StrEnum):
    """Why a message was refused or ignored; screens put it into words."""

    NONE = ""
    NO_KEY = "no_key"
    KEY_LOST = "key_lost"
    UNSIGNED = "unsigned"
    WRONG = "wrong"
    OLD = "old"
    UNREADABLE = "unreadable"
    UNUSED = "unused"
    NOBODY = "nobody"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ReadEnd:
    """How the provider's reading of one data type has ended."""

    provider_connection: str
    data_type: str
    done: bool
    message: str = ""
    changed: bool = True
    """False when the provider says that nothing in it is new."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message as far as we understand it."""

    message_id: str
    event: str
    topic: Topic = Topic.OTHER
    occurred_at: datetime | None = None
    entity_ids: tuple[str, ...] = ()
    """What names the business, where something does."""
    provider_connections: tuple[str, ...] = ()
    """The provider's ids of connections; other than Monite's."""
    reads: tuple[ReadEnd, ...] = ()
    written: tuple[str, ...] = ()
    """The data types that were written."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A message as received, and what became of it."""

    id: int
    channel: Channel
    message_id: str | None
    event: str
    topic: Topic
    entity_id: str | None
    occurred_at: datetime | None
    received_at: datetime
    body: str
    outcome: Outcome
    note: Note
    handled_at: datetime | None
    repeats: int
    """How many times more it came."""
    looks: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """When the last message of this kind came, and how many have."""

    at: datetime
    messages: int
