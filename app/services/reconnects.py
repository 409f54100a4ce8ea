"""Connecting again: what a person says of the organisation, what carries over, and when sending goes on."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from app.domain.carry_overs import CarryOver, Verdict, differs_openly, name_of
from app.domain.errors import InputError, NotThereError
from app.domain.outbox import OutboxRow
from app.services import connections, holds, replacements, rules
from app.services.deps import Deps
from app.services.reconnect_checks import DIFFERENT, SAME, Check, Stage, check
from app.services.rules import RulesView
from app.store import carry_overs, events, revisions
from app.store.database import write

CHECKED, ACCEPTED, CHOSE_AGAIN = connections.REGAINED
HELD_BY_US = "access came back to another organisation"


def accept(deps: Deps, entity_id: str) -> None:
    """A person says that it is the right organisation although it looks like another; that is kept."""
    now_is = _compared(deps, entity_id)
    if now_is.accepted:
        return
    word = DIFFERENT if now_is.verdict is Verdict.DIFFERENT else SAME
    with write(deps.db) as db:
        carry_overs.answer(db, now_is.carry.id, word)
        _tell(deps, entity_id, ACCEPTED, now_is)


def choose_again(deps: Deps, entity_id: str) -> OutboxRow:
    """End this connection, so that the person can choose again; what there was before stays known.

    Raises InputError when nothing is connected any more.
    """
    now_is = check(deps, entity_id)
    if now_is is not None and now_is.connection is not None:
        with write(deps.db):
            _tell(deps, entity_id, CHOSE_AGAIN, now_is)
    return connections.disconnect(deps, entity_id, note=_("not the organisation as before"))


def assign(deps: Deps, entity_id: str, picks: Mapping[str, str], form_key: str) -> None:
    """Put what uses an account that moved on the one in its place, and what a person chose on theirs.

    Raises InputError when an account can't be chosen, none was, or the organisation wasn't accepted yet.
    """
    now_is = _compared(deps, entity_id)
    if not now_is.accepted:
        raise InputError("answer", _("Say first whether this is the right organisation."))
    needing = {one.before.id for one in now_is.needing}
    moves = {one.before.id: one.now.id for one in now_is.following if one.now is not None}
    moves |= {old: new for old, new in picks.items() if old in needing and new}
    if not moves:
        raise InputError(
            "accounts", _("Choose an account for at least one of them, or leave them for later.")
        )
    started = replacements.apply_many(deps, entity_id, moves, form_key=form_key)
    known = now_is.carry.batches
    fresh = [batch.id for batch in started if batch.id not in known]
    with write(deps.db) as db:
        carry_overs.keep_batches(db, now_is.carry.id, [*known, *fresh])
        revisions.bump(db, entity_id)


def finish(deps: Deps, entity_id: str, *, resume: bool) -> RulesView | None:
    """The check is over, and sending goes on where that is wished: the rules are set as they were before.

    None where the rules stay as they are. Raises InputError while something is still to be said.
    """
    now_is = _compared(deps, entity_id)
    if not now_is.may_finish:
        raise InputError("answer", _("The check isn't finished yet."))
    _close(deps, entity_id, now_is)
    connections.confirm(deps, entity_id)
    if resume and deps.monite.capabilities.sync_rules:
        return rules.release(deps, entity_id)
    return None


def look_after(deps: Deps) -> int:
    """See to what nobody looks at: access that came back by itself, or was given elsewhere.

    The same organisation needs nobody then; of another one nothing may be sent before a person has looked.
    """
    return sum(_look_after(deps, carry) for carry in carry_overs.regained(deps.db))


def _look_after(deps: Deps, carry: CarryOver) -> int:
    revision = revisions.get(deps.db, carry.entity_id)
    done = _see_to(deps, carry)
    if done is None:
        # Comparing reads every account in use: it is done again once something has changed.
        with write(deps.db) as db:
            carry_overs.looked_at(db, carry.id, revision)
    return done or 0


def _see_to(deps: Deps, carry: CarryOver) -> int | None:
    """Close the check, or put sending on hold; None when neither is to be done as things stand."""
    held = holds.standing(deps.db, carry.entity_id) is not None
    if held and not carry.unasked:
        return None
    now_is = check(deps, carry.entity_id)
    if now_is is None or now_is.connection is None:
        return None
    nothing_to_say = now_is.verdict is Verdict.SAME and not now_is.following and not now_is.needing
    if carry.unasked and nothing_to_say:
        _close(deps, carry.entity_id, now_is)
        return 1
    other = now_is.verdict is Verdict.DIFFERENT or differs_openly(carry.before, now_is.connection)
    if other and not now_is.accepted and not held:
        return int(rules.hold(deps, carry.entity_id, HELD_BY_US).confirmed)
    return None


def _compared(deps: Deps, entity_id: str) -> Check:
    """The check as it stands; raises InputError while there is nothing to compare."""
    found = check(deps, entity_id, so_far=True)
    if found is None:
        raise NotThereError(_("There is nothing to check: no connection came after another one."))
    if found.stage is not Stage.COMPARED:
        raise InputError("answer", _("There is nothing to compare yet."))
    return found


def _close(deps: Deps, entity_id: str, now_is: Check) -> None:
    if now_is.connection is None:
        return
    now, word = deps.clock(), now_is.carry.answer or SAME
    with write(deps.db) as db:
        if carry_overs.finish(
            db,
            now_is.carry.id,
            connection_id=now_is.connection.id,
            at=now,
            by=deps.actor.name,
            word=word,
        ):
            _tell(deps, entity_id, CHECKED, now_is)


def _tell(deps: Deps, entity_id: str, kind: str, now_is: Check) -> None:
    """Write it down, with the organisation before and now; for inside a write transaction."""
    seen = now_is.comparison
    events.add(
        deps.db,
        entity_id,
        deps.clock(),
        kind,
        deps.actor,
        object_type="connection",
        object_id=now_is.connection.id if now_is.connection else None,
        was=name_of(now_is.carry.before.business),
        became=name_of(now_is.connection.business) if now_is.connection else None,
        note=_("%(found)s of %(used)s accounts found", found=seen.found, used=seen.used) if seen else None,
    )
    revisions.bump(deps.db, entity_id)
