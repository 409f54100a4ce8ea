"""What the sync log shows: one line per record, groups by problem, and what a person filters by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from app.domain.problems import Problem, diagnose, problem_of
from app.domain.synced_records import OBJECT_WORDS, RecordState

T = TypeVar("T")

PAGE_SIZE = 50
DAYS = (7, 30, 90)
NO_COUNT_OVER = 500
"""Documents that are left out have no counters; counting them stops here."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A synced record with what the lists say about its document."""

    id: str
    entity_id: str
    object_type: str
    object_id: str | None
    sync_status: str
    state: RecordState
    problem: str
    error_text: str | None
    title: str
    party: str
    amount: int | None
    currency: str
    object_status: str | None
    platform: str | None
    platform_object_id: str | None
    provider: str | None
    provider_object_id: str | None
    last_pulled_at: datetime | None
    object_updated_at: datetime | None
    created_at: datetime
    updated_at: datetime
    tries: int
    handled: str = ""
    """Why a person handles it elsewhere; empty while it is to be sent."""
    automatic_tries: int = 0

    @property
    def word(self) -> str:
        """What kind of thing it is, as people call it."""
        return OBJECT_WORDS.get(self.object_type, "Record")

    @property
    def name(self) -> str:
        """The record as people name it."""
        return record_name(self.object_type, self.title, self.object_id or self.id)

    @property
    def why(self) -> Problem | None:
        """The catalogue's entry for what stopped it."""
        return problem_of(self.problem) if self.problem else None

    @property
    def as_told(self) -> RecordLine:
        """The record as Monite tells of it, whatever is planned or was decided here."""
        found = diagnose(self.object_type, self.sync_status, self.error_text)
        return replace(self, state=found.state, problem=found.problem)

    @property
    def stopped(self) -> bool:
        """Whether another try is something a person decides."""
        return self.state is RecordState.ATTENTION

    @property
    def retryable(self) -> bool:
        """Whether another try may help, as far as its problem tells."""
        why = self.why if self.stopped else None
        return why is not None and why.retryable


@dataclass(frozen=True, slots=True)
class RecordBrief:
    """As much of a record as a decision about thousands needs; `changed_at` as the store writes it."""

    id: str
    object_type: str
    object_id: str | None
    state: RecordState
    problem: str
    title: str
    party: str
    amount: int | None
    currency: str
    object_status: str | None
    in_books: bool
    """Whether the accounting system has it already, as far as we know."""
    changed_at: str

    @property
    def name(self) -> str:
        return record_name(self.object_type, self.title, self.object_id or self.id)


def record_name(object_type: str, title: str, stands_for: str) -> str:
    """A record as people name it; the start of an id where its document isn't known here."""
    return f"{OBJECT_WORDS.get(object_type, 'Record')} {title or stands_for[:8]}"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What a person looks at; an empty `states` means every record."""

    states: tuple[RecordState, ...] = ()
    object_type: str = ""
    problem: str = ""
    text: str = ""
    since: datetime | None = None
    until: str = ""
    """The newest change that was on the screen, so that what happens after it is not swept along."""

    @property
    def narrow(self) -> bool:
        """Whether the counters alone can't tell how many there are."""
        return bool(self.text or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some lines of a list, with the cursors that lead on; '' where there is nothing more."""

    lines: tuple[T, ...]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Everything that one problem stops."""

    code: str
    count: int
    types: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None
    samples: tuple[str, ...] = ()
    """The newest raw messages."""

    @property
    def problem(self) -> Problem:
        return problem_of(self.code)

    @property
    def weight(self) -> tuple[int, int]:
        """Biggest first: by the largest amount in one currency, then by how many there are."""
        return (max(self.amounts.values(), default=0), self.count)


@dataclass(frozen=True, slots=True)
class LeftOutDocument:
    """A bill or an invoice that the sync rules leave out."""

    id: str
    object_type: str
    status: str
    title: str
    party: str
    amount: int | None
    currency: str
    created_at: datetime

    @property
    def name(self) -> str:
        return f"{OBJECT_WORDS[self.object_type]} {self.title or self.id[:8]}"
