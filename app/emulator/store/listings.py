"""What Monite shows of the accounting side: ledger accounts, tax rates, the log of synced records.

Accounts and rates are those of the organisation now or last connected; what was pulled from another
one before stays in the file and is not shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlite_utils import Database

from app.emulator.errors import InvalidError, NotFoundError
from app.emulator.rules.versions import Version
from app.emulator.store import connections, objects, pages
from app.emulator.store.filters import among, choice, compile_filters, identifier, moments
from app.emulator.store.objects import Row

LEDGER_ACCOUNTS = pages.Listing(
    "ledger_accounts",
    "ledger_accounts",
    {"name": "name"},
    limit_in_token=False,
)
TAX_RATES = pages.Listing(
    "accounting_tax_rates",
    "accounting_tax_rates",
    {"name": "coalesce(name, '')"},
    limit_in_token=False,
)
SYNCED_RECORDS = pages.Listing(
    "accounting_synced_records",
    "synced_records",
    {"created_at": "created_at", "updated_at": "updated_at"},
    limit_in_token=False,
)
RECORD_FILTERS = {
    "object_id": identifier("object_id"),
    "object_id__in": among("object_id"),
    **moments("created_at", "created_at"),
    **moments("updated_at", "updated_at"),
}
ACCOUNT_FIELDS = (
    "id",
    "currency",
    "current_balance",
    "description",
    "name",
    "nominal_code",
    "status",
    "subtype",
    "type",
)
RECORD_FIELDS = (
    "id",
    "created_at",
    "updated_at",
    "last_pulled_at",
    "object_id",
    "object_type",
    "object_updated_at",
    "platform",
    "platform_object_id",
    "platform_updated_at",
    "provider",
    "provider_object_id",
    "provider_updated_at",
    "sync_status",
)


def ledger_accounts(
    db: Database, entity_id: str, args: Mapping[str, list[str]], version: Version
) -> pages.Page:
    """One page of the entity's ledger accounts, as long as the version has it."""
    return _of_organisation(db, entity_id, args, _sized(LEDGER_ACCOUNTS, version), ledger_account_shape)


def ledger_account(db: Database, entity_id: str, account_id: str) -> Row:
    """One ledger account; raises NotFoundError unless the entity's organisation has it."""
    return ledger_account_shape(_owned(db, "ledger_accounts", entity_id, account_id))


def most_assigned_account(db: Database, entity_id: str) -> str | None:
    """The books' id of the account that most lines of the entity's payables are assigned to."""
    rows = db.query(
        """
        SELECT a.platform_account_id AS id FROM payable_line_items l JOIN ledger_accounts a
          ON a.id = l.ledger_account_id AND a.organisation_id = :organisation_id
        WHERE l.entity_id = :entity_id GROUP BY a.id ORDER BY count(*) DESC, a.id LIMIT 1
        """,
        {"entity_id": entity_id, "organisation_id": connections.current_organisation(db, entity_id)},
    )
    row = next(rows, None)
    return str(row["id"]) if row else None


def tax_rates(db: Database, entity_id: str, args: Mapping[str, list[str]], version: Version) -> pages.Page:
    """One page of the entity's accounting tax rates, as long as the version has it."""
    return _of_organisation(db, entity_id, args, _sized(TAX_RATES, version), tax_rate_shape)


def tax_rate(db: Database, entity_id: str, rate_id: str) -> Row:
    """One accounting tax rate; raises NotFoundError unless the entity's organisation has it."""
    return tax_rate_shape(_owned(db, "accounting_tax_rates", entity_id, rate_id))


def synced_records(
    db: Database, entity_id: str, args: Mapping[str, list[str]], version: Version
) -> pages.Page:
    """One page of the entity's synced records of one type; raises InvalidError when no type is given."""
    listing = _sized(SYNCED_RECORDS, version)
    query = pages.read_query(listing, args, entity_id)
    if "object_type" not in query.filters:
        raise InvalidError("field required", ["query", "object_type"], "value_error.missing")
    filters = {"object_type": choice("object_type", version.record_types), **RECORD_FILTERS}
    where, values = compile_filters(filters, query.filters)
    found = pages.fetch(db, listing, query, entity_id, where=where, values=values)
    return found.shaped(record_shape)


def synced_record(db: Database, entity_id: str, record_id: str) -> Row:
    """One synced record; raises NotFoundError when the entity has none with this id."""
    return record_shape(objects.get(db, "synced_records", entity_id, record_id))


def record_shape(row: Row) -> Row:
    """A synced record as Monite shows it; without an error, `errors` is an empty object."""
    return {**{name: row[name] for name in RECORD_FIELDS}, "errors": json.loads(row["errors"] or "{}")}


def ledger_account_shape(row: Row) -> Row:
    """A ledger account as Monite shows it."""
    shown = {name: row[name] for name in ACCOUNT_FIELDS}
    return {**shown, "is_bank_account": bool(row["is_bank_account"])}


def tax_rate_shape(row: Row) -> Row:
    """An accounting tax rate as Monite shows it."""
    names = ("id", "code", "effective_tax_rate", "name", "status", "total_tax_rate")
    return {**{name: row[name] for name in names}, "components": json.loads(row["components"])}


def _sized(listing: pages.Listing, version: Version) -> pages.Listing:
    return replace(listing, default_limit=version.books_page_limit, max_limit=version.books_page_limit)


def _of_organisation(
    db: Database,
    entity_id: str,
    args: Mapping[str, list[str]],
    listing: pages.Listing,
    shape: Callable[[Row], Row],
) -> pages.Page:
    query = pages.read_query(listing, args, entity_id)
    found = pages.fetch(
        db,
        listing,
        query,
        entity_id,
        where=["organisation_id = :organisation_id"],
        values={"organisation_id": connections.current_organisation(db, entity_id)},
    )
    return found.shaped(shape)


def _owned(db: Database, table: str, entity_id: str, object_id: str) -> Row:
    row = objects.get(db, table, entity_id, object_id)
    if row["organisation_id"] != connections.current_organisation(db, entity_id):
        raise NotFoundError
    return row
