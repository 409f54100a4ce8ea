"""What stands in the way of sending on the assignment screen: bad accounts, no lines, no tax rate."""

from __future__ import annotations

from dataclasses import replace

from sqlite_utils import Database

from app.domain.account_problems import (
    AccountTrouble,
    Problems,
    StoppedBill,
    Trouble,
    UsedAccount,
    trouble_with,
)
from app.domain.assignables import Kind
from app.domain.fixes import About, destination
from app.domain.problems import problem_of
from app.services.deps import Deps
from app.store import account_usage, connections, entities, resources
from app.store.account_usage import MOST, OpenRows

SHOWN = 50
"""Bills that are listed by name; the others are counted."""


def count(deps: Deps, entity_id: str, kind: Kind) -> int:
    """How many rows and bills are stopped; cheap enough for every page."""
    found = sum(one.rows for one in _accounts(deps.db, entity_id, kind))
    if kind is Kind.PRODUCTS:
        return found
    without = account_usage.count_without_tax(deps.db, entity_id)
    return found + without + account_usage.count_without_lines(deps.db, entity_id)


def find(deps: Deps, entity_id: str, kind: Kind) -> Problems:
    """What stops products, or bills and their lines, with the most rows first."""
    db = deps.db
    accounts = tuple(sorted(_accounts(db, entity_id, kind), key=lambda one: (-one.rows, one.label)))
    if kind is Kind.PRODUCTS:
        return Problems(kind, accounts)
    return Problems(
        kind,
        accounts,
        no_lines=tuple(
            _to_edit(deps, entity_id, one) for one in account_usage.without_lines(db, entity_id, SHOWN)
        ),
        no_lines_count=account_usage.count_without_lines(db, entity_id),
        no_tax=tuple(account_usage.without_tax(db, entity_id, SHOWN)),
        no_tax_count=account_usage.count_without_tax(db, entity_id),
    )


def _to_edit(deps: Deps, entity_id: str, bill: StoppedBill) -> StoppedBill:
    """The bill with the way to where its lines are entered."""
    about = About(entity_id, "bill", bill.payable_id)
    edit = destination(problem_of("LINES_NONE"), None, about, deps.settings.partner_addresses)
    return replace(bill, edit=edit)


def base_currency(db: Database, entity_id: str) -> str | None:
    """The currency of the books, or of the business while those are not known."""
    connection = connections.current(db, entity_id)
    business = connection.business if connection else None
    entity = entities.get(db, entity_id)
    return (business.base_currency if business else None) or (entity.currency if entity else None)


def _accounts(db: Database, entity_id: str, kind: Kind) -> list[AccountTrouble]:
    """Each used account that is archived, gone, or in a currency that some of its rows are not in."""
    base = base_currency(db, entity_id)
    found = account_usage.suspects(db, entity_id, kind, base)
    if not found:
        return []
    listed = resources.get(db, entity_id, "ledger_accounts").as_of
    noticed = account_usage.noticed(db, entity_id, [one.account_id for one in found])
    bad = []
    for one in found:
        trouble = trouble_with(one, base)
        if trouble is None or (one.account is None and listed is None):
            continue
        rows = account_usage.count_open(db, entity_id, _rows(db, entity_id, kind, one, trouble))
        since = noticed.get((one.account_id, trouble.value))
        bad.append(AccountTrouble(trouble, one, rows, rows == MOST, since))
    return [one for one in bad if one.rows]


def open_rows(
    db: Database, entity_id: str, kind: Kind, used: UsedAccount, trouble: Trouble | None
) -> list[str]:
    """The rows that are stopped by an account, and can be changed; with no trouble, all that have it."""
    return account_usage.open_ids(db, entity_id, _rows(db, entity_id, kind, used, trouble))


def count_rows(db: Database, entity_id: str, kind: Kind, used: UsedAccount) -> int:
    """How many rows that have an account can be changed, counted no further than MOST."""
    return account_usage.count_open(db, entity_id, _rows(db, entity_id, kind, used, None))


def _rows(db: Database, entity_id: str, kind: Kind, used: UsedAccount, trouble: Trouble | None) -> OpenRows:
    bound = used.account if trouble is Trouble.CURRENCY else None
    # An account that was never listed may be newer than the list, unless the row is older than it.
    listed = resources.get(db, entity_id, "ledger_accounts").as_of if used.account is None else None
    currency = (bound.currency or "") if bound else ""
    return OpenRows(kind, used.account_id, other_than=currency, seen_before=listed)
