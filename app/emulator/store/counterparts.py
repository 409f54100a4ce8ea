"""Counterparts, vendors and customers, with their addresses as rows of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.store import creators, objects, pages
from app.emulator.store.filters import (
    Filter,
    among,
    boolean,
    choice,
    compile_filters,
    holds,
    identified,
    moments,
    text,
)
from app.emulator.store.objects import Row, body_of

TABLE = "counterparts"
TYPES = ("individual", "organization")
LISTING = pages.Listing("counterparts", TABLE, {"counterpart_name": "name"})
_EMAIL = "coalesce(json_extract(body, '$.organization.email'), json_extract(body, '$.individual.email'))"
_TAGGED = (
    "EXISTS (SELECT 1 FROM json_each(coalesce(json_extract(body, '$.organization.tags'),"
    " json_extract(body, '$.individual.tags'), '[]'))"
    " WHERE json_extract(value, '$.id') IN (SELECT value FROM json_each({})))"
)
ADDRESS = ("country", "city", "postal_code", "state", "line1", "line2")
FILTERS = {
    **{name: text(f"json_extract(body, '$.{name}')") for name in ("iban", "sort_code", "account_number")},
    **{name: text(f"json_extract(body, '$.{name}')") for name in ("tax_id", "vat_id")},
    "id__in": among("id"),
    "type": choice("type", TYPES),
    "counterpart_name__iexact": Filter("casefold(name) = casefold({})", str, "str"),
    **holds("counterpart_name", "name", exact=True),
    "is_vendor": boolean("is_vendor"),
    "is_customer": boolean("is_customer"),
    **holds("email", _EMAIL, exact=True),
    **moments("created_at", "created_at"),
    **{
        f"address.{part}": Filter(
            f"id IN (SELECT counterpart_id FROM counterpart_addresses WHERE {part} = {{}})", str, "str"
        )
        for part in ADDRESS
    },
    "tag_ids__in": identified(_TAGGED, many=True),
}
TEMPLATE: Row = {
    "id": None,
    "created_at": None,
    "updated_at": None,
    "created_automatically": False,
    "created_by_entity_user_id": None,
    "default_billing_address_id": None,
    "default_shipping_address_id": None,
    "external_reference": None,
    "language": "en",
    "reminders_enabled": True,
    "tax_id": None,
    "type": "organization",
}


def find(
    db: Database, entity_id: str, args: Mapping[str, list[str]], *, creator: str | None = None
) -> pages.Page:
    """One page of the entity's counterparts, in Monite's shape."""
    query = pages.read_query(LISTING, args, entity_id)
    where, values = creators.only(TABLE, creator, *compile_filters(FILTERS, query.filters))
    return pages.fetch(db, LISTING, query, entity_id, where=where, values=values).shaped(_shaped)


def get(db: Database, entity_id: str, counterpart_id: str) -> Row:
    """One counterpart; raises NotFoundError when the entity has none with this id."""
    return _shaped(objects.get(db, TABLE, entity_id, counterpart_id))


def create(db: Database, entity_id: str, given: Row) -> Row:
    """Add a counterpart together with its first address, and return it."""
    kind, address_id = given["type"], str(uuid4())
    party = {"email": None, "phone": None, "tags": [], **given[kind]}
    party.pop("tag_ids", None)
    address = party.pop("address")
    body = {**TEMPLATE, **given, kind: party, "default_billing_address_id": address_id}
    row = {"id": str(uuid4()), "entity_id": entity_id, **_columns(body)}
    made = objects.insert(db, TABLE, row)
    _add_address(db, made["id"], address_id, address)
    return _shaped(made)


def update(db: Database, entity_id: str, counterpart_id: str, changes: Row) -> Row:
    """Change a counterpart and return it; what stands inside its party is merged."""
    row = objects.get(db, TABLE, entity_id, counterpart_id)
    body = {**_shaped(row), **changes}
    kind = row["type"]
    body[kind] = {**_shaped(row)[kind], **(changes.get(kind) or {})}
    body[kind].pop("tag_ids", None)
    return _shaped(objects.update(db, TABLE, row, _columns(body)))


def delete(db: Database, entity_id: str, counterpart_id: str) -> None:
    """Remove a counterpart and its addresses."""
    objects.get(db, TABLE, entity_id, counterpart_id)
    objects.delete(db, TABLE, counterpart_id)


def addresses(db: Database, entity_id: str, counterpart_id: str) -> list[Row]:
    """Every address of the counterpart."""
    objects.get(db, TABLE, entity_id, counterpart_id)
    rows = db.query(
        "SELECT * FROM counterpart_addresses WHERE counterpart_id = ? ORDER BY rowid", [counterpart_id]
    )
    return [_address(row) for row in rows]


def create_address(db: Database, entity_id: str, counterpart_id: str, given: Row) -> Row:
    """Add an address to the counterpart and return it."""
    objects.get(db, TABLE, entity_id, counterpart_id)
    return _add_address(db, counterpart_id, str(uuid4()), given)


def _add_address(db: Database, counterpart_id: str, address_id: str, given: Row) -> Row:
    parts = {part: given.get(part) for part in ADDRESS}
    row = {"id": address_id, "counterpart_id": counterpart_id, **parts}
    db.table("counterpart_addresses").insert(row)
    return _address(row)


def _address(row: Row) -> Row:
    return {name: row[name] for name in ("id", *ADDRESS, "counterpart_id")}


def _shaped(row: Row) -> Row:
    return body_of(row, TEMPLATE, "type")


def _columns(body: Row) -> Row:
    party = body[body["type"]]
    name = party.get("legal_name") or f"{party.get('first_name', '')} {party.get('last_name', '')}".strip()
    return {
        "type": body["type"],
        "name": name,
        "is_vendor": int(party["is_vendor"]),
        "is_customer": int(party["is_customer"]),
        "body": json.dumps(body),
    }
