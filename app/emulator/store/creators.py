"""Who made what: the entity user whose token it was made with, where Monite keeps that."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

_CREATORS = {
    "counterparts": "json_extract(body, '$.created_by_entity_user_id')",
    "payables": "json_extract(body, '$.was_created_by_user_id')",
    "products": "json_extract(body, '$.entity_user_id')",
    "receivables": "json_extract(body, '$.entity_user_id')",
}
"""By the table, which is also the first part of the path."""


def are_kept(resource: str) -> bool:
    """Whether it is known who made the things of this resource."""
    return resource in _CREATORS


def of(db: Database, table: str, entity_id: str, object_id: str, *, missing: str) -> str | None:
    """The entity user who made the object, None for the partner; `missing` when there is no object."""
    rows = db.query(
        f"SELECT {_CREATORS[table]} AS creator FROM {table} WHERE id = ? AND entity_id = ?",
        [object_id, entity_id],
    )
    row = next(rows, None)
    return missing if row is None else row["creator"]


def only(
    table: str, creator: str | None, where: list[str], values: dict[str, Any]
) -> tuple[list[str], dict[str, Any]]:
    """The conditions and values of a list, narrowed to what this user made; None leaves it as it is."""
    if creator is None:
        return where, values
    return [*where, f"{_CREATORS[table]} = :_creator"], {**values, "_creator": creator}
