"""Bills and invoices that go with the next sync for the first time, and what will become of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain import outlines
from app.domain.facts import Context
from app.domain.outlines import Lack
from app.domain.problems import Again, problem_of
from app.domain.synced_records import OBJECT_WORDS


class Fate(StrEnum):
    """What will become of a document, as a list is divided by it."""

    STOPS = "stops"
    MAY_STOP = "may_stop"
    """Something is known that may stop it, and nobody can tell from here."""
    OPEN = "open"
    """It can't be told yet: its lines aren't read, or an account is being saved."""
    READY = "ready"
    """Nothing is known against it."""


FATES = tuple(Fate)
_OPEN = Lack.UNREAD | Lack.SAVING


@dataclass(frozen=True, slots=True)
class Unsent:
    """One of them, with everything that is known against it."""

    kind: str
    id: str
    status: str
    number: str
    party: str
    party_id: str | None
    amount: int | None
    currency: str
    created_at: datetime
    lacks: int
    context: Context

    @property
    def is_bill(self) -> bool:
        return self.kind == "payable"

    @property
    def object_type(self) -> str:
        """The type of the synced record that it will have."""
        return "bill" if self.is_bill else "receivable"

    @property
    def word(self) -> str:
        """What kind of thing it is, as people call it."""
        return OBJECT_WORDS[self.object_type]

    @property
    def title(self) -> str:
        return self.number or self.id[:8]

    @property
    def fate(self) -> Fate:
        return fate_of(self.lacks, self.context, is_bill=self.is_bill)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it will be refused, the first thing first."""
        return outlines.reasons(self.lacks, self.context, is_bill=self.is_bill)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What may stop it as well."""
        return outlines.cautions(self.lacks, self.context, is_bill=self.is_bill)

    @property
    def never(self) -> bool:
        """Whether nothing that people do here can send it."""
        return bool(self.reasons) and problem_of(self.reasons[0]).again is Again.NEVER

    @property
    def saving(self) -> bool:
        return bool(self.lacks & Lack.SAVING) and not self.lacks & Lack.UNREAD


@dataclass(frozen=True, slots=True)
class UnsentQuery:
    """What stands in the address of the list."""

    fate: str = ""
    kind: str = ""
    problem: str = ""
    text: str = ""
    after: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.kind or self.problem or self.text)

    def masks(self, context: Context, *, is_bill: bool) -> list[tuple[int, bool]]:
        """The bits that a document must have one of (True) or none of (False)."""
        stops = int(outlines.stops(context, is_bill=is_bill))
        warns = int(outlines.warns(context, is_bill=is_bill))
        asked = {
            Fate.STOPS: [(stops, True)],
            Fate.OPEN: [(stops, False), (int(_OPEN), True)],
            Fate.MAY_STOP: [(stops | int(_OPEN), False), (warns, True)],
            Fate.READY: [(stops | int(_OPEN) | warns, False)],
        }
        found = list(asked[Fate(self.fate)]) if self.fate in FATES else []
        if self.problem:
            found.append((outlines.with_code(self.problem, context, is_bill=is_bill), True))
        return found


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are, by fate and by everything that stops or may stop them."""

    fates: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    locked: int = 0
    """How many of those that will stop are bills that can't be changed any more."""

    @property
    def total(self) -> int:
        return sum(self.fates.values())


def tally(counted: Iterable[tuple[str, int, bool, int]], context: Context) -> Tally:
    """The sums over how many documents of a kind lack the same."""
    fates = dict.fromkeys(map(str, FATES), 0)
    problems: dict[str, int] = {}
    stuck = 0
    for kind, lacks, locked, n in counted:
        is_bill = kind == "payable"
        fate = fate_of(lacks, context, is_bill=is_bill)
        fates[fate] += n
        stuck += n if locked and fate is Fate.STOPS else 0
        codes = outlines.reasons(lacks, context, is_bill=is_bill)
        for code in {*codes, *outlines.cautions(lacks, context, is_bill=is_bill)}:
            problems[code] = problems.get(code, 0) + n
    return Tally(fates, dict(sorted(problems.items(), key=lambda one: (-one[1], one[0]))), stuck)


def fate_of(lacks: int, context: Context, *, is_bill: bool) -> Fate:
    """What will become of a document that lacks this."""
    if outlines.reasons(lacks, context, is_bill=is_bill):
        return Fate.STOPS
    if lacks & _OPEN:
        return Fate.OPEN
    return Fate.MAY_STOP if outlines.cautions(lacks, context, is_bill=is_bill) else Fate.READY
