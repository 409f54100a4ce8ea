"""Roles: named sets of permissions that an entity's users hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import ConflictError, NotFoundError
from app.emulator.store import objects, pages
from app.emulator.store.filters import among, compile_filters, moment, moments, text
from app.emulator.store.objects import Row

TABLE = "roles"
DEFAULT = "Default"
LISTING = pages.Listing(TABLE, TABLE, {"updated_at": "updated_at", "created_at": "created_at"})
FILTERS = {
    "id__in": among("id"),
    "name": text("name"),
    "created_at": moment("created_at"),
    **moments("created_at", "created_at"),
}


def find(db: Database, entity_id: str, args: Mapping[str, list[str]]) -> pages.Page:
    """One page of the roles that the entity's users may hold, in Monite's shape."""
    query = pages.read_query(LISTING, args, entity_id)
    where, values = compile_filters(FILTERS, query.filters)
    where.append("status = 'active'")
    return pages.fetch(db, LISTING, query, entity_id, where=where, values=values).shaped(shaped)


def get(db: Database, entity_id: str, role_id: str) -> Row:
    """One role, also one that was deleted; raises NotFoundError when the entity never had it."""
    return shaped(objects.get(db, TABLE, entity_id, role_id))


def create(db: Database, entity_id: str, given: Row) -> Row:
    """Add a role and return it."""
    row = {"id": str(uuid4()), "entity_id": entity_id, "status": "active", **_columns(given)}
    return shaped(objects.insert(db, TABLE, row))


def update(db: Database, entity_id: str, role_id: str, changes: Row) -> Row:
    """Change a role and return it; its users' tokens are measured by it from now on."""
    return shaped(objects.update(db, TABLE, active(db, entity_id, role_id), _columns(changes)))


def delete(db: Database, entity_id: str, role_id: str) -> None:
    """Set a role's status to deleted; raises ConflictError while users hold it."""
    row = active(db, entity_id, role_id)
    held = db.query("SELECT 1 FROM entity_users WHERE role_id = ? AND status = 'active' LIMIT 1", [role_id])
    if next(held, None) is not None:
        raise ConflictError("Role is used by entity users")
    objects.update(db, TABLE, row, {"status": "deleted"})


def active(db: Database, entity_id: str, role_id: str) -> Row:
    """The row of a role that was not deleted; raises NotFoundError otherwise."""
    row = objects.get(db, TABLE, entity_id, role_id)
    if row["status"] != "active":
        raise NotFoundError
    return row


def default_id(db: Database, entity_id: str) -> str:
    """The role of users who are given none: it is made when first needed, and allows nothing."""
    rows = db.query(
        "SELECT id FROM roles WHERE entity_id = ? AND name = ? AND status = 'active' ORDER BY created_at, id",
        [entity_id, DEFAULT],
    )
    row = next(rows, None)
    made = row or create(db, entity_id, {"name": DEFAULT, "permissions": {"objects": []}})
    return str(made["id"])


def shaped(row: Row) -> Row:
    """The row as Monite shows it."""
    plain = {name: row[name] for name in ("id", "created_at", "updated_at", "name")}
    return {**plain, "permissions": json.loads(row["permissions"]), "status": row["status"]}


def _columns(given: Row) -> Row:
    columns = {name: given[name] for name in ("name",) if given.get(name) is not None}
    if given.get("permissions") is not None:
        columns["permissions"] = json.dumps(given["permissions"])
    return columns
