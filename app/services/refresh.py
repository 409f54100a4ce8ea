"""Keeping the mirror fresh: what is read from Monite, when, and what happens when it does not answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from app.domain.connections import Connection, ConnectionStatus
from app.domain.errors import CredentialsError, MoniteError, RateLimitedError, UnavailableError
from app.domain.resources import (
    CONNECTION,
    DEFAULTS,
    ENTITIES,
    EVERYBODY,
    IMPORTED,
    LINE_ITEMS,
    RECORDS,
    RESOURCES,
    SYNC_RULES,
    Read,
    ResourceState,
    Share,
)
from app.services import doubts
from app.services.deps import Deps
from app.services.reads import READERS
from app.services.scans import scan
from app.store import connections, events, outbox, resources, revisions
from app.store.database import write

logger = logging.getLogger(__name__)
__all__ = ["RESOURCES", "as_of", "freshen", "next_due", "overview", "read_now", "run_due", "want"]

PERSON_WAITS = 3.0
LOOK_AT = timedelta(minutes=1)
"""What a person looks at is read again once it is older than this."""
IMPORTING, IMPORTING_LISTS = timedelta(seconds=2), timedelta(seconds=4)
IMPORT_PATIENCE = timedelta(minutes=30)
AT_PROVIDER, SOMEBODY_WATCHES = timedelta(seconds=3), timedelta(minutes=2)
AWAY = (ConnectionStatus.PENDING_AUTH, ConnectionStatus.DEAUTHORIZED)
"""What somebody may be signing in for just now."""
FORGOTTEN = timedelta(minutes=1)
SENDING, SENDS_FOR = timedelta(seconds=10), timedelta(minutes=3)
DAY = timedelta(days=1)
MOST_BACKOFF = timedelta(hours=1)


def want(
    deps: Deps, entity_id: str, resources_: Iterable[str] | None = None, *, interactive: bool = True
) -> None:
    """Have these resources (all, when none are named) read as soon as the worker can."""
    with write(deps.db) as db:
        wanted = _possible(deps, RESOURCES if resources_ is None else resources_)
        resources.want(db, entity_id, wanted, deps.clock(), interactive=interactive)
        revisions.bump(db, entity_id)
    deps.wake()


def freshen(deps: Deps, entity_id: str, wanted: Sequence[str]) -> None:
    """A person looks at these: have those read that are older than a minute; usually nothing is written."""
    old = resources.older_than(deps.db, entity_id, _possible(deps, wanted), deps.clock() - LOOK_AT)
    if old:
        want(deps, entity_id, old)


def read_now(deps: Deps, entity_id: str, resource: str, seconds: float = PERSON_WAITS) -> None:
    """Read one resource while a person waits.

    Raises a MoniteError when Monite does not answer in time or refuses; the failure is kept beside what
    was known before.
    """
    with write(deps.db) as db:
        read = resources.begin(db, entity_id, resource, deps.clock())
    with deps.monite.hurried(seconds):
        _carry_out(deps, read, lambda: READERS[resource](deps, read))
    deps.wake()


def run_due(deps: Deps, seconds: float, share: Share = Share.ALL) -> bool:
    """Read what is due of this share for about so long; whether something is still due.

    Each read fails alone: its failure is kept with it, and the others go on.
    """
    stop_at = time.monotonic() + seconds
    if not resources.is_scheduled(deps.db, EVERYBODY, ENTITIES):
        with write(deps.db) as db:
            resources.schedule_if_new(db, EVERYBODY, ENTITIES, deps.clock())
    while (left := stop_at - time.monotonic()) > 0:
        read = _claim(deps, share)
        if read is None:
            return False
        _read_for_the_worker(deps, read, left)
    return resources.is_due(deps.db, deps.clock(), share)


def _claim(deps: Deps, share: Share) -> Read | None:
    """The next read of this share; nothing is written while there is none."""
    if not resources.is_due(deps.db, deps.clock(), share):
        return None
    with write(deps.db) as db:
        read = resources.claim(db, deps.clock(), share)
        if read is not None:
            revisions.bump(db, read.entity_id)
    return read


def _read_for_the_worker(deps: Deps, read: Read, seconds: float) -> None:
    try:
        if read.interactive:
            _carry_out(deps, read, lambda: _read(deps, read, seconds))
        else:
            with deps.monite.background():
                _carry_out(deps, read, lambda: _read(deps, read, seconds))
    except MoniteError as exc:
        # Kept in the resource's own state, where people see it.
        logger.warning("%s of %s could not be read: %s", read.resource, read.entity_id or "all", exc)


def _read(deps: Deps, read: Read, seconds: float) -> bool:
    """Read one resource; False when there was no time for all of it."""
    if read.resource == LINE_ITEMS:
        return scan(deps, read, seconds)
    READERS[read.resource](deps, read)
    return True


def _carry_out(deps: Deps, read: Read, work: Callable[[], bool | None]) -> None:
    """Do the work and keep how it ended; raises what Monite raised."""
    try:
        finished = work()
    except MoniteError as exc:
        now = deps.clock()
        with write(deps.db) as db:
            resources.fail(db, read, now, exc.message, now + _backoff(deps, read, exc))
            if read.resource != CONNECTION:
                doubts.raised(db, read.entity_id, exc, now)
            revisions.bump(db, read.entity_id)
        raise
    now = deps.clock()
    with write(deps.db) as db:
        if finished is False:
            resources.pause(db, read, now)
        else:
            resources.finish(db, read, now, _next_due(deps, read, now))
        if read.failures:
            # Monite answers again: what waits for that alone need not wait any longer.
            outbox.hurry(db, now)
        revisions.bump(db, read.entity_id)


def _next_due(deps: Deps, read: Read, now: datetime) -> datetime | None:
    """When the resource is read again by itself; None when only on request."""
    interval = timedelta(minutes=deps.settings.sync_interval_minutes)
    if read.entity_id == EVERYBODY:
        return now + interval
    connection = connections.current(deps.db, read.entity_id)
    if read.resource == CONNECTION:
        asked_at = resources.get(deps.db, read.entity_id, CONNECTION).requested_at
        return now + _pace(connection, asked_at, now, interval)
    if read.resource == LINE_ITEMS or connection is None:
        return None
    if connection.status is not ConnectionStatus.CONNECTED:
        return None
    if read.resource in IMPORTED and _is_importing(connection, now):
        return now + IMPORTING_LISTS
    sending = read.resource in RECORDS and _is_sending(deps, read.entity_id, now)
    return now + (SENDING if sending else interval)


def _pace(
    connection: Connection | None, asked_at: datetime | None, now: datetime, interval: timedelta
) -> timedelta:
    """How soon to look at a connection again: often while a person waits for it to change."""
    if connection is None:
        return DAY
    watched = asked_at is not None and now - asked_at < SOMEBODY_WATCHES
    if watched and connection.status in AWAY:
        return AT_PROVIDER
    if connection.status is ConnectionStatus.PENDING_AUTH:
        return FORGOTTEN if now - connection.created_at < DAY else interval
    if connection.status is ConnectionStatus.CONNECTED and connection.imported_at is None:
        return IMPORTING if _is_importing(connection, now) else FORGOTTEN
    return FORGOTTEN if connection.status is ConnectionStatus.CHECKING else interval


def _is_importing(connection: Connection, now: datetime) -> bool:
    """Whether the first import is under way, and not so long that nobody expects it any more."""
    began = connection.first_connected_at
    return connection.imported_at is None and began is not None and now - began < IMPORT_PATIENCE


def _is_sending(deps: Deps, entity_id: str, now: datetime) -> bool:
    """Whether a sync was started by hand so lately that its first records may be about to appear."""
    started = events.latest(deps.db, entity_id, "import_started")
    return started is not None and now - started.at < SENDS_FOR


def _backoff(deps: Deps, read: Read, error: MoniteError) -> timedelta:
    """How long to leave Monite alone after this: what heals by itself is tried again soon."""
    if isinstance(error, RateLimitedError):
        return timedelta(seconds=error.retry_after)
    if isinstance(error, CredentialsError):
        return timedelta(minutes=5)
    if isinstance(error, UnavailableError):
        return min(timedelta(seconds=5 * 2.0 ** min(read.failures, 12)), MOST_BACKOFF)
    return timedelta(minutes=deps.settings.sync_interval_minutes)


def _possible(deps: Deps, wanted: Iterable[str]) -> list[str]:
    """Without what this version of Monite does not have."""
    able = deps.monite.capabilities
    lacking = {SYNC_RULES: not able.sync_rules, DEFAULTS: not able.default_accounts}
    return [name for name in wanted if not lacking.get(name)]


def overview(db: Database, entity_id: str) -> dict[str, ResourceState]:
    """The state of every resource, those never read included."""
    return {name: ResourceState(name) for name in RESOURCES} | resources.overview(db, entity_id)


def as_of(db: Database, entity_id: str, wanted: Sequence[str] = ()) -> datetime | None:
    """Since when everything shown holds: the oldest of these resources, or of all; None before any read."""
    return resources.as_of(db, entity_id, wanted)


def next_due(db: Database) -> datetime | None:
    """When the worker has something to read again; None when never."""
    return resources.next_due(db)
