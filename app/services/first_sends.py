"""Send one first: one record goes, a person checks it in the accounting system, then the rest goes.

Monite pushes a single record only where there is a synced record of it already. Any other goes with its
status: so the lists are opened for that one status, and what goes with it is said and counted before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain.effects import DocumentBrief, DocumentCount, Outlook, outlook
from app.domain.errors import InputError
from app.domain.first_sends import (
    CHECKS,
    KIND_OF,
    OBJECT_TYPE_OF,
    RIGHT,
    SKIPPED,
    STARTED,
    WRONG,
    Candidate,
    FirstSend,
    Outcome,
    Preview,
    in_order,
    shape,
)
from app.domain.holds import Hold
from app.domain.readiness import Outcome as Foretold
from app.domain.record_lists import LogFilter, RecordLine
from app.domain.sync_rules import USUAL, SyncRules
from app.domain.synced_records import RecordState
from app.services import carry_overs, first_send_steps, frames, outbox, previews, readiness, rules, verdicts
from app.services.deps import Deps
from app.services.frames import Frame
from app.services.holds import standing
from app.services.rules import RulesView
from app.store import events, first_sends, holds, record_lists, revisions, rule_effects
from app.store.database import write

PRESELECTED = 3
SHOWN = 20
"""Candidates beyond those preselected."""
_OF_STATUS = 50
_UNSURE = frozenset({"TIMEOUT", "UNKNOWN", "INACTIVE", "NOT_FOUND_THERE", "RULE_THERE"})
"""What stopped for one of these may be there already, or still be refused for what only the other
side sees: nothing to try first."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page shows."""

    rules: RulesView
    frame: Frame | None
    send: FirstSend | None
    line: RecordLine | None
    """The record that was sent, once there is one."""
    candidates: Sequence[Candidate]
    chosen: Candidate | None
    preview: Preview | None
    obstacle: str
    """Why nothing can be sent first now, as a code; "" when it can: versions, connect, import, hold."""
    ready: int
    """How many are ready altogether."""

    @property
    def best(self) -> Sequence[Candidate]:
        return self.candidates[:PRESELECTED]

    @property
    def others(self) -> Sequence[Candidate]:
        return self.candidates[PRESELECTED : PRESELECTED + SHOWN]

    @property
    def company(self) -> Outlook:
        """What goes with the chosen one, which itself is ready and not counted."""
        one = self.chosen
        if one is None or one.record_id is not None:
            return Outlook()
        only = SyncRules((one.status,), ()) if one.object_type == "bill" else SyncRules((), (one.status,))
        found = outlook(only, self.rules.counts)
        return replace(found, tried=max(0, found.tried - 1))

    @property
    def may_follow(self) -> int:
        """How many may go as well if an automatic sync comes meanwhile: the chosen one is pushed alone."""
        one = self.chosen
        if one is None or one.record_id is None:
            return 0
        return sum(
            c.n for c in _fresh(self.rules) if (c.kind, c.status) == (KIND_OF[one.object_type], one.status)
        )

    @property
    def hold(self) -> Hold | None:
        """The hold that stands."""
        return self.rules.hold

    @property
    def shape(self) -> str:
        return shape(self.send)


def view(deps: Deps, entity_id: str, chosen: str = "", *, another: bool = False) -> View:
    """The page as it stands in the store; `chosen` is the key of a candidate.

    `another` offers candidates although one has arrived already.
    """
    found = rules.from_store(deps, entity_id)
    frame = frames.get(deps, entity_id)
    send = first_sends.find(deps.db, entity_id)
    busy = send is not None and (send.running or (send.arrived and not another))
    candidates = [] if busy else _candidates(deps, frame, found)
    one = next((c for c in candidates if c.key == chosen), candidates[0] if candidates else None)
    return View(
        rules=found,
        frame=frame,
        send=send,
        line=_line(deps.db, send),
        candidates=candidates,
        chosen=one,
        preview=_preview(deps.db, entity_id, send if busy else None, one),
        obstacle=_obstacle(frame, found),
        ready=sum(c.n for c in _fresh(found) if not c.lack),
    )


def glance(deps: Deps, entity_id: str) -> tuple[FirstSend | None, Hold | None]:
    """How far it is, and whether sending is on hold, without looking at any document."""
    return first_sends.find(deps.db, entity_id), standing(deps.db, entity_id)


def start(deps: Deps, entity_id: str, chosen: str) -> FirstSend:
    """Send this one; pressing twice, or in two windows, sends once. Raises InputError, in words.

    Raises UncheckedError while it isn't known whether the organisation is the same as before.
    """
    carry_overs.demand_check(deps, entity_id)
    found = rules.from_store(deps, entity_id)
    frame = frames.get(deps, entity_id)
    if _obstacle(frame, found):
        raise InputError("document", _("Nothing can be sent first now."))
    one = next((c for c in _candidates(deps, frame, found) if c.key == chosen), None)
    db, now = deps.db, deps.clock()
    with write(db):
        before = first_sends.find(db, entity_id)
        if before is not None and (before.running or (before.arrived and _is(before, chosen))):
            return before
        if one is None:
            raise InputError("document", _("This one can't be sent any more. Choose another."))
        _hold_of_ours(deps, entity_id, found)
        send = first_sends.begin(db, entity_id, one, now=now, by=deps.actor)
        holds.unconfirm(db, entity_id)
        ids = outbox.put(db, entity_id, deps.actor, [first_send_steps.intent(send)], now)
        _tell(deps, entity_id, STARTED, send, became=first_send_steps.narrow(send))
    outbox.deliver_now(deps, ids)
    return follow(deps, entity_id) or send


def _is(send: FirstSend, chosen: str) -> bool:
    return f"{send.object_type}:{send.object_id}" == chosen


def follow(deps: Deps, entity_id: str) -> FirstSend | None:
    """Go on with the one that is under way, if there is one; how it stands then."""
    first_send_steps.follow(deps, entity_id)
    return first_sends.find(deps.db, entity_id)


def stop(deps: Deps, entity_id: str) -> None:
    """Do not wait any longer: put everything back on hold."""
    held = holds.find(deps.db, entity_id)
    rules.hold(deps, entity_id, held.reason if held else _("put on hold by hand"))
    follow(deps, entity_id)


def right(deps: Deps, entity_id: str, checked: Sequence[str]) -> None:
    """The person has seen that all is as it should be: sending starts, by the rules kept meanwhile.

    Raises InputError while something is not ticked or has not arrived.
    """
    send = _arrived(deps, entity_id, checked)
    if send.unchecked:
        words = _("Tick all four once you have checked them, or say that something's wrong.")
        raise InputError(f"check-{send.unchecked[0]}", words)
    _end(deps, entity_id, send, Outcome.RIGHT, RIGHT)
    rules.release(deps, entity_id)


def wrong(deps: Deps, entity_id: str, checked: Sequence[str]) -> FirstSend:
    """Something is not as it should be: sending stays on hold; what is not ticked is to be put right."""
    send = _arrived(deps, entity_id, checked)
    _end(deps, entity_id, send, Outcome.WRONG, WRONG)
    return replace(send, outcome=Outcome.WRONG)


def skip(deps: Deps, entity_id: str) -> None:
    """Do without; that sends nothing. Raises InputError while one is on its way."""
    send = first_sends.find(deps.db, entity_id)
    if send is not None and send.running:
        raise InputError("document", _("One record is on its way. Wait for it, or stop it."))
    if send is None or not send.completes:
        _end(deps, entity_id, send, Outcome.SKIPPED, SKIPPED)


def keep_checks(deps: Deps, entity_id: str, checked: Sequence[str]) -> None:
    """Remember what the person has ticked so far, for whoever opens the page next."""
    with write(deps.db):
        first_sends.check(deps.db, entity_id, [check for check in CHECKS if check in checked])


def _arrived(deps: Deps, entity_id: str, checked: Sequence[str]) -> FirstSend:
    keep_checks(deps, entity_id, checked)
    send = first_sends.find(deps.db, entity_id)
    if send is None or not send.arrived:
        raise InputError("document", _("Nothing has arrived yet that could be checked."))
    return send


def _end(deps: Deps, entity_id: str, send: FirstSend | None, outcome: Outcome, kind: str) -> None:
    with write(deps.db):
        first_sends.end(deps.db, entity_id, outcome, now=deps.clock(), by=deps.actor)
        _tell(deps, entity_id, kind, send)


def _tell(
    deps: Deps, entity_id: str, kind: str, send: FirstSend | None, *, became: SyncRules | None = None
) -> None:
    events.add(
        deps.db,
        entity_id,
        deps.clock(),
        kind,
        deps.actor,
        object_type=(send and send.object_type) or None,
        object_id=(send and send.object_id) or None,
        became=became.to_text() if became else None,
        note=_name(deps.db, send) if send else None,
    )
    revisions.bump(deps.db, entity_id)


def _name(db: Database, send: FirstSend) -> str | None:
    found = previews.get(db, send.entity_id, send.object_type, send.object_id)
    number = (found and found.number) or send.object_id[:8]
    names = {
        "bill": _("Bill %(number)s", number=number),
        "receivable": _("Invoice %(number)s", number=number),
    }
    return names.get(send.object_type)


def _hold_of_ours(deps: Deps, entity_id: str, found: RulesView) -> None:
    """A hold that only Monite's empty lists show becomes one that is kept, with its lists to come back to."""
    if found.hold is not None and not found.hold.is_ours:
        holds.start(
            deps.db,
            entity_id,
            found.hold.rules,
            reason=_("to send one first"),
            now=deps.clock(),
            by=deps.actor.name,
        )


def _obstacle(frame: Frame | None, found: RulesView) -> str:
    if not found.supported:
        return "version"
    if frame is None or not frame.connected or frame.connection is None:
        return "connect"
    if frame.connection.imported_at is None:
        return "import"
    if found.hold is None:
        return "sending"
    return "" if found.hold.confirmed_at is not None else "hold"


def _fresh(found: RulesView) -> list[DocumentCount]:
    """What was never tried and will go once sending resumes, by status and by what it lacks."""
    sends = _sends(found)
    return [
        c for c in found.counts if c.record is None and not c.blocked and c.status in getattr(sends, c.kind)
    ]


def _sends(found: RulesView) -> SyncRules:
    """What goes out once sending resumes, or goes out by itself where nobody can choose."""
    return found.shown or USUAL


def _candidates(deps: Deps, frame: Frame | None, found: RulesView) -> list[Candidate]:
    """Those that are ready, the best to try first."""
    if frame is None:
        return []
    db, entity_id = deps.db, frame.entity_id
    ready = []
    for kind, object_type in OBJECT_TYPE_OF.items():
        waiting = Counter[str]()
        for count in (one for one in _fresh(found) if one.kind == kind):
            waiting[count.status] += count.n
        briefs = rule_effects.find_ready(
            db, entity_id, found.context, kind=kind, statuses=_ready_statuses(found, kind), each=_OF_STATUS
        )
        for status, documents in briefs.items():
            ready += [_candidate(brief, object_type, status, waiting[status] - 1) for brief in documents]
    ready += _stopped(deps, frame, found)
    usual = Counter(one.party for one in ready)
    described = first_sends.described(db, entity_id, ready)
    return in_order([replace(one, of_party=usual[one.party]) for one in described])


def _ready_statuses(found: RulesView, kind: str) -> list[str]:
    return sorted({one.status for one in _fresh(found) if one.kind == kind and not one.lack})


def _candidate(brief: DocumentBrief, object_type: str, status: str, company: int) -> Candidate:
    return Candidate(
        object_type=object_type,
        id=brief.id,
        status=status,
        number=brief.number,
        party=brief.party,
        amount=brief.amount,
        currency=brief.currency,
        date=brief.date,
        company=company,
        cautions=brief.cautions,
    )


def _stopped(deps: Deps, frame: Frame, rules_now: RulesView) -> list[Candidate]:
    """Records that stopped before and lack nothing now: these are pushed alone."""
    found, sends = [], _sends(rules_now)
    for object_type, kind in KIND_OF.items():
        wanted = LogFilter(states=(RecordState.ATTENTION,), object_type=object_type)
        for line in record_lists.every(deps.db, frame.entity_id, wanted, SHOWN):
            if line.object_status in getattr(sends, kind) and _lacks_nothing(deps, frame, line, rules_now):
                found.append(_stopped_candidate(line))
    return found


def _lacks_nothing(deps: Deps, frame: Frame, line: RecordLine, found: RulesView) -> bool:
    if line.object_id is None or line.problem in _UNSURE or verdicts.why_not(deps, line) is not None:
        return False
    foretold = readiness.foretell(deps, frame.entity_id, line.object_type, line.object_id, found.context)
    return foretold.outcome is Foretold.CLEAR and not foretold.cautions


def _stopped_candidate(line: RecordLine) -> Candidate:
    return Candidate(
        object_type=line.object_type,
        id=line.object_id or "",
        status=line.object_status or "",
        number=line.title or None,
        party=line.party or None,
        amount=line.amount,
        currency=line.currency or None,
        date=None,
        company=0,
        record_id=line.id,
    )


def _line(db: Database, send: FirstSend | None) -> RecordLine | None:
    if send is None or not send.object_id:
        return None
    found = first_sends.record_of(db, send.entity_id, send.object_type, send.object_id)
    return record_lists.get(db, send.entity_id, found["id"]) if found else None


def _preview(db: Database, entity_id: str, send: FirstSend | None, one: Candidate | None) -> Preview | None:
    if send is not None and send.object_id:
        return previews.get(db, entity_id, send.object_type, send.object_id)
    return previews.get(db, entity_id, one.object_type, one.id) if one else None
