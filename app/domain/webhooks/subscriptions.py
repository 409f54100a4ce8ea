"""Our subscription at Monite: to what, to which address, and with which secret it signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

OBJECT_TYPE = "accounting_connection"
EVENTS = frozenset({"connected", "disconnected", "deauthorized", "pending_auth"})
"""What Monite tells of a connection; there is no event about imports or records."""


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    object_type: str
    url: str
    event_types: tuple[str, ...]
    enabled: bool
    secret: str | None = field(default=None, repr=False)
    """Told when it is made, and when it gets a new one; never again."""

    @property
    def tells_all(self) -> bool:
        """Whether it is told of every event; one that names none is told of all."""
        return not self.event_types or set(self.event_types) >= EVENTS


def at_address(subscriptions: Iterable[Subscription], address: str) -> list[Subscription]:
    """Those about connections that go to this address, the one to keep first."""
    ours = [one for one in subscriptions if one.object_type == OBJECT_TYPE and one.url == address]
    return sorted(ours, key=lambda one: not one.enabled)
