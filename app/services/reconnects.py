"""Connecting again: is it the same organisation, what carries over, and when sending goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _

from app.domain.account_problems import UsedAccount
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Kind
from app.domain.carry_overs import (
    Carried,
    CarryOver,
    Comparison,
    Fate,
    Found,
    Verdict,
    carried,
    differs_openly,
    name_of,
)
from app.domain.carry_overs import compare as compare_organisations
from app.domain.carry_overs import find as find_fates
from app.domain.connections import Connection, ConnectionStatus
from app.domain.errors import InputError, NotThereError
from app.domain.outbox import OutboxRow
from app.domain.resources import ResourceState
from app.services import account_problems, bulk_assignments, connections, holds, replacements, rules
from app.services.deps import Deps
from app.services.rules import RulesView
from app.store import carry_overs, events, ledger_accounts, resources, revisions
from app.store import connections as connection_rows
from app.store.database import write

CHECKED, ACCEPTED, CHOSE_AGAIN = connections.REGAINED
SAME, DIFFERENT = "same", "different"
HELD_BY_US = "access came back to another organisation"


class Stage(StrEnum):
    """How far the check can be."""

    AWAY = "away"
    """There is no access yet."""
    IMPORTING = "importing"
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class Check:
    """What there was before, what there is now, and what a person still has to say."""

    carry: CarryOver
    connection: Connection | None
    stage: Stage
    found: Sequence[Found] = ()
    comparison: Comparison | None = None
    accounts: int = 0
    links: int = 0
    """How many records are linked with something in the accounting system."""
    parts: Sequence[bulk_assignments.Result] = ()
    """What was put on other accounts, and how far that is."""
    whole: bool = True
    """Whether the import had finished when the accounts were compared."""

    @property
    def verdict(self) -> Verdict | None:
        return self.comparison.verdict if self.comparison else None

    @property
    def accepted(self) -> bool:
        """Whether it is the same organisation, or a person said that this is the one they want.

        Who said so before it looked like another one is asked again.
        """
        if self.verdict is Verdict.DIFFERENT:
            return self.carry.answer == DIFFERENT
        return self.verdict is Verdict.SAME or bool(self.carry.answer)

    @property
    def following(self) -> list[Found]:
        """Accounts whose uses go to another id of the same code and name."""
        return [one for one in self.found if one.follows]

    @property
    def needing(self) -> list[Found]:
        """Accounts for which a person has to choose another."""
        return [one for one in self.found if one.needs_you]

    @property
    def quiet(self) -> list[Found]:
        """Accounts about which nothing has to be done."""
        return [one for one in self.found if not one.follows and not one.needs_you]

    @property
    def saving(self) -> bool:
        return any(not part.progress.finished for part in self.parts)

    @property
    def may_finish(self) -> bool:
        """Whether nothing more has to be said before sending may go on."""
        return self.stage is Stage.COMPARED and self.accepted and not self.following and not self.saving


def check(deps: Deps, entity_id: str, *, so_far: bool = False) -> Check | None:
    """How the check stands; None when there is none to be made.

    `so_far` compares with what is here although the import has not finished.
    """
    carry = carry_overs.find(deps.db, entity_id)
    if carry is None:
        return None
    connection = connection_rows.current(deps.db, entity_id)
    if connection is None or connection.status is not ConnectionStatus.CONNECTED:
        return Check(carry, connection, Stage.AWAY)
    whole = _is_imported(deps, entity_id, connection)
    chart = ledger_accounts.find_all(deps.db, entity_id)
    accounts = sum(not one.gone for one in chart) if _is_read(deps, entity_id, connection) else 0
    if not whole and not (so_far and accounts):
        return Check(carry, connection, Stage.IMPORTING, accounts=accounts)
    found = _found(deps, entity_id, carry.before.used, chart)
    return Check(
        carry=carry,
        connection=connection,
        stage=Stage.COMPARED,
        found=[*found, *_found(deps, entity_id, _come_since(deps, entity_id, carry), chart)],
        comparison=compare_organisations(carry.before, connection, found, whole=whole),
        accounts=accounts,
        links=carry_overs.count_links(deps.db, entity_id),
        parts=[bulk_assignments.result(deps, entity_id, batch_id) for batch_id in carry.batches],
        whole=whole,
    )


def choices(deps: Deps, entity_id: str) -> list[LedgerAccount]:
    """The accounts that may take the place of one that isn't there any more."""
    return ledger_accounts.find_offered(deps.db, entity_id)


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


def _is_read(deps: Deps, entity_id: str, connection: Connection) -> bool:
    """Whether the accounts were read since there is access again; those before are of the one before."""
    since = connection.first_connected_at
    read: ResourceState = resources.get(deps.db, entity_id, "ledger_accounts")
    return since is not None and read.as_of is not None and read.as_of >= since


def _is_imported(deps: Deps, entity_id: str, connection: Connection) -> bool:
    """Whether the accounts were read after the import over this connection had finished."""
    since = connection.first_connected_at
    if connection.imported_at is None or since is None:
        return False
    told = events.of_object(deps.db, entity_id, connection.id, "import_finished")
    read: ResourceState = resources.get(deps.db, entity_id, "ledger_accounts")
    return read.as_of is not None and read.as_of >= max(since, told.at if told else since)


def _come_since(deps: Deps, entity_id: str, carry: CarryOver) -> list[Carried]:
    """Accounts that came into use meanwhile, of an organisation that turned out to be the wrong one."""
    known = {one.id for one in carry.before.used}
    used = carry_overs.used_accounts(deps.db, entity_id)
    return [carried(one) for one in used if one.gone and one.id not in known]


def _found(
    deps: Deps, entity_id: str, used: Sequence[Carried], chart: Sequence[LedgerAccount]
) -> list[Found]:
    """What became of accounts that were in use, with how much still names each."""
    found = find_fates(used, chart)
    loose = carry_overs.loose_uses(deps.db, entity_id, [one.before.id for one in found])
    return [
        Found(one.before, one.fate, one.now, loose[one.before.id] + _rows(deps, entity_id, one.before.id))
        if one.fate is not Fate.KEPT
        else one
        for one in found
    ]


def _rows(deps: Deps, entity_id: str, account_id: str) -> int:
    used = UsedAccount(account_id, ledger_accounts.get(deps.db, entity_id, account_id))
    return sum(account_problems.count_rows(deps.db, entity_id, kind, used) for kind in Kind)
