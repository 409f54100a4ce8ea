"""How each resource is read from Monite and kept: page by page, each page in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlite_utils import Database

from app.domain.connections import ConnectionStatus
from app.domain.resources import CONNECTION, DEFAULTS, ENTITIES, LINE_ITEMS, RECORDS, SYNC_RULES, Read
from app.services import holds, sightings
from app.services.deps import Deps
from app.store import (
    connections,
    counterparts,
    entities,
    entity_defaults,
    ledger_accounts,
    measure_units,
    payable_lines,
    payables,
    products,
    receivables,
    resources,
    revisions,
    synced_records,
    tax_rates,
)
from app.store.database import write

OVERLAP = timedelta(minutes=2)
"""How far a read of changes reaches back: what was being changed when the last read ended."""

Rows = Sequence[tuple[Any, dict[str, Any]]]
Keep = Callable[[Database, Rows], int]
_OF_THE_BOOKS = ("ledger_accounts", "tax_rates")


class _Table(Protocol):
    """A module of the mirror that keeps a list and knows what is no longer in it."""

    def save(self, db: Database, entity_id: str, rows: Rows, seen_at: datetime) -> int: ...

    def retire(self, db: Database, entity_id: str, read_began: datetime) -> int: ...


def read_entities(deps: Deps, read: Read) -> None:
    """The list of entities; each new one is asked for its connection."""

    def keep(db: Database, rows: Rows) -> int:
        new = entities.save(db, rows, read.started_at)
        for entity_id in new:
            resources.want(db, entity_id, [CONNECTION], deps.clock(), interactive=False)
        return len(new)

    _keep_pages(deps, read, deps.monite.list_entities(), keep)
    with write(deps.db) as db:
        entities.retire(db, read.started_at)


def read_connection(deps: Deps, read: Read) -> None:
    """All connections of the entity, with what has happened to them."""
    page = deps.monite.connection_page(read.entity_id)
    with write(deps.db) as db:
        for connection, raw in page:
            sightings.connection(db, read.entity_id, connection, deps.clock(), raw)
        sightings.not_listed(db, read.entity_id, [connection.id for connection, _ in page], deps.clock())


def read_sync_rules(deps: Deps, read: Read) -> None:
    """The push lists, where the version has them."""
    if not deps.monite.capabilities.sync_rules:
        return
    rules = deps.monite.get_sync_rules(read.entity_id)
    with write(deps.db) as db:
        if holds.seen(db, read.entity_id, rules, deps.clock()):
            revisions.bump(db, read.entity_id)


def read_defaults(deps: Deps, read: Read) -> None:
    """The default accounts, where the version has them."""
    if not deps.monite.capabilities.default_accounts:
        return
    found, raw = deps.monite.get_entity_defaults(read.entity_id)
    with write(deps.db) as db:
        if entity_defaults.save(db, read.entity_id, found, raw, deps.clock()):
            revisions.bump(db, read.entity_id)


def read_ledger_accounts(deps: Deps, read: Read) -> None:
    _read_list(deps, read, deps.monite.ledger_accounts(read.entity_id), ledger_accounts)


def read_tax_rates(deps: Deps, read: Read) -> None:
    _read_list(deps, read, deps.monite.tax_rates(read.entity_id), tax_rates)


def read_products(deps: Deps, read: Read) -> None:
    _read_list(deps, read, deps.monite.products(read.entity_id), products, "products")


def read_measure_units(deps: Deps, read: Read) -> None:
    _read_list(deps, read, deps.monite.measure_units(read.entity_id), measure_units)


def read_counterparts(deps: Deps, read: Read) -> None:
    _read_list(deps, read, deps.monite.counterparts(read.entity_id), counterparts, "counterparts")


def read_receivables(deps: Deps, read: Read) -> None:
    _read_list(deps, read, deps.monite.receivables(read.entity_id), receivables, "receivables")


def read_payables(deps: Deps, read: Read) -> None:
    """All bills; where one is new or has changed, its line items are asked for."""
    _read_list(deps, read, deps.monite.payables(read.entity_id), payables, "payables")
    with write(deps.db) as db:
        payable_lines.drop_of_gone(db, read.entity_id)
        if payables.lines_due(db, read.entity_id, 1):
            resources.want(db, read.entity_id, [LINE_ITEMS], deps.clock(), interactive=read.interactive)


def read_synced_records(deps: Deps, read: Read) -> None:
    """What has changed since the newest record that is known; oldest first, so a broken read goes on."""
    object_type = read.resource.partition(":")[2]
    newest = synced_records.newest(deps.db, read.entity_id, object_type)
    since = None if newest is None else newest - OVERLAP
    pages = deps.monite.synced_records(read.entity_id, object_type, updated_since=since)
    _keep_pages(deps, read, pages, lambda db, rows: sightings.records(db, read.entity_id, rows, deps.clock()))


def _read_list(
    deps: Deps, read: Read, pages: Iterator[Rows], table: _Table, described: str | None = None
) -> None:
    """A whole list: each page is kept, then what was not in it is gone.

    `described` names the table whose rows other tables have copied from.
    """

    def keep(db: Database, rows: Rows) -> int:
        changed = table.save(db, read.entity_id, rows, read.started_at)
        if described is not None:
            object_ids = [found.id for found, _ in rows]
            changed += synced_records.follow(db, described, object_ids)
            if described == "payables":
                payable_lines.follow_payables(db, object_ids)
        return changed

    listed = _keep_pages(deps, read, pages, keep)
    if not listed and read.resource in _OF_THE_BOOKS and not _connected(deps, read.entity_id):
        # With nothing connected, an empty list does not say that the books have none.
        return
    with write(deps.db) as db:
        if table.retire(db, read.entity_id, read.started_at):
            revisions.bump(db, read.entity_id)


def _connected(deps: Deps, entity_id: str) -> bool:
    connection = connections.current(deps.db, entity_id)
    return connection is not None and connection.status is ConnectionStatus.CONNECTED


def _keep_pages(deps: Deps, read: Read, pages: Iterator[Rows], keep: Keep) -> int:
    """Keep each page as it comes, and how far the read is; how many rows there were."""
    done = 0
    for page in pages:
        done += len(page)
        with write(deps.db) as db:
            changed = keep(db, page)
            resources.progress(db, read, deps.clock(), done)
            if changed:
                revisions.bump(db, read.entity_id)
    return done


READERS: dict[str, Callable[[Deps, Read], None]] = {
    ENTITIES: read_entities,
    CONNECTION: read_connection,
    SYNC_RULES: read_sync_rules,
    DEFAULTS: read_defaults,
    "ledger_accounts": read_ledger_accounts,
    "tax_rates": read_tax_rates,
    "products": read_products,
    "measure_units": read_measure_units,
    "payables": read_payables,
    "counterparts": read_counterparts,
    "receivables": read_receivables,
    **dict.fromkeys(RECORDS, read_synced_records),
}
"""Everything but the line items, which are a scan."""
