"""The import as people see it: row by row what came in, and what of it could not be matched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.connections import Connection, ConnectionStatus
from app.domain.import_types import ImportType
from app.domain.imports import (
    SLOW,
    TWICE_HERE,
    VERY_LATE,
    Phase,
    RowState,
    UnmatchedName,
    count_of,
    phase_of,
    row_state,
    unmatched,
)
from app.domain.problems import code_of
from app.domain.resources import CONNECTION, IMPORTED, ResourceState
from app.services import refresh, sync_now
from app.services.deps import Deps
from app.store import (
    attempts,
    connections,
    events,
    import_types,
    name_checks,
    progress,
    revisions,
    unmatched_names,
)
from app.store.database import write

NOTICE_READ = "import_notice_read"
NAMES_READ, NAMES_SHOWN = 500, 20
_KIND = {"products": "product", "suppliers": "vendor", "customers": "customer"}
_NEWS = timedelta(minutes=1)
"""What was asked for so soon after an import has ended may be a part of it."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One kind of thing that an import brings."""

    resource: str
    state: RowState
    count: int
    unmatched: int = 0
    error: str = ""
    """What Monite said when we could not read it, or the provider when it could not get it."""


@dataclass(frozen=True, slots=True)
class Import:
    connection: Connection | None
    phase: Phase
    rows: list[ImportRow]
    started_at: datetime | None
    finished_at: datetime | None
    took: timedelta
    """How long the connection's first import has been running, or ran."""
    names: list[UnmatchedName]
    """The first of the names that were not matched."""
    names_total: int
    accounts_known: bool
    first: bool
    """Whether it is the first of this business, and none can have followed it yet."""
    notice: bool
    """Whether to tell that imported products may have stand-in prices and units."""
    problem: str
    """The code of what the connection itself reports, while it keeps the import from its end."""
    asked_at: datetime | None
    """When another import was asked for that has not come yet."""
    read: ResourceState
    """How fresh what we know of the connection is."""

    @property
    def done(self) -> int:
        """How many rows are over."""
        return sum(row.state.is_over for row in self.rows)

    @property
    def running(self) -> bool:
        return self.phase is Phase.RUNNING

    @property
    def ended(self) -> bool:
        """Whether there is no connection any more that an import could go on with."""
        return self.connection is not None and self.connection.status is ConnectionStatus.DISCONNECTED

    @property
    def slow(self) -> bool:
        return self.running and self.took >= SLOW

    @property
    def very_late(self) -> bool:
        return self.running and self.took >= VERY_LATE


def get(deps: Deps, entity_id: str) -> Import:
    """What came in so far, from the store alone."""
    connection = connections.current(deps.db, entity_id) or _newest(deps, entity_id)
    phase = phase_of(connection)
    sums = progress.get(deps.db, entity_id)
    read = refresh.overview(deps.db, entity_id)
    names = _names(deps, entity_id, phase)
    told = import_types.find(deps.db, connection.id) if connection else {}
    rows = [
        _row(connection, read[name], told.get(name), sums.count(name), count_of(names, name))
        for name in IMPORTED
    ]
    finished_at = connection.imported_at if connection else None
    started_at = connection.first_connected_at if connection else None
    ended_at = _first_end(deps, entity_id, connection)
    ours = _is_first_of_ours(deps, entity_id, connection)
    brought = phase is Phase.DONE and ours and sums.products > 0
    return Import(
        connection=connection,
        phase=phase,
        rows=rows,
        started_at=started_at,
        finished_at=finished_at,
        took=max(timedelta(), (ended_at or deps.clock()) - started_at) if started_at else timedelta(),
        names=names[:NAMES_SHOWN],
        names_total=len(names),
        accounts_known=sums.accounts > 0,
        first=ours and not _is_old(deps, ended_at),
        notice=brought and events.latest(deps.db, entity_id, NOTICE_READ) is None,
        problem=_problem(connection),
        asked_at=_asked_at(deps, entity_id, finished_at),
        read=read[CONNECTION],
    )


def put_notice_away(deps: Deps, entity_id: str) -> None:
    """The notice about prices and units has been read, by whoever of the business it was."""
    if events.latest(deps.db, entity_id, NOTICE_READ) is not None:
        return
    with write(deps.db) as db:
        events.add(db, entity_id, deps.clock(), NOTICE_READ, deps.actor)
        revisions.bump(db, entity_id)


def _first_end(deps: Deps, entity_id: str, connection: Connection | None) -> datetime | None:
    """When we saw the connection's first import end; by our own clock, as its beginning is."""
    if connection is None or connection.imported_at is None:
        return None
    told = events.of_object(deps.db, entity_id, connection.id, "import_finished")
    return told.at if told else connection.imported_at


def _is_old(deps: Deps, ended_at: datetime | None) -> bool:
    """Whether the automatic sync may have imported again since."""
    interval = timedelta(minutes=deps.settings.sync_interval_minutes)
    return ended_at is not None and deps.clock() - ended_at >= interval


def _is_first_of_ours(deps: Deps, entity_id: str, connection: Connection | None) -> bool:
    """Whether it was connected from here, and no other organisation was ever confirmed before it."""
    if connection is None or attempts.of_connection(deps.db, entity_id, connection.id) is None:
        return False
    others = (one for one in connections.find(deps.db, entity_id) if one.id != connection.id)
    return not any(one.confirmed_at for one in others)


def _newest(deps: Deps, entity_id: str) -> Connection | None:
    return next(iter(connections.find(deps.db, entity_id)), None)


def _row(
    connection: Connection | None, known: ResourceState, news: ImportType | None, count: int, missed: int
) -> ImportRow:
    imported_at = connection.imported_at if connection else None
    state = row_state(phase_of(connection), count, known, news, unmatched=missed, imported_at=imported_at)
    said = {RowState.UNREAD: known.error, RowState.FAILED: news.message if news else None}
    return ImportRow(known.resource, state, count, missed, said.get(state) or "")


def _names(deps: Deps, entity_id: str, phase: Phase) -> list[UnmatchedName]:
    """Names that were not matched; before anything was connected there are none."""
    if phase is Phase.NONE:
        return []
    twice = [
        UnmatchedName(_KIND[one.kind], one.name, TWICE_HERE) for one in name_checks.find(deps.db, entity_id)
    ]
    return unmatched(unmatched_names.find(deps.db, entity_id, NAMES_READ), twice)


def _problem(connection: Connection | None) -> str:
    if connection is None or not connection.errors or connection.imported_at is not None:
        return ""
    return code_of("; ".join(connection.errors), "connection")


def _asked_at(deps: Deps, entity_id: str, finished_at: datetime | None) -> datetime | None:
    asked = sync_now.last_asked(deps, entity_id) if finished_at else None
    if asked is None or finished_at is None or asked.refusal:
        return None
    return asked.at if asked.at - finished_at > _NEWS else None
