"""What a person asks of the sync log: did it arrive, what didn't, what is news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.problems import Phrase, what_happened
from app.domain.record_lists import NO_COUNT_OVER, LeftOutDocument, LogFilter, Page, ProblemGroup, RecordLine
from app.domain.resources import CONNECTION, RECORDS, ResourceState
from app.domain.synced_records import RecordState
from app.services import frames, readiness, refresh, verdicts
from app.services.deps import Deps
from app.services.frames import Frame
from app.store import automatic_tries, connections, record_documents, record_lists, resources, revisions
from app.store.database import to_text

TABS: Mapping[str, tuple[RecordState, ...]] = {
    "attention": (RecordState.ATTENTION,),
    "waiting": (RecordState.WAITING,),
    "sent": (RecordState.SENT,),
    "cannot": (RecordState.CANNOT,),
    "left_out": (RecordState.LEFT_OUT,),
    "all": (),
}
BEHIND_THE_LOG = (*RECORDS, "payables", "receivables", CONNECTION)
BY_PROBLEM = ("attention", "cannot")
HANDLED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What stands in the address of the log."""

    tab: str = "attention"
    view: str = ""
    object_type: str = ""
    problem: str = ""
    days: int = 0
    text: str = ""
    after: str = ""
    before: str = ""

    @property
    def by_problem(self) -> bool:
        """Groups are what one asks for first; a chosen problem or page shows its records."""
        if self.tab not in BY_PROBLEM or self.view == "record":
            return False
        return self.view == "problem" or not (self.problem or self.after or self.before)

    @property
    def filtered(self) -> bool:
        return bool(self.object_type or self.problem or self.days or self.text)


@dataclass(frozen=True, slots=True)
class TabCounts:
    """How many records each tab holds, as far as they could be read."""

    numbers: Mapping[str, int]
    many_left_out: bool = False
    partly: bool = False
    """Whether some type of record could not be read."""

    def text(self, tab: str) -> str:
        """The number, with a plus where there may be more."""
        more = self.many_left_out if tab == "left_out" else self.partly
        return f"{self.numbers[tab]}+" if more else str(self.numbers[tab])


@dataclass(frozen=True, slots=True)
class Log:
    """The log as it stands in the store; `failing` names the types that could not be read."""

    query: LogQuery
    tabs: TabCounts
    total: int
    problems: Sequence[str]
    read: ResourceState | None
    failing: Mapping[str, ResourceState]
    obstacle: Phrase | None
    stale_since: datetime | None = None
    """When the records were read, if that is longer ago than two automatic syncs."""
    frame: Frame | None = None
    newest: str = ""
    """The newest change that is on the screen, as addresses write it."""
    page: Page[RecordLine] = field(default_factory=lambda: Page(()))
    next_tries: Mapping[str, datetime] = field(default_factory=dict)
    """When those of the page that are tried by themselves are tried next."""
    groups: Sequence[ProblemGroup] = ()
    left_out: Page[LeftOutDocument] = field(default_factory=lambda: Page(()))

    @property
    def counts(self) -> Mapping[str, int]:
        return self.tabs.numbers


def filter_of(deps: Deps, query: LogQuery, until: str = "") -> LogFilter:
    """The query as the store understands it."""
    since = deps.clock() - timedelta(days=query.days) if query.days else None
    return LogFilter(TABS[query.tab], query.object_type, query.problem, query.text, since, until)


def find(deps: Deps, entity_id: str, query: LogQuery) -> Log:
    """The log of an entity; costs the same on the first page as on the last."""
    wanted = filter_of(deps, query)
    states = _reads(deps, entity_id)
    tabs = _counts(deps, entity_id, query, states)
    frame = frames.get(deps, entity_id)
    oldest = min(states.values(), key=lambda state: state.as_of or deps.clock(), default=None)
    log = Log(
        query=query,
        tabs=tabs,
        total=tabs.numbers[query.tab] if not wanted.narrow else 0,
        problems=record_lists.problems_in_use(deps.db, entity_id),
        read=oldest,
        failing=_failing(states),
        stale_since=_stale_since(deps, oldest),
        obstacle=verdicts.obstacle(frame),
        frame=frame,
    )
    return _with_lines(deps, entity_id, log, wanted)


def states(deps: Deps, entity_id: str, record_ids: Sequence[str]) -> list[RecordLine]:
    """These records as they stand now."""
    return record_lists.find_by_ids(deps.db, entity_id, record_ids)


def newer(deps: Deps, entity_id: str, query: LogQuery, than: str, shown: Sequence[str]) -> int:
    """How many records of this list changed after the newest on the screen, those shown left aside."""
    return record_lists.newer_changes(deps.db, entity_id, filter_of(deps, query), than=than, shown=shown)


def next_tries(deps: Deps, lines: Sequence[RecordLine]) -> Mapping[str, datetime]:
    """When each of these is tried by itself next; those that aren't are left out."""
    waiting = [line.id for line in lines if line.state is RecordState.WAITING]
    return automatic_tries.next_at(deps.db, waiting) if waiting else {}


def revision(deps: Deps, entity_id: str) -> int:
    """The number that tells whether anything changed."""
    return revisions.get(deps.db, entity_id)


def tab_counts(deps: Deps, entity_id: str, query: LogQuery) -> TabCounts:
    """How many records each tab holds now."""
    return _counts(deps, entity_id, query, _reads(deps, entity_id))


def group_text(frame: Frame | None, group: ProblemGroup) -> Phrase:
    """What stops a group: precise when its newest records all say the same."""
    system = frame.system if frame else "your accounting system"
    # Most messages are alike; those that are not tell so within a few.
    said = (what_happened(group.code, text, system) for text in dict.fromkeys(group.samples))
    first = next(said, None)
    if first is not None and all(_in_full(other) == _in_full(first) for other in said):
        return first
    return what_happened(group.code, None, system)


def _in_full(phrase: Phrase) -> str:
    return phrase.text % phrase.values


def update(deps: Deps, entity_id: str) -> None:
    """Have the records, and the documents behind them, read from Monite again."""
    refresh.want(deps, entity_id, BEHIND_THE_LOG)


def freshen(deps: Deps, entity_id: str) -> None:
    """A person looks at the log: have read again what is older than a minute and can have changed."""
    if connections.current(deps.db, entity_id) is not None:
        refresh.freshen(deps, entity_id, BEHIND_THE_LOG)


def _counts(deps: Deps, entity_id: str, query: LogQuery, reads: Mapping[str, ResourceState]) -> TabCounts:
    """How many each tab holds under the type and problem that are filtered by."""
    found = record_lists.state_counts(
        deps.db, entity_id, object_type=query.object_type, problem=query.problem
    )
    counts = {tab: sum(found.get(state, 0) for state in states) for tab, states in TABS.items()}
    counts["all"] = sum(found.values())
    partly = bool(_failing(reads))
    rules = readiness.rules_in_force(deps.db, entity_id)
    if rules is None:
        return TabCounts(counts, partly=partly)
    documents, many = record_documents.count_left_out(
        deps.db, entity_id, rules, limit=NO_COUNT_OVER, object_type=query.object_type
    )
    counts["left_out"] += documents
    return TabCounts(counts, many, partly)


def _failing(reads: Mapping[str, ResourceState]) -> dict[str, ResourceState]:
    return {kind: state for kind, state in reads.items() if state.state == "error"}


def _stale_since(deps: Deps, oldest: ResourceState | None) -> datetime | None:
    if oldest is None or oldest.as_of is None:
        return None
    longest = 2 * timedelta(minutes=deps.settings.sync_interval_minutes)
    return oldest.as_of if deps.clock() - oldest.as_of > longest else None


def _reads(deps: Deps, entity_id: str) -> dict[str, ResourceState]:
    known = resources.overview(deps.db, entity_id)
    return {name.partition(":")[2]: known[name] for name in RECORDS if name in known}


def _with_lines(deps: Deps, entity_id: str, log: Log, wanted: LogFilter) -> Log:
    query = log.query
    if query.tab == "left_out" and query.view != "record":
        return _with_left_out(deps, entity_id, log, wanted)
    if query.by_problem:
        groups = record_lists.problem_groups(deps.db, entity_id, wanted)
        newest = record_lists.page(deps.db, entity_id, wanted, size=1).lines
        return replace(log, groups=groups, total=sum(group.count for group in groups), newest=_newest(newest))
    page = record_lists.page(deps.db, entity_id, wanted, after=query.after, before=query.before)
    total = record_lists.count(deps.db, entity_id, wanted) if wanted.narrow else log.total
    return replace(
        log,
        page=page,
        total=total,
        newest=_newest(page.lines),
        next_tries=next_tries(deps, page.lines),
    )


def _with_left_out(deps: Deps, entity_id: str, log: Log, wanted: LogFilter) -> Log:
    """What people handle elsewhere on the first page, and what the rules leave out on all of them."""
    query, rules = log.query, readiness.rules_in_force(deps.db, entity_id)
    if not query.after:
        page = record_lists.page(deps.db, entity_id, wanted, size=HANDLED_SHOWN)
        log = replace(log, page=page, total=record_lists.count(deps.db, entity_id, wanted))
    if rules is None:
        return log
    found = record_documents.left_out(
        deps.db, entity_id, rules, object_type=query.object_type, text=query.text, after=query.after
    )
    return replace(log, left_out=found)


def _newest(lines: Sequence[RecordLine]) -> str:
    return to_text(max(line.updated_at for line in lines)) if lines else ""
