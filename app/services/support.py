"""What support looks at: every business at a glance, and one from the outside. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.api_calls import ApiCall
from app.domain.businesses import STUCK_AFTER_DAYS, VIEWS, Business
from app.domain.connections import Connection
from app.domain.errors import NotThereError
from app.domain.events import Told
from app.domain.record_lists import LogFilter, Page, ProblemGroup
from app.domain.resources import DEFAULTS, RESOURCES, SYNC_RULES, ResourceState
from app.domain.sync_rules import SyncRules
from app.domain.synced_records import RecordState
from app.domain.unrecognised import MessageGroup, grouped
from app.services import frames, histories, readiness
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import api_calls, connections, record_lists, resources, support
from app.store import unrecognised as unrecognised_rows
from app.store.support import Moments

LATEST = 20


@dataclass(frozen=True, slots=True)
class Overview:
    """One view of all businesses, and how many each view holds."""

    page: Page[Business]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Look:
    """One business from the outside."""

    frame: Frame
    counts: Mapping[RecordState, int]
    groups: Sequence[ProblemGroup]
    rules: SyncRules | None
    connections: Sequence[Connection]
    reads: Sequence[ResourceState]
    events: Sequence[Told]
    calls: Sequence[ApiCall]


def find(deps: Deps, view: str, text: str = "", after: str = "") -> Overview:
    """The businesses of a view, those that a search fits where one is given."""
    moments = _moments(deps)
    page = support.find(deps.db, view, moments, text=text, after=after)
    return Overview(page, {name: support.count(deps.db, name, moments) for name in VIEWS})


def get(deps: Deps, entity_id: str) -> Look:
    """Everything that tells why one business stands where it stands; raises NotThereError."""
    frame = frames.get(deps, entity_id)
    if frame is None:
        raise NotThereError("There is no such business here.")
    known = resources.overview(deps.db, entity_id)
    stopped = LogFilter((RecordState.ATTENTION, RecordState.CANNOT))
    return Look(
        frame=frame,
        counts=record_lists.state_counts(deps.db, entity_id),
        groups=record_lists.problem_groups(deps.db, entity_id, stopped),
        rules=readiness.rules_in_force(deps.db, entity_id),
        connections=connections.find(deps.db, entity_id),
        reads=[known.get(name, ResourceState(name)) for name in RESOURCES if _is_read(deps, name)],
        events=histories.latest(deps, entity_id, LATEST),
        calls=api_calls.find(deps.db, entity_id, LATEST),
    )


def _is_read(deps: Deps, resource: str) -> bool:
    """Whether this API version has such a list at all."""
    lacks = {
        SYNC_RULES: not deps.monite.capabilities.sync_rules,
        DEFAULTS: not deps.monite.capabilities.default_accounts,
    }
    return not lacks.get(resource, False)


def unrecognised(deps: Deps) -> list[MessageGroup]:
    """What stopped records in words that nobody has an entry for, the most frequent first."""
    return grouped(unrecognised_rows.find(deps.db))


def count_unrecognised(deps: Deps) -> int:
    """How many records stopped for a reason that isn't recognised."""
    return unrecognised_rows.count(deps.db)


def _moments(deps: Deps) -> Moments:
    now = deps.clock()
    late = timedelta(minutes=deps.settings.sync_interval_minutes * 1.25)
    return Moments(stuck_before=now - timedelta(days=STUCK_AFTER_DAYS), late_before=now - late)
