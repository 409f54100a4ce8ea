"""The account that a person wants for a supplier from now on, or that they do not want to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.people import Actor, Role
from app.domain.remembered_choices import Remembered
from app.store.database import from_text, to_text
from app.store.mirror import ids


def find(db: Database, entity_id: str, suppliers: Iterable[str]) -> dict[str, Remembered]:
    """What was answered for these suppliers, yes or no; those never asked about are missing."""
    rows = db.query(
        """
        SELECT * FROM remembered_choices
        WHERE entity_id = ? AND supplier IN (SELECT value FROM json_each(?))
        """,
        [entity_id, ids(sorted(set(suppliers)))],
    )
    return {row["supplier"]: _from_row(row) for row in rows}


def all_yes(db: Database, entity_id: str) -> list[Remembered]:
    """Every account that is remembered, by supplier."""
    rows = db.query(
        """
        SELECT * FROM remembered_choices WHERE entity_id = ? AND answer = 'yes'
        ORDER BY supplier COLLATE NOCASE, supplier
        """,
        [entity_id],
    )
    return [_from_row(row) for row in rows]


def answer(
    db: Database, entity_id: str, supplier: str, account_id: str, *, yes: bool, actor: Actor, now: datetime
) -> None:
    """Keep the newest answer for a supplier in place of an earlier one."""
    db.execute(
        """
        INSERT INTO remembered_choices (entity_id, supplier, account_id, answer, actor_name, actor_role, at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET account_id = excluded.account_id, answer = excluded.answer,
            actor_name = excluded.actor_name, actor_role = excluded.actor_role, at = excluded.at
        """,
        [
            entity_id,
            supplier,
            account_id,
            "yes" if yes else "no",
            actor.name,
            actor.role.value,
            to_text(now),
        ],
    )


def remove(db: Database, entity_id: str, supplier: str) -> bool:
    """Forget the answer for a supplier, who may be asked about again; whether there was one."""
    removed = db.execute(
        "DELETE FROM remembered_choices WHERE entity_id = ? AND supplier = ?", [entity_id, supplier]
    )
    return removed.rowcount > 0


def of_account(db: Database, entity_id: str, account_id: str) -> list[Remembered]:
    """The suppliers for whom this account is remembered, by name."""
    return [choice for choice in all_yes(db, entity_id) if choice.account_id == account_id]


def replace(db: Database, entity_id: str, old_id: str, new_id: str, *, actor: Actor, now: datetime) -> int:
    """Remember another account wherever this one was; for how many suppliers."""
    return db.execute(
        """
        UPDATE remembered_choices SET account_id = ?, actor_name = ?, actor_role = ?, at = ?
        WHERE entity_id = ? AND account_id = ? AND answer = 'yes'
        """,
        [new_id, actor.name, actor.role.value, to_text(now), entity_id, old_id],
    ).rowcount


def _from_row(row: dict[str, Any]) -> Remembered:
    return Remembered(
        supplier=row["supplier"],
        account_id=row["account_id"],
        yes=row["answer"] == "yes",
        actor=Actor(row["actor_name"], Role(row["actor_role"]), row["entity_id"]),
        at=from_text(row["at"]),
    )
