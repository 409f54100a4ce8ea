"""What a person asks of the sync log: did it arrive, what didn't, what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.errors import MoniteError, NotThereError
from app.domain.events import REPAIRS
from app.domain.outbox import OutboxRow
from app.domain.problems import Again, Fix, Phrase, Problem, other_problems, what_happened
from app.domain.readiness import Condition, DocumentFacts, settled
from app.domain.record_lists import (
    NO_COUNT_OVER,
    LeftOutDocument,
    LogFilter,
    Page,
    ProblemGroup,
    RecordLine,
)
from app.domain.record_notes import RecordNote
from app.domain.record_tries import RecordTry
from app.domain.resources import CONNECTION, RECORDS, ResourceState
from app.domain.synced_records import RecordState
from app.services import frames, readiness, record_marks, refresh, sightings, verdicts
from app.services.deps import Deps
from app.services.frames import Frame
from app.services.record_marks import MARKABLE, Handled
from app.store import (
    automatic_tries,
    connections,
    events,
    outbox,
    record_documents,
    record_lists,
    record_notes,
    record_tries,
    resources,
    revisions,
)
from app.store.database import to_text, write

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
PERSON_WAITS = 3.0


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


@dataclass(frozen=True, slots=True)
class OneRecord:
    """Everything about one record."""

    line: RecordLine
    frame: Frame | None
    happened: Phrase | None
    conditions: Sequence[Condition]
    document: DocumentFacts | None
    tries: Sequence[RecordTry]
    notes: Sequence[RecordNote]
    handled: Handled | None
    queued: OutboxRow | None
    """The try that is to be sent, or is being sent now."""
    fixed_at: datetime | None
    fixed: bool
    gone_after: datetime | None
    """When its document was last seen here, if it has been deleted since."""
    slow: bool
    why_not: Phrase | None
    obstacle: Phrase | None

    @property
    def told(self) -> RecordLine:
        """The record as Monite tells of it, whatever is planned or was decided here; else as it stands."""
        return self.line.as_told if self.planned or self.handled else self.line

    @property
    def also(self) -> Sequence[Problem]:
        """What the same message tells of besides."""
        told = self.told
        return other_problems(told.problem, told.error_text, told.object_type) if told.problem else ()

    @property
    def planned(self) -> bool:
        """Whether it is tried again by itself, later."""
        return self.queued is not None and self.queued.automatic and not self.queued.attempts

    @property
    def shape(self) -> str:
        """What a page shows of it while it is on its way: it is drawn again once that has changed."""
        at = self.queued.not_before.isoformat() if self.queued and self.planned else ""
        return f"{self.line.tries}.{at}"

    @property
    def asks_to_check(self) -> bool:
        """Whether it may be in the accounting system already, so that a person should look there first."""
        why = self.told.why
        return why is not None and (why.again is Again.AFTER_CHECK or why.code == "NUMBER_USED")

    @property
    def retryable(self) -> bool:
        return self.why_not is None and self.obstacle is None

    @property
    def markable(self) -> bool:
        """Whether a person may say that it is handled elsewhere."""
        return self.planned or self.line.state in MARKABLE

    @property
    def lacking(self) -> list[Condition]:
        return [condition for condition in self.conditions if condition.ok is False]


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


def get(deps: Deps, entity_id: str, record_id: str) -> OneRecord:
    """One record with what it lacks and every try; raises NotThereError."""
    line = record_lists.get(deps.db, entity_id, record_id)
    if line is None:
        raise NotThereError("There is no such record here.")
    frame = frames.get(deps, entity_id)
    found = verdicts.foretold(deps, frame, line).conditions
    rows = outbox.find_for_object(deps.db, line.id, "retry")
    queued = next((row for row in rows if row.open), None)
    waited = deps.clock() - line.updated_at
    document = _document(deps, line)
    fixed_at = _fixed_at(deps, line, document)
    stopped = line.state is RecordState.ATTENTION
    return OneRecord(
        line=line,
        frame=frame,
        happened=happened(
            frame, line.as_told if line.handled or (queued and queued.automatic) else line, found
        ),
        conditions=found,
        document=document,
        tries=record_tries.find(deps.db, line.id),
        notes=record_notes.find(deps.db, line.id),
        handled=record_marks.handled(deps, line),
        queued=queued,
        fixed=stopped and _is_fixed(line, found, fixed_at),
        fixed_at=fixed_at,
        gone_after=record_lists.last_listed(deps.db, line) if document and document.gone else None,
        # While it is queued here, Monite's last change says nothing about how long it has waited.
        slow=line.state is RecordState.WAITING
        and queued is None
        and waited > 2 * timedelta(minutes=deps.settings.sync_interval_minutes),
        why_not=verdicts.why_not(deps, line),
        obstacle=verdicts.obstacle(frame),
    )


def check(deps: Deps, entity_id: str, record_id: str) -> bool:
    """Ask Monite how a record stands while a person waits; whether it answered. Raises NotThereError."""
    line = record_lists.get(deps.db, entity_id, record_id)
    if line is None:
        raise NotThereError("There is no such record here.")
    try:
        with deps.monite.hurried(PERSON_WAITS):
            seen = deps.monite.get_synced_record(entity_id, record_id)
    except MoniteError:
        return False
    with write(deps.db):
        sightings.records(deps.db, entity_id, [(seen, None)], deps.clock())
        revisions.bump(deps.db, entity_id)
    return True


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


def happened(frame: Frame | None, line: RecordLine, conditions: Sequence[Condition] = ()) -> Phrase | None:
    """What stopped a record, with what the raw message names, else what the conditions do."""
    if not line.problem:
        return None
    system = frame.system if frame else "your accounting system"
    return what_happened(line.problem, line.error_text, system, _named(line.problem, conditions))


def _named(code: str, conditions: Sequence[Condition]) -> dict[str, str]:
    """What the condition behind a problem names, if it is one thing: a rate, a line, an account."""
    value = {"TAX_NO_MATCH": "rate", "ACC_ARCHIVED": "account"}.get(code, "line")
    failed = [one for one in conditions if one.code == code and one.ok is False]
    names = failed[0].names if failed else ()
    return {value: names[0].removesuffix(" %")} if len(names) == 1 else {}


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


def _document(deps: Deps, line: RecordLine) -> DocumentFacts | None:
    context = readiness.context(deps, line.entity_id)
    return readiness.facts(deps, line.entity_id, line.object_type, line.object_id, context)


def _fixed_at(deps: Deps, line: RecordLine, document: DocumentFacts | None) -> datetime | None:
    """When a person last changed something about this record after it had stopped."""
    ids = [part.id for part in document.lines if part.id] if document else []
    ids += [line.object_id] if line.object_id else []
    return events.last_about(deps.db, line.entity_id, REPAIRS, ids, since=line.updated_at)


def _is_fixed(line: RecordLine, found: Sequence[Condition], fixed_at: datetime | None) -> bool:
    """Whether what stopped the record is known to be put right.

    That an account was archived is told by the accounting system, not by what we last read of it,
    so there it takes a change made here as well. So it does where no condition tells of the problem.
    """
    if line.problem in ("ACC_ARCHIVED", "ACC_GONE", "INACTIVE"):
        return fixed_at is not None and settled("ACC_ARCHIVED", found)
    if settled(line.problem, found):
        # The rate was there, and the accounting system did not take it all the same.
        said = (line.error_text or "").lower()
        refused_rate = line.problem in ("TAX_NO_MATCH", "TAX_MISSING") and (
            "taxtype" in said or "have a vat rate" in said
        )
        return fixed_at is not None or not refused_rate
    told_of = any(condition.code == line.problem for condition in found)
    mended_here = line.why is not None and line.why.fix in (Fix.TAX, Fix.PRODUCT)
    if told_of or not mended_here:
        return False
    return fixed_at is not None and not any(condition.ok is False for condition in found)
