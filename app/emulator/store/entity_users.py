"""Entity users: the people of an entity, each with a role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from app.emulator.errors import BadRequestError, NotFoundError
from app.emulator.store import objects, pages, roles
from app.emulator.store.filters import Filter, among, compile_filters, identifier, moments, text
from app.emulator.store.objects import Row

TABLE = "entity_users"
LISTING = pages.Listing(TABLE, TABLE, {"updated_at": "updated_at"})
_FIRST = "coalesce(json_extract(body, '$.first_name'), '')"
_LAST = "coalesce(json_extract(body, '$.last_name'), '')"
FILTERS = {
    "id__in": among("id"),
    "id__not_in": among("id", negated=True),
    "role_id": identifier("role_id"),
    "role_id__in": among("role_id"),
    "login": text("login"),
    "status": text("status"),
    "first_name": text(_FIRST),
    "name__istartswith": Filter(
        f"(instr(casefold({_FIRST} || ' ' || {_LAST}), casefold({{}})) = 1"
        f" OR instr(casefold({_LAST}), casefold({{}})) = 1)",
        str,
        "str",
    ),
    **moments("created_at", "created_at"),
}
BODY = ("email", "first_name", "last_name", "phone", "title")


def find(db: Database, entity_id: str, args: Mapping[str, list[str]]) -> pages.Page:
    """One page of the entity's users, in Monite's shape; deleted ones only when the status asks for them."""
    query = pages.read_query(LISTING, args, entity_id)
    where, values = compile_filters(FILTERS, query.filters)
    if "status" not in query.filters:
        where.append("status = 'active'")
    return pages.fetch(db, LISTING, query, entity_id, where=where, values=values).shaped(_shaped)


def get(db: Database, entity_id: str, user_id: str) -> Row:
    """One user, also one who was deleted; raises NotFoundError when the entity never had that user."""
    return _shaped(objects.get(db, TABLE, entity_id, user_id))


def is_active(db: Database, user_id: str) -> bool:
    """Whether some entity has this user, and has not deleted the user."""
    rows = db.query("SELECT 1 FROM entity_users WHERE id = ? AND status = 'active'", [user_id])
    return next(rows, None) is not None


def create(db: Database, entity_id: str, given: Row) -> Row:
    """Add a user and return it; raises BadRequestError when the login is taken."""
    row = {
        "id": str(uuid4()),
        "entity_id": entity_id,
        "status": "active",
        "role_id": _role_id(db, entity_id, given),
        "login": _free_login(db, entity_id, given["login"]),
        "body": json.dumps({name: given.get(name) for name in BODY}),
    }
    return _shaped(objects.insert(db, TABLE, row))


def update(db: Database, entity_id: str, user_id: str, changes: Row) -> Row:
    """Change a user and return it; a name or login given as null stays."""
    row = _active(db, entity_id, user_id)
    kept = {name: value for name, value in changes.items() if name in BODY}
    if kept.get("first_name", "") is None:
        del kept["first_name"]
    columns: Row = {"body": json.dumps({**json.loads(row["body"]), **kept})}
    if "role_id" in changes:
        columns["role_id"] = _role_id(db, entity_id, changes)
    if changes.get("login") not in (None, row["login"]):
        columns["login"] = _free_login(db, entity_id, changes["login"])
    return _shaped(objects.update(db, TABLE, row, columns))


def delete(db: Database, entity_id: str, user_id: str) -> None:
    """Set the user's status to deleted; the user's tokens are refused from now on."""
    objects.update(db, TABLE, _active(db, entity_id, user_id), {"status": "deleted"})


def names(db: Database) -> list[dict[str, Any]]:
    """Every active user with name and role, entity by entity."""
    return list(
        db.query(
            f"""
            SELECT u.id, u.entity_id, trim({_FIRST} || ' ' || {_LAST}) AS name, r.name AS role
            FROM entity_users u JOIN entities e ON e.id = u.entity_id LEFT JOIN roles r ON r.id = u.role_id
            WHERE u.status = 'active' ORDER BY e.created_at, e.id, u.created_at, u.id
            """.replace("body", "u.body")
        )
    )


def _active(db: Database, entity_id: str, user_id: str) -> Row:
    row = objects.get(db, TABLE, entity_id, user_id)
    if row["status"] != "active":
        raise NotFoundError
    return row


def _role_id(db: Database, entity_id: str, given: Row) -> str:
    asked: str | None = given.get("role_id")
    if asked is None:
        return roles.default_id(db, entity_id)
    try:
        roles.active(db, entity_id, asked)
    except NotFoundError as exc:
        raise BadRequestError("Role not found.") from exc
    return asked


def _free_login(db: Database, entity_id: str, login: str) -> str:
    rows = db.query(
        "SELECT 1 FROM entity_users WHERE entity_id = ? AND login = ? AND status = 'active'",
        [entity_id, login],
    )
    if next(rows, None) is not None:
        raise BadRequestError("An entity user with this login exists already.")
    return login


def _shaped(row: Row) -> Row:
    body = json.loads(row["body"])
    return {
        **{name: row[name] for name in ("id", "created_at", "updated_at")},
        **{name: body.get(name) for name in ("email", "first_name", "last_name")},
        "login": row["login"],
        "phone": body.get("phone"),
        "role_id": row["role_id"],
        "status": row["status"],
        "userpic_file_id": None,
    }
