"""What a change of the sync rules will do, in numbers, before anybody saves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.readiness import SAVING, UNDECIDED, UNREAD
from app.domain.sync_rules import PAYABLE_CHOICES, RECEIVABLE_CHOICES, SyncRules

CHOICES = {"payable": PAYABLE_CHOICES, "receivable": RECEIVABLE_CHOICES}


@dataclass(frozen=True, slots=True)
class DocumentCount:
    """How many bills or invoices share a status and a fate; `record` is the state of their synced record."""

    kind: str
    status: str
    record: str | None
    blocked: bool
    """An invoice with a discount on the whole of it, which is never sent."""
    lack: str
    """Of those never tried: the code of what will stop them, UNREAD, SAVING, or "" for nothing."""
    locked: bool
    """A bill whose lines can't be changed any more, so that nobody can put right here what it lacks."""
    n: int
    closed: bool = False
    """Of those never tried: dated in the period that a person marked as closed."""


@dataclass(frozen=True, slots=True)
class DocumentBrief:
    """A bill or an invoice, as far as a list of examples tells of it."""

    id: str
    number: str | None
    party: str | None
    amount: int | None
    currency: str | None
    date: date | None
    record_id: str | None
    lack: str = ""
    cautions: tuple[str, ...] = ()
    """Of one never tried: what may stop it, although nobody can tell from here."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will become of documents that were never tried, once they are."""

    tried: int = 0
    lacks: tuple[tuple[str, int], ...] = ()
    """How many will stop for each reason, the most frequent first."""
    locked: int = 0
    """How many of those that will stop can't be put right here any more."""
    unread: int = 0
    saving: int = 0
    closed_bills: int = 0
    """How many are dated in the closed period: no rule can hold those back."""
    closed_invoices: int = 0

    @property
    def stopping(self) -> int:
        return sum(n for _code, n in self.lacks)


@dataclass(frozen=True, slots=True)
class Change:
    """What starting or stopping to send one status means now."""

    kind: str
    status: str
    starts: bool
    sent: int
    """Already in the accounting system."""
    fresh: int
    """Never tried so far: what the next sync sends, or no longer sends."""
    stopped: int
    """Tried before and stopped: these go only by Retry."""
    under_way: int
    outlook: Outlook
    """What will become of the fresh ones."""
    blocked: int
    """Can never be sent."""

    @property
    def stopping(self) -> int:
        return self.outlook.stopping


def changes(before: SyncRules, after: SyncRules, counts: Sequence[DocumentCount]) -> list[Change]:
    """Each status that starts or stops being sent, bills first, in the order of the screen."""
    found = []
    for kind, choices in CHOICES.items():
        was, becomes = set(getattr(before, kind)), set(getattr(after, kind))
        for status in [*choices, *sorted((was | becomes) - set(choices))]:
            if (status in was) != (status in becomes):
                found.append(_change(kind, status, status in becomes, counts))
    return found


def _change(kind: str, status: str, starts: bool, counts: Sequence[DocumentCount]) -> Change:
    mine = [c for c in counts if c.kind == kind and c.status == status]
    fresh = [c for c in mine if c.record is None and not c.blocked]
    return Change(
        kind=kind,
        status=status,
        starts=starts,
        sent=sum(c.n for c in mine if c.record == "sent"),
        fresh=sum(c.n for c in fresh),
        stopped=sum(c.n for c in mine if c.record in ("attention", "cannot", "left_out") and not c.blocked),
        under_way=sum(c.n for c in mine if c.record == "waiting"),
        outlook=_outlook(fresh),
        blocked=sum(c.n for c in mine if c.blocked and c.record != "sent"),
    )


def outlook(rules: SyncRules, counts: Sequence[DocumentCount]) -> Outlook:
    """What will become of the bills and invoices that these rules would send and that were never tried."""
    return _outlook(
        [c for c in counts if c.record is None and not c.blocked and c.status in getattr(rules, c.kind)]
    )


def _outlook(fresh: Sequence[DocumentCount]) -> Outlook:
    lacks: dict[str, int] = {}
    for count in fresh:
        if count.lack:
            lacks[count.lack] = lacks.get(count.lack, 0) + count.n
    stops = [(code, n) for code, n in lacks.items() if code not in UNDECIDED]
    return Outlook(
        tried=sum(c.n for c in fresh),
        lacks=tuple(sorted(stops, key=lambda stop: (-stop[1], stop[0]))),
        locked=sum(c.n for c in fresh if c.locked and c.lack and c.lack not in UNDECIDED),
        unread=lacks.get(UNREAD, 0),
        saving=lacks.get(SAVING, 0),
        closed_bills=sum(c.n for c in fresh if c.closed and c.kind == "payable"),
        closed_invoices=sum(c.n for c in fresh if c.closed and c.kind == "receivable"),
    )


def by_status(counts: Sequence[DocumentCount]) -> dict[tuple[str, str], int]:
    """How many bills and invoices there are now, by kind and status."""
    totals: dict[tuple[str, str], int] = {}
    for count in counts:
        key = (count.kind, count.status)
        totals[key] = totals.get(key, 0) + count.n
    return totals


def never_sent(counts: Sequence[DocumentCount]) -> int:
    """How many invoices carry a discount on the whole invoice."""
    return sum(c.n for c in counts if c.blocked)


def waiting_for(counts: Sequence[DocumentCount], kind: str, status: str) -> int:
    """How many of this status were never tried and may be."""
    return sum(
        c.n for c in counts if (c.kind, c.status) == (kind, status) and c.record is None and not c.blocked
    )


def with_ticks(shown: SyncRules, payable: Sequence[str], receivable: Sequence[str]) -> SyncRules:
    """The rules that a form asks for. What the form offers no box for stays as it was."""

    def chosen(kind: str, ticked: Sequence[str]) -> tuple[str, ...]:
        others = [s for s in getattr(shown, kind) if s not in CHOICES[kind]]
        return (*(s for s in CHOICES[kind] if s in ticked), *others)

    return SyncRules(chosen("payable", payable), chosen("receivable", receivable))


def fingerprint(rules: SyncRules) -> str:
    """The rules as one text, the same whatever their order, to notice that somebody changed them."""
    return "|".join(",".join(sorted(set(statuses))) for statuses in (rules.payable, rules.receivable))
