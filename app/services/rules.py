"""What is sent: reading, reviewing, saving, holding and releasing the push lists."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlite_utils import Database

from app.domain import effects
from app.domain.effects import Change, DocumentBrief, DocumentCount, Outlook, fingerprint
from app.domain.errors import GangwayError, MoniteError, NotFoundError
from app.domain.events import Event
from app.domain.facts import Context
from app.domain.first_sends import TELLS, Phase
from app.domain.holds import Hold, HoldResult, RuleSave
from app.domain.outbox import Intent, OutboxRow, OutboxState
from app.domain.sync_rules import NOTHING, OPEN_OUTCOMES, USUAL, SyncRules
from app.services import carry_overs, closing_dates, outbox, readiness
from app.services.deliveries.rules import ACTION, wanted
from app.services.deps import Deps
from app.services.holds import ELSEWHERE, HELD, NOT_HELD, RESUMED, SAVED, seen, standing
from app.store import events, first_sends, holds, revisions, rule_effects, rule_saves, sync_rules
from app.store import outbox as outbox_rows
from app.store.database import write

CHANGES = (SAVED, HELD, NOT_HELD, RESUMED, ELSEWHERE)
PATIENCE = 3.0
HISTORY = (*CHANGES, closing_dates.CHANGED, *TELLS)


@dataclass(frozen=True, slots=True)
class RulesView:
    """The rules as a screen shows them."""

    supported: bool
    shown: SyncRules | None
    """What is sent, or will be once sending resumes; None when it could not be read."""
    reported: SyncRules | None
    """What Monite itself answered last."""
    hold: Hold | None
    saved: RuleSave | None
    pending: SyncRules | None
    """What was asked for and has not reached Monite yet."""
    refusal: str | None
    """Why the last save was not accepted."""
    counts: list[DocumentCount]
    context: Context
    """What decided about those counts."""

    @property
    def base(self) -> str:
        return fingerprint(self.shown or NOTHING)

    @property
    def idle(self) -> bool:
        """Whether nothing is sent at all for now."""
        return self.reported is not None and self.reported.sends_nothing

    @property
    def differs(self) -> bool:
        """Whether the save went through, but reading back shows other lists."""
        return (
            self.saved is not None
            and self.saved.confirmed_at is None
            and not (self.pending or self.refusal or (self.hold and self.hold.is_ours))
        )

    @property
    def due(self) -> Outlook:
        """The bills and invoices that these rules would send and that were never tried."""
        return effects.outlook(self.shown or NOTHING, self.counts)

    @property
    def under_way(self) -> int:
        """How many bills and invoices are being sent at this moment."""
        return sum(count.n for count in self.counts if count.record == "waiting")

    def due_by(self, lists: SyncRules) -> Outlook:
        """What these lists would send of what was never tried."""
        return effects.outlook(lists, self.counts)

    @property
    def waiting(self) -> int:
        """How many there are of them."""
        return self.due.tried


class RulesChangedError(GangwayError):
    """Somebody else changed the rules meanwhile; carries both versions."""

    def __init__(self, theirs: SyncRules, mine: SyncRules, event: Event | None) -> None:
        super().__init__("The rules were changed meanwhile.")
        self.theirs, self.mine, self.event = theirs, mine, event


def look(deps: Deps, entity_id: str, seconds: float = PATIENCE) -> RulesView:
    """The rules, read from Monite within this request, because they are about to be edited."""
    supported = deps.monite.capabilities.sync_rules
    read = False
    if supported:
        try:
            _read(deps, entity_id, seconds)
            read = True
        except NotFoundError:
            supported = False
        except MoniteError:
            read = False
    return _view(deps, entity_id, supported, read)


def from_store(deps: Deps, entity_id: str) -> RulesView:
    """The rules as last read, for screens that only tell of them."""
    read = sync_rules.find(deps.db, entity_id) is not None
    return _view(deps, entity_id, deps.monite.capabilities.sync_rules, read)


def review(view: RulesView, asked: SyncRules) -> list[Change]:
    """What saving these rules would start and stop, compared with what Monite sends now."""
    return effects.changes(view.reported or NOTHING, asked, view.counts)


def save(deps: Deps, entity_id: str, asked: SyncRules, base: str) -> RulesView:
    """Put these rules in place, which also ends a hold, and say what reading them back showed.

    `base` is the fingerprint of the rules that the person started from. Raises RulesChangedError when
    those are no longer the rules, UncheckedError while it isn't known whether the organisation is the same.
    """
    carry_overs.demand_check(deps, entity_id)
    view = look(deps, entity_id)
    if view.shown is not None and fingerprint(view.shown) not in (base, fingerprint(asked)):
        raise RulesChangedError(view.shown, asked, events.latest(deps.db, entity_id, *CHANGES))
    db, now = deps.db, deps.clock()
    with write(db):
        held = view.hold is not None
        holds.keep(db, entity_id, asked)
        first_sends.end_early(db, entity_id, Phase.CLOSED)
        rule_saves.save(db, entity_id, now, deps.actor.name)
        ids = outbox.put(db, entity_id, deps.actor, [_intent(entity_id, asked)], now)
        kind = RESUMED if held and view.shown and view.shown.same_as(asked) else SAVED
        events.add(
            db,
            entity_id,
            now,
            kind,
            deps.actor,
            was=view.reported.to_text() if view.reported else None,
            became=asked.to_text(),
        )
        revisions.bump(db, entity_id)
    outbox.deliver_now(deps, ids)
    return from_store(deps, entity_id)


def keep(deps: Deps, entity_id: str, asked: SyncRules, base: str) -> RulesView:
    """Save these rules for when sending is released, which stays on hold until then.

    Where nothing is on hold this is the same as saving. Raises RulesChangedError as saving does.
    """
    view = look(deps, entity_id)
    if view.hold is None:
        return save(deps, entity_id, asked, base)
    if fingerprint(view.hold.rules) not in (base, fingerprint(asked)):
        raise RulesChangedError(view.hold.rules, asked, events.latest(deps.db, entity_id, *CHANGES))
    db, now, who = deps.db, deps.clock(), deps.actor
    with write(db):
        was = view.hold.rules
        if not view.hold.is_ours:
            holds.start(db, entity_id, asked, reason=_("kept on hold by hand"), now=now, by=who.name)
            holds.confirm(db, entity_id, now)
        holds.keep(db, entity_id, asked)
        rule_saves.save(db, entity_id, now, who.name)
        events.add(db, entity_id, now, SAVED, who, was=was.to_text(), became=asked.to_text())
        revisions.bump(db, entity_id)
    return from_store(deps, entity_id)


def hold(deps: Deps, entity_id: str, reason: str) -> HoldResult:
    """Keep everything here for now. It is confirmed only once Monite's own lists read back empty.

    The lists that were in place are kept for later. Safe to repeat: a hold that stands is checked again.
    """
    if not deps.monite.capabilities.sync_rules:
        return _not_supported()
    db, now = deps.db, deps.clock()
    with write(db):
        is_new = holds.find(db, entity_id) is None
        lists, guessed = _to_come_back_to(db, entity_id)
        holds.start(db, entity_id, lists, reason=reason, now=now, by=deps.actor.name)
        first_sends.end_early(db, entity_id, Phase.CLOSING)
        intent = _intent(entity_id, NOTHING, hold=True, guessed=guessed and is_new)
        ids = outbox.put(db, entity_id, deps.actor, [intent], now)
        revisions.bump(db, entity_id)
    return _hold_result(deps, outbox.deliver_now(deps, ids))


def release(deps: Deps, entity_id: str) -> RulesView:
    """Send again, by the rules kept while sending was on hold; by the usual set where none are known."""
    held = standing(deps.db, entity_id)
    if held is None:
        return from_store(deps, entity_id)
    return save(deps, entity_id, held.rules, fingerprint(held.rules))


def history(deps: Deps, entity_id: str, before_id: int | None = None) -> list[Event]:
    """Every change of the rules and every hold, newest first."""
    return events.find(deps.db, entity_id, kinds=HISTORY, before_id=before_id)


def last_change(deps: Deps, entity_id: str) -> Event | None:
    """The last time that what is sent was changed, held or released."""
    return events.latest(deps.db, entity_id, *CHANGES)


def confirmed(deps: Deps, entity_id: str) -> dict[str, str]:
    """Statuses whose outcome is documented nowhere, of which one was sent: with that record's id."""
    return rule_effects.confirmed(deps.db, entity_id, OPEN_OUTCOMES)


def documents(deps: Deps, entity_id: str, change: Change, group: str) -> list[DocumentBrief]:
    """Up to 50 of the bills or invoices behind one number of a change, newest first."""
    return rule_effects.find(
        deps.db,
        entity_id,
        readiness.context(deps, entity_id),
        kind=change.kind,
        status=change.status,
        group=group,
    )


def _read(deps: Deps, entity_id: str, seconds: float) -> None:
    with deps.monite.hurried(seconds):
        lists = deps.monite.get_sync_rules(entity_id)
    with write(deps.db):
        if seen(deps.db, entity_id, lists, deps.clock()):
            revisions.bump(deps.db, entity_id)


def _view(deps: Deps, entity_id: str, supported: bool, read: bool) -> RulesView:
    db = deps.db
    context = readiness.context(deps, entity_id)
    held = standing(db, entity_id)
    last = next(iter(outbox_rows.find_for_object(db, entity_id, ACTION)), None)
    reported = sync_rules.find(db, entity_id)
    pending = wanted(last) if last and last.open and not last.body["hold"] else None
    saved = rule_saves.find(db, entity_id)
    shown = pending or (held.rules if held else reported)
    return RulesView(
        supported=supported,
        shown=shown if supported and (read or pending) else None,
        reported=reported,
        hold=held,
        saved=saved,
        pending=pending,
        refusal=last.last_error if last and last.state is OutboxState.REFUSED else None,
        counts=rule_effects.counts(db, entity_id, context),
        context=context,
    )


def _to_come_back_to(db: Database, entity_id: str) -> tuple[SyncRules, bool]:
    """The lists to put in place later, and whether Monite's answer may still correct them."""
    asked = [row for row in outbox_rows.find_open(db, entity_id, ACTION) if not row.body["hold"]]
    if asked:
        return wanted(asked[-1]), False
    held = standing(db, entity_id)
    return (held.rules if held else sync_rules.find(db, entity_id) or USUAL), True


def _intent(entity_id: str, rules: SyncRules, *, hold: bool = False, guessed: bool = False) -> Intent:
    return Intent(
        action=ACTION,
        object_type="sync_rules",
        object_id=entity_id,
        body={
            "payable": list(rules.payable),
            "receivable": list(rules.receivable),
            "hold": hold,
            "guessed": guessed,
        },
        key=f"rules:{entity_id}",
    )


def _hold_result(deps: Deps, rows: list[OutboxRow]) -> HoldResult:
    row = rows[0]
    if row.state is OutboxState.REFUSED:
        if row.error_status == 404:
            return _not_supported()
        return HoldResult(False, True, _("We could not pause sending. %(why)s", why=row.last_error or ""))
    if row.state is OutboxState.DONE:
        held = holds.find(deps.db, row.entity_id)
        if held is not None and held.confirmed_at is not None:
            return HoldResult(True, True, _("Sending is on hold. Nothing is sent until you resume it."))
        return HoldResult(
            False, True, _("We could not pause sending: the service still reports what is sent.")
        )
    return HoldResult(False, True, _("We could not pause sending yet. We keep trying."), undecided=True)


def _not_supported() -> HoldResult:
    words = _("Sending can't be paused with this API version. Records may be sent from now on.")
    return HoldResult(False, False, words)
