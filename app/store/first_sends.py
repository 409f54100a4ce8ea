"""The one record of each entity that is sent first, and how far that is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.first_sends import RUNNING, Candidate, FirstSend, Outcome, Phase, Result
from app.domain.people import Actor, Role
from app.store.database import maybe_from_text, to_text

_RUNNING = json.dumps(sorted(RUNNING))


def find(db: Database, entity_id: str) -> FirstSend | None:
    """The one of this entity; None while nobody has begun or skipped the step."""
    rows = db.query("SELECT * FROM first_sends WHERE entity_id = ?", [entity_id])
    return next((_from_row(row) for row in rows), None)


def find_running(db: Database) -> list[FirstSend]:
    """Those of all entities that are under way."""
    rows = db.query("SELECT * FROM first_sends WHERE phase NOT IN ('none', 'closed')")
    return [_from_row(row) for row in rows]


def begin(db: Database, entity_id: str, one: Candidate, *, now: datetime, by: Actor) -> FirstSend:
    """Note that this one goes first, in place of any earlier one that is over."""
    row, *_rest = db.query(
        """
        INSERT INTO first_sends (entity_id, object_type, object_id, status, record_id, company, phase,
            started_at, started_by, started_role)
        VALUES (?, ?, ?, ?, ?, ?, 'opening', ?, ?, ?)
        ON CONFLICT DO UPDATE SET object_type = excluded.object_type, object_id = excluded.object_id,
            status = excluded.status, record_id = excluded.record_id, company = excluded.company,
            phase = excluded.phase, started_at = excluded.started_at, started_by = excluded.started_by,
            started_role = excluded.started_role, result = '', asked_at = NULL, looked_at = NULL,
            settled_at = NULL, checked = '[]', outcome = '', ended_at = NULL, ended_by = NULL
        RETURNING *
        """,
        [
            entity_id,
            one.object_type,
            one.id,
            one.status,
            one.record_id,
            one.company,
            to_text(now),
            by.name,
            by.role.value,
        ],
    )
    return _from_row(row)


def move(db: Database, entity_id: str, was: Phase, becomes: Phase, result: Result = Result.UNKNOWN) -> bool:
    """Go on from one phase to the next; False, and nothing done, when somebody else was faster.

    A result that is known already stays.
    """
    return (
        db.execute(
            """
            UPDATE first_sends SET phase = ?, result = iif(result = '', ?, result)
            WHERE entity_id = ? AND phase = ?
            """,
            [becomes.value, result.value, entity_id, was.value],
        ).rowcount
        == 1
    )


def end_early(db: Database, entity_id: str, becomes: Phase) -> None:
    """A person decided about sending otherwise: what is under way is over, or is to be closed."""
    db.execute(
        """
        UPDATE first_sends SET phase = ?, result = iif(result = '', 'stopped', result)
        WHERE entity_id = ? AND phase IN (SELECT value FROM json_each(?))
        """,
        [becomes.value, entity_id, _RUNNING],
    )


def asked(db: Database, entity_id: str, now: datetime) -> None:
    """The service was asked to send."""
    db.execute("UPDATE first_sends SET asked_at = ? WHERE entity_id = ?", [to_text(now), entity_id])


def looked(db: Database, entity_id: str, now: datetime) -> None:
    """Somebody looked for the record just now."""
    db.execute("UPDATE first_sends SET looked_at = ? WHERE entity_id = ?", [to_text(now), entity_id])


def settle(db: Database, entity_id: str, result: Result, record_id: str | None, now: datetime) -> None:
    """It is known what became of the record; the first time counts."""
    db.execute(
        """
        UPDATE first_sends SET result = ?, record_id = coalesce(?, record_id), settled_at = ?
        WHERE entity_id = ? AND settled_at IS NULL
        """,
        [result.value, record_id, to_text(now), entity_id],
    )


def check(db: Database, entity_id: str, checked: Sequence[str]) -> None:
    """Keep what the person has ticked so far."""
    db.execute(
        "UPDATE first_sends SET checked = ? WHERE entity_id = ?", [json.dumps(list(checked)), entity_id]
    )


def end(db: Database, entity_id: str, outcome: Outcome, *, now: datetime, by: Actor) -> None:
    """Keep what the person said in the end; without any record when the step was skipped at once."""
    db.execute(
        """
        INSERT INTO first_sends (entity_id, object_type, object_id, status, company, phase,
            started_by, started_role, outcome, ended_at, ended_by)
        VALUES (:entity, '', '', '', 0, 'none', :by, :role, :outcome, :now, :by)
        ON CONFLICT DO UPDATE SET outcome = excluded.outcome, ended_at = excluded.ended_at,
            ended_by = excluded.ended_by
        """,
        {
            "entity": entity_id,
            "by": by.name,
            "role": by.role.value,
            "outcome": outcome.value,
            "now": to_text(now),
        },
    )


def record_of(db: Database, entity_id: str, object_type: str, object_id: str) -> dict[str, Any] | None:
    """Id, Monite's status, our state and the last change of the newest record of a document."""
    rows = db.query(
        """
        SELECT id, sync_status, state, updated_at FROM synced_records
        WHERE object_id = ? AND +object_type = ? AND +entity_id = ? ORDER BY updated_at DESC LIMIT 1
        """,
        [object_id, object_type, entity_id],
    )
    return next(iter(rows), None)


def on_their_way(db: Database, entity_id: str, object_type: str, status: str) -> int:
    """How many documents of this status are being sent at this moment."""
    table = {"bill": "payables", "receivable": "receivables"}[object_type]
    row = db.execute(
        f"""
        SELECT count(*) FROM synced_records r JOIN {table} d ON d.id = r.object_id
        WHERE r.entity_id = ? AND r.object_type = ? AND r.state = 'waiting' AND d.status = ?
        """,
        [entity_id, object_type, status],
    ).fetchone()
    return int(row[0])


def described(db: Database, entity_id: str, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with the number of their lines."""
    lines: dict[str, int] = {}
    for object_type, statement in _LINES.items():
        wanted = json.dumps([one.id for one in found if one.object_type == object_type])
        lines |= {row["id"]: row["n"] for row in db.query(statement, [entity_id, wanted])}
    return [replace(one, lines=lines.get(one.id, 0)) for one in found]


_LINES = {
    "bill": """
        SELECT payable_id AS id, count(*) AS n FROM payable_lines
        WHERE entity_id = ? AND payable_id IN (SELECT value FROM json_each(?)) GROUP BY payable_id
    """,
    "receivable": """
        SELECT id, json_array_length(lines) AS n FROM receivables
        WHERE entity_id = ? AND id IN (SELECT value FROM json_each(?))
    """,
}


def _from_row(row: dict[str, Any]) -> FirstSend:
    return FirstSend(
        entity_id=row["entity_id"],
        object_type=row["object_type"],
        object_id=row["object_id"],
        status=row["status"],
        record_id=row["record_id"],
        company=row["company"],
        phase=Phase(row["phase"]),
        result=Result(row["result"]),
        started_at=maybe_from_text(row["started_at"]),
        started_by=Actor(row["started_by"], Role(row["started_role"]), row["entity_id"]),
        asked_at=maybe_from_text(row["asked_at"]),
        looked_at=maybe_from_text(row["looked_at"]),
        settled_at=maybe_from_text(row["settled_at"]),
        checked=tuple(json.loads(row["checked"])),
        outcome=Outcome(row["outcome"]),
    )
