"""The ledger accounts: what came from the accounting system, what uses it, and what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from app.domain.account_changes import AccountChange, News, news
from app.domain.account_search import matching
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Kind
from app.domain.charts import ChartPage, ChartQuery, chart_page
from app.domain.entity_defaults import EntityDefaults
from app.domain.events import ACCOUNT_SEEN
from app.domain.remembered_choices import Remembered
from app.services import refresh
from app.services.deps import Deps
from app.store import (
    account_changes,
    account_choices,
    account_usage,
    entity_defaults,
    events,
    ledger_accounts,
    remembered_choices,
    revisions,
)
from app.store.database import write

FORGOTTEN = "choice_forgotten"
LOOKED_AT = ("ledger_accounts", "tax_rates", "defaults")


@dataclass(frozen=True, slots=True)
class Uses:
    """What uses an account: products, lines of bills, suppliers, and the service's own defaults."""

    products: int = 0
    lines: int = 0
    suppliers: int = 0
    defaults: tuple[str, ...] = ()
    """products, payments: what it is the default for."""

    def __bool__(self) -> bool:
        return bool(self.products or self.lines or self.suppliers or self.defaults)


@dataclass(frozen=True, slots=True)
class Chart:
    """The table of accounts: one page of it, and how many there are in all."""

    page: ChartPage
    uses: dict[str, Uses]
    matching: int
    total: int
    types: list[str]


@dataclass(frozen=True, slots=True)
class Changed:
    """An account in use that changed; `lines` are those that are not in the accounting system yet."""

    account: LedgerAccount
    news: list[News]
    uses: Uses
    seen: int
    """The newest of its changes that this tells of."""
    replaceable: bool = True
    """Whether anything that uses it is not being changed already."""

    @property
    def lost(self) -> bool:
        """Whether it can't be used any more."""
        return any(one.needs_replacing for one in self.news)

    @property
    def needs_replacing(self) -> bool:
        return self.lost and self.replaceable


def look(deps: Deps, entity_id: str) -> None:
    """A person looks at the accounts: have what is old read again."""
    refresh.freshen(deps, entity_id, LOOKED_AT)


def chart(deps: Deps, entity_id: str, query: ChartQuery) -> Chart:
    """The accounts that a search shows, archived and missing ones too, in the order of their codes."""
    db = deps.db
    every = ledger_accounts.find_all(db, entity_id)
    found = matching(every, query.search, query.type) if query.narrow else every
    page = chart_page(found, query)
    return Chart(
        page=page,
        uses=_uses(db, entity_id, [account.id for account in page.accounts]),
        matching=len(found),
        total=len(every),
        types=sorted({account.type for account in every}),
    )


def changes(deps: Deps, entity_id: str) -> list[Changed]:
    """What changed about accounts that something uses; what needs replacing comes first."""
    db = deps.db
    used = {account_id for kind in Kind for account_id in account_usage.used_ids(db, entity_id, kind)}
    used |= {choice.account_id for choice in remembered_choices.all_yes(db, entity_id)}
    used |= set(_defaults(entity_defaults.find(db, entity_id)))
    opened = account_changes.find_open(db, entity_id, used)
    accounts = account_choices.named(db, entity_id, opened)
    found = [
        _changed(db, entity_id, accounts[account_id], about)
        for account_id, about in opened.items()
        if account_id in accounts
    ]
    return sorted(
        (one for one in found if one.news and one.uses), key=lambda one: (not one.needs_replacing, -one.seen)
    )


def edition(deps: Deps, entity_id: str) -> str:
    """Changes whenever the list of accounts does, or one of them."""
    return f"{ledger_accounts.count(deps.db, entity_id)}-{account_changes.newest(deps.db, entity_id)}"


def settle(deps: Deps, entity_id: str, account_id: str, up_to: int) -> None:
    """The person has seen what changed about an account; what changes from now on is told again."""
    with write(deps.db) as db:
        now = deps.clock()
        if not account_changes.settle(db, entity_id, account_id, up_to=up_to, by=deps.actor.name, now=now):
            return
        known = ledger_accounts.get(db, entity_id, account_id)
        events.add(
            db,
            entity_id,
            now,
            ACCOUNT_SEEN,
            deps.actor,
            object_type="ledger_account",
            object_id=account_id,
            note=known.label if known else None,
        )
        revisions.bump(db, entity_id)


def remembered(deps: Deps, entity_id: str) -> list[tuple[Remembered, LedgerAccount | None]]:
    """The accounts that are remembered for suppliers."""
    found = remembered_choices.all_yes(deps.db, entity_id)
    accounts = account_choices.named(deps.db, entity_id, [one.account_id for one in found])
    return [(one, accounts.get(one.account_id)) for one in found]


def forget(deps: Deps, entity_id: str, supplier: str) -> bool:
    """Remember no account for a supplier any more; whether one was remembered."""
    with write(deps.db) as db:
        known = remembered_choices.find(db, entity_id, [supplier]).get(supplier)
        if known is None or not remembered_choices.remove(db, entity_id, supplier):
            return False
        events.add(db, entity_id, deps.clock(), FORGOTTEN, deps.actor, was=known.account_id, note=supplier)
        revisions.bump(db, entity_id)
    return True


def _changed(db: Database, entity_id: str, account: LedgerAccount, about: Sequence[AccountChange]) -> Changed:
    uses = _uses(db, entity_id, [account.id]).get(account.id, Uses())
    open_uses = Uses(
        uses.products, account_usage.unsent(db, entity_id, account.id), uses.suppliers, uses.defaults
    )
    rows = (account_usage.OpenRows(kind, account.id) for kind in Kind)
    can = uses.suppliers or uses.defaults or any(account_usage.count_open(db, entity_id, one) for one in rows)
    return Changed(account, news(about, account), open_uses, about[-1].id, bool(can))


def _uses(db: Database, entity_id: str, account_ids: Sequence[str]) -> dict[str, Uses]:
    counts = account_usage.counts(db, entity_id, account_ids)
    suppliers: dict[str, int] = {}
    for choice in remembered_choices.all_yes(db, entity_id):
        suppliers[choice.account_id] = suppliers.get(choice.account_id, 0) + 1
    defaults = _defaults(entity_defaults.find(db, entity_id))
    return {
        account_id: Uses(*counts[account_id], suppliers.get(account_id, 0), defaults.get(account_id, ()))
        for account_id in account_ids
    }


def _defaults(found: EntityDefaults | None) -> dict[str, tuple[str, ...]]:
    """Which default each account is."""
    if found is None:
        return {}
    named: dict[str, tuple[str, ...]] = {}
    fields = (("products", found.products_account_id), ("payments", found.payments_account_id))
    for name, account_id in fields:
        if account_id:
            named[account_id] = (*named.get(account_id, ()), name)
    return named
