"""Sending one record first: which ones are good to try, and where the one that was chosen stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.people import Actor

CHECKS = ("contact", "account", "tax", "total")
"""What a person looks at in the accounting system before the rest goes."""
KIND_OF = {"bill": "payable", "receivable": "receivable"}
"""Monite's rules speak of payables, its records of bills."""
OBJECT_TYPE_OF = {kind: object_type for object_type, kind in KIND_OF.items()}
STARTED, RIGHT = "first_send_started", "first_send_right"
WRONG, SKIPPED = "first_send_wrong", "first_send_skipped"
TELLS = (STARTED, RIGHT, WRONG, SKIPPED)
"""The events that tell of it."""


class Phase(StrEnum):
    """What is being done, in the order in which it is done; each step waits for the other side's word."""

    NONE = "none"
    OPENING = "opening"
    """The one status is being put into the push lists."""
    OPEN = "open"
    """It is there; nothing was asked for yet."""
    SENDING = "sending"
    CLOSING = "closing"
    """Everything is being put back on hold."""
    CLOSED = "closed"


RUNNING = frozenset({Phase.OPENING, Phase.OPEN, Phase.SENDING, Phase.CLOSING})


class Result(StrEnum):
    """What became of the record itself."""

    UNKNOWN = ""
    SENT = "sent"
    FAILED = "failed"
    STOPPED = "stopped"
    """Nobody saw it arrive before sending was put back on hold."""
    REFUSED = "refused"
    """The service did not accept what was asked, so nothing was sent."""


class Outcome(StrEnum):
    """What the person said in the end."""

    OPEN = ""
    RIGHT = "right"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class FirstSend:
    """The one record of an entity that is, or was, sent first."""

    entity_id: str
    object_type: str
    object_id: str
    status: str
    """The status of the record, the only one that may go meanwhile."""
    record_id: str | None
    """The synced record, where there was one before: then it is pushed alone."""
    company: int
    """How many more of that status there were to be sent at the start."""
    phase: Phase
    result: Result
    started_at: datetime | None
    started_by: Actor
    asked_at: datetime | None
    """When the service was asked to send; None before."""
    looked_at: datetime | None
    settled_at: datetime | None
    """When it was known what became of the record."""
    checked: tuple[str, ...]
    outcome: Outcome

    @property
    def running(self) -> bool:
        """Whether something may be sent meanwhile, or may have been without our knowing."""
        return self.phase in RUNNING

    @property
    def arrived(self) -> bool:
        return self.result is Result.SENT

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What was not ticked, in the order of the screen."""
        return tuple(check for check in CHECKS if check not in self.checked)

    @property
    def completes(self) -> bool:
        """Whether the step of the set-up is behind the person."""
        return self.outcome in (Outcome.RIGHT, Outcome.SKIPPED)


def shape(send: FirstSend | None) -> str:
    """Changes when its page has to be drawn anew: not any more while a person checks what arrived."""
    if send is None:
        return "none"
    return f"arrived-{send.outcome}" if send.arrived else f"{send.phase}-{send.result}-{send.outcome}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bill or an invoice that is ready and that nobody sent so far."""

    object_type: str
    id: str
    status: str
    number: str | None
    party: str | None
    amount: int | None
    currency: str | None
    date: date | None
    company: int
    """How many more are sent with it."""
    record_id: str | None = None
    """The synced record that there is of it already: then it goes alone."""
    lines: int = 0
    of_party: int = 1
    """How many that are ready come from the same supplier, or go to the same customer."""
    cautions: tuple[str, ...] = ()
    """What may stop it, although nobody can tell from here."""

    @property
    def key(self) -> str:
        """How addresses name it."""
        return f"{self.object_type}:{self.id}"


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best to try first: nothing against it, then those with few others, simple, small and usual ones."""
    return sorted(
        candidates,
        key=lambda one: (
            bool(one.cautions),
            one.company,
            max(one.lines, 1),
            -one.of_party,
            one.amount if one.amount is not None else 0,
            one.id,
        ),
    )


def reasons(one: Candidate, among: Sequence[Candidate]) -> list[str]:
    """Why it is a good one to try, as codes: alone, one_line, usual, small."""
    amounts = sorted(other.amount or 0 for other in among)
    found = {
        "alone": one.company == 0,
        "one_line": one.lines == 1,
        "usual": one.of_party > 1 and one.of_party == max(other.of_party for other in among),
        "small": len(among) > 1 and (one.amount or 0) <= amounts[(len(amounts) - 1) // 2],
    }
    return [code for code, is_so in found.items() if is_so]


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line here and as it will be there."""

    name: str
    total: int | None
    tax: int | None
    """In hundredths of a percent."""
    account: str | None
    rates: tuple[str, ...]
    """The accounting system's rates that it can become; one if that is certain."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A bill or an invoice, and what the accounting system will make of it."""

    object_type: str
    id: str
    number: str | None
    party: str | None
    contact_known: bool
    """Whether the accounting system's own contact is known to be the one."""
    issue_date: date | None
    due_date: date | None
    status: str
    total: int | None
    currency: str | None
    lines: tuple[PreviewLine, ...]
    in_books: bool
    """Whether it is there already, so that sending updates it."""

    @property
    def taxes(self) -> list[int]:
        """The rates on it, each once."""
        return list(dict.fromkeys(line.tax for line in self.lines if line.tax is not None))
