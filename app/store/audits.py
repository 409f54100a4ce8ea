"""The audit trail as somebody who checks it reads it: every event, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from app.domain.audits import AUTOMATIC, OTHER, PARTNER, PEOPLE, SUBJECTS, AuditQuery
from app.domain.events import Event
from app.domain.people import PARTNER_ROLES, Role
from app.store import events
from app.store.database import to_text
from app.store.patterns import beginning, containing

_PARTNER = ", ".join(f"'{role.value}'" for role in sorted(PARTNER_ROLES))
_WHOSE = {
    PEOPLE: f"ev.actor_role <> '{Role.SYSTEM.value}'",
    PARTNER: f"ev.actor_role IN ({_PARTNER})",
    AUTOMATIC: f"ev.actor_role = '{Role.SYSTEM.value}'",
}


def find(
    db: Database, query: AuditQuery, *, before_id: int | None, limit: int, parts: bool = False
) -> Iterator[tuple[Event, str]]:
    """Events with the name of their business, '' where there is none; a bulk change without its parts."""
    where, values = _where(query, parts)
    if before_id is not None:
        where.append("ev.id < :before")
        values["before"] = before_id
    rows = db.query(
        f"""
        SELECT ev.*, coalesce(e.name, '') AS business
        FROM events ev LEFT JOIN entities e ON e.id = ev.entity_id
        WHERE {" AND ".join(where)} ORDER BY ev.id DESC LIMIT :limit
        """,
        {**values, "limit": limit},
    )
    for row in rows:
        business = row.pop("business")
        yield events.from_row(row), business


def _where(query: AuditQuery, parts: bool) -> tuple[list[str], dict[str, Any]]:
    where, values = ["1"], dict[str, Any]()
    if query.entity_id is not None:
        where.append("ev.entity_id = :entity")
        values["entity"] = query.entity_id
    if query.batch_id:
        where.append("ev.batch_id = :batch")
        values["batch"] = query.batch_id
    elif not parts:
        where.append("ev.batch_id IS NULL")
    if query.whose in _WHOSE:
        where.append(_WHOSE[query.whose])
    if query.name:
        where.append(r"ev.actor_name LIKE :name ESCAPE '\'")
        values["name"] = containing(query.name)
    if query.subject in (*SUBJECTS, OTHER):
        where.append(_about(query.subject, values))
    for moment, name, sign in ((query.since, "since", ">="), (query.until, "until", "<")):
        if moment is not None:
            where.append(f"ev.at {sign} :{name}")
            values[name] = to_text(moment)
    return where, values


def _about(subject: str, values: dict[str, Any]) -> str:
    """The kinds of one subject, or those of none."""
    chosen = SUBJECTS.get(subject) or tuple(start for starts in SUBJECTS.values() for start in starts)
    fits = []
    for n, start in enumerate(chosen):
        values[f"kind{n}"] = beginning(start)
        fits.append(rf"ev.kind LIKE :kind{n} ESCAPE '\'")
    return f"{'NOT ' if subject == OTHER else ''}({' OR '.join(fits)})"
