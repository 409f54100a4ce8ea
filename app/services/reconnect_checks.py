"""How it stands after connecting again: the organisation before and now, and what became of its accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

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
)
from app.domain.carry_overs import compare as compare_organisations
from app.domain.carry_overs import find as find_fates
from app.domain.connections import Connection, ConnectionStatus
from app.domain.resources import ResourceState
from app.services import account_problems, bulk_assignments
from app.services.deps import Deps
from app.store import carry_overs, connections, events, ledger_accounts, resources

SAME, DIFFERENT = "same", "different"
"""What a person said of it."""


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
    connection = connections.current(deps.db, entity_id)
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
