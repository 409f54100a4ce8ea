"""What the dashboard knows of each list that it reads from Monite: how fresh, how far, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.synced_records import OBJECT_TYPES

ENTITIES = "entities"
"""The list of entities itself; it is kept under the empty entity id."""
EVERYBODY = ""
CONNECTION = "connection"
LINE_ITEMS = "line_items"
SYNC_RULES = "sync_rules"
DEFAULTS = "defaults"
"""The entity's default accounts."""
RECORDS = tuple(f"synced_records:{kind}" for kind in OBJECT_TYPES)
IMPORTED = ("ledger_accounts", "tax_rates", "products", "counterparts")
"""What an import brings from the accounting system, or links with it."""
RESOURCES = (
    CONNECTION,
    SYNC_RULES,
    "ledger_accounts",
    "tax_rates",
    DEFAULTS,
    "products",
    "measure_units",
    "payables",
    "counterparts",
    "receivables",
    *RECORDS,
    LINE_ITEMS,
)
"""Every resource of an entity, in the order in which it is read."""


class Share(StrEnum):
    """What one reader takes on, so that a long read of one kind keeps no other waiting."""

    ALL = "all"
    PEOPLE = "people"
    """What somebody waits for."""
    LISTS = "lists"
    """Everything but the line items."""
    SCANS = "scans"
    """The line items, which take one call a bill."""


@dataclass(frozen=True, slots=True)
class ResourceState:
    """`state` is never, running, ok or error; `as_of` stays what it was while a read runs or fails."""

    resource: str
    state: str = "never"
    as_of: datetime | None = None
    error: str | None = None
    done: int | None = None
    total: int | None = None
    started_at: datetime | None = None
    requested_at: datetime | None = None
    next_due: datetime | None = None
    failures: int = 0

    @property
    def under_way(self) -> bool:
        """Whether it is read now, or has been asked for and not been read since."""
        asked = self.requested_at is not None and (self.as_of is None or self.as_of < self.requested_at)
        return self.state == "running" or (asked and self.state != "error")


@dataclass(frozen=True, slots=True)
class Read:
    """One read that the worker has taken on."""

    entity_id: str
    resource: str
    started_at: datetime
    interactive: bool
    failures: int
