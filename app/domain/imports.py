"""What an import brought so far: the state of each kind of thing, and the names that were not matched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.connections import Connection, ConnectionStatus
from app.domain.import_types import DONE, FAILED, ImportType
from app.domain.resources import ResourceState

SLOW, VERY_LATE = timedelta(minutes=2), timedelta(hours=1)
OUTLIVED = timedelta(hours=1)
"""A failure that is so much older than the last finished import is no news of that one."""
TWICE_HERE = "NAME_TWICE"
KINDS = {"products": ("product",), "counterparts": ("vendor", "customer")}
"""What is matched by name: our lists, and what their records are called."""


class Phase(StrEnum):
    NONE = "none"
    """Nothing has ever been connected."""
    RUNNING = "running"
    STOPPED = "stopped"
    """Access was withdrawn, or the connection ended, before the first import did."""
    DONE = "done"


class RowState(StrEnum):
    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    PARTLY = "partly"
    """Here, but some of its names were not matched."""
    UNREAD = "unread"
    """We could not read it from Monite."""
    FAILED = "failed"
    """The provider says that it could not get it."""
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        return self in (RowState.DONE, RowState.PARTLY, RowState.FAILED)


@dataclass(frozen=True, slots=True)
class UnmatchedName:
    """A name that found no single counterpart, and why; `kind` is product, vendor or customer."""

    kind: str
    name: str
    problem: str
    record_id: str | None = None
    """The record that stopped over it; None for what we foresee from our own lists."""


def phase_of(connection: Connection | None) -> Phase:
    """How far the newest connection's first import is."""
    if connection is None or connection.first_connected_at is None:
        return Phase.NONE
    if connection.imported_at is not None:
        return Phase.DONE
    return Phase.RUNNING if connection.status is ConnectionStatus.CONNECTED else Phase.STOPPED


def row_state(
    phase: Phase,
    count: int,
    read: ResourceState | None,
    told: ImportType | None = None,
    *,
    unmatched: int = 0,
    imported_at: datetime | None = None,
) -> RowState:
    """The state of one row: as read, and earlier than that where the provider has told of it."""
    if read is not None and read.state == "error":
        return RowState.UNREAD
    if told is not None and told.state == FAILED and not _outlived(told, imported_at):
        return RowState.FAILED
    told_done = told is not None and told.state == DONE
    here = read is not None and read.as_of is not None
    if phase is Phase.DONE and here:
        return RowState.PARTLY if unmatched else RowState.DONE
    if phase is not Phase.NONE and told_done and here and not _asked_for(read):
        return RowState.DONE
    if phase is Phase.RUNNING:
        return RowState.RUNNING if count or told_done else RowState.NONE
    return {Phase.DONE: RowState.RUNNING, Phase.STOPPED: RowState.STOPPED}.get(phase, RowState.NONE)


def _outlived(told: ImportType, imported_at: datetime | None) -> bool:
    return imported_at is not None and imported_at - told.at > OUTLIVED


def _asked_for(read: ResourceState | None) -> bool:
    """Whether a read was asked for that has not ended yet."""
    if read is None or read.requested_at is None:
        return False
    return read.as_of is None or read.as_of < read.requested_at


def unmatched(stopped: Iterable[UnmatchedName], twice: Iterable[UnmatchedName]) -> list[UnmatchedName]:
    """Every name once: what a record stopped over first, then what stands twice here."""
    found: dict[tuple[str, str], UnmatchedName] = {}
    for one in (*stopped, *twice):
        found.setdefault((one.kind, one.name.strip().casefold()), one)
    return sorted(found.values(), key=lambda one: (one.kind, one.name.casefold()))


def count_of(names: Sequence[UnmatchedName], resource: str) -> int:
    """How many of these names belong to one of our lists."""
    return sum(one.kind in KINDS.get(resource, ()) for one in names)
