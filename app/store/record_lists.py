"""The sync log's reads over the mirror of synced records: pages by keyset, groups, and counts.

A cursor is `rank~updated_at~id`: rank 0 for what needs attention, which comes first where a list
holds both, and 1 for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.record_lists import (
    PAGE_SIZE,
    LogFilter,
    Page,
    ProblemGroup,
    RecordBrief,
    RecordLine,
)
from app.domain.synced_records import RecordState
from app.store import record_filters
from app.store.database import from_text, maybe_from_text


def get(db: Database, entity_id: str, record_id: str) -> RecordLine | None:
    """One record of this entity."""
    row = next(
        db.query("SELECT * FROM synced_records WHERE id = ? AND entity_id = ?", [record_id, entity_id]), None
    )
    return None if row is None else from_row(row)


def find_by_ids(db: Database, entity_id: str, ids: Sequence[str]) -> list[RecordLine]:
    """These records of this entity, newest change first; ids of others are passed over."""
    rows = db.query(
        """
        SELECT * FROM synced_records WHERE entity_id = ? AND id IN (SELECT value FROM json_each(?))
        ORDER BY updated_at DESC, id DESC
        """,
        [entity_id, json.dumps(list(ids))],
    )
    return [from_row(row) for row in rows]


def page(
    db: Database,
    entity_id: str,
    wanted: LogFilter,
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[RecordLine]:
    """The first page, or the one after (older) or before (newer) a cursor."""
    cursor, back = _read_cursor(before or after), bool(before)
    rows: list[dict[str, Any]] = []
    ranks = _ranks(wanted)
    where, values = record_filters.where(db, entity_id, wanted)
    for rank in reversed(ranks) if back else ranks:
        if cursor and (rank > cursor[0] if back else rank < cursor[0]):
            continue
        start = cursor[1:] if cursor and rank == cursor[0] else None
        sql, more_values = _slice(where, rank if len(ranks) > 1 else None, start, back)
        rows += db.query(sql, {**values, **more_values, "size": size + 1 - len(rows)})
        if len(rows) > size:
            break
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    if not rows:
        return Page(())
    has_newer, has_older = (more, True) if back else (cursor is not None, more)
    return Page(
        tuple(from_row(row) for row in rows),
        newer=_cursor(rows[0], wanted) if has_newer else "",
        older=_cursor(rows[-1], wanted) if has_older else "",
    )


def every(db: Database, entity_id: str, wanted: LogFilter, limit: int) -> list[RecordLine]:
    """All that match, newest change first, up to a limit."""
    where, values = record_filters.where(db, entity_id, wanted)
    rows = db.query(
        f"SELECT * FROM synced_records WHERE {where} ORDER BY updated_at DESC, id DESC LIMIT :size",
        {**values, "size": limit},
    )
    return [from_row(row) for row in rows]


_BRIEF = """
    SELECT id, object_type, object_id, state, problem, title, party, amount, currency, object_status,
        platform_object_id IS NOT NULL, updated_at FROM synced_records
"""


def last_listed(db: Database, line: RecordLine) -> datetime | None:
    """When the bill or invoice of a record was last seen in Monite's lists."""
    table = {"bill": "payables", "receivable": "receivables"}.get(line.object_type)
    if table is None:
        return None
    row = db.execute(f"SELECT seen_at FROM {table} WHERE id = ?", [line.object_id]).fetchone()
    return from_text(row[0]) if row else None


def briefs(db: Database, entity_id: str, wanted: LogFilter, limit: int) -> list[RecordBrief]:
    """All that match, newest change first, up to a limit."""
    where, values = record_filters.where(db, entity_id, wanted)
    rows = db.execute(
        f"{_BRIEF} WHERE {where} ORDER BY updated_at DESC, id DESC LIMIT :size", {**values, "size": limit}
    )
    return [_brief(row) for row in rows.fetchall()]


def briefs_of(db: Database, entity_id: str, ids: Sequence[str]) -> list[RecordBrief]:
    """These records of this entity, newest change first; ids of others are passed over."""
    rows = db.execute(
        f"""
        {_BRIEF} WHERE entity_id = ? AND id IN (SELECT value FROM json_each(?))
        ORDER BY updated_at DESC, id DESC
        """,
        [entity_id, json.dumps(list(ids))],
    )
    return [_brief(row) for row in rows.fetchall()]


def still_stopped(db: Database, ids: Sequence[str]) -> set[str]:
    """Those of these records that need attention now."""
    rows = db.execute(
        """
        SELECT id FROM synced_records
        WHERE id IN (SELECT value FROM json_each(?)) AND state = 'attention'
        """,
        [json.dumps(list(ids))],
    )
    return {row[0] for row in rows.fetchall()}


def _brief(row: tuple[Any, ...]) -> RecordBrief:
    (
        record_id,
        object_type,
        object_id,
        state,
        problem,
        title,
        party,
        amount,
        currency,
        status,
        in_books,
        at,
    ) = row
    return RecordBrief(
        id=record_id,
        object_type=object_type,
        object_id=object_id,
        state=RecordState(state),
        problem=problem,
        title=title,
        party=party,
        amount=amount,
        currency=currency,
        object_status=status,
        in_books=bool(in_books),
        changed_at=at,
    )


def count(db: Database, entity_id: str, wanted: LogFilter) -> int:
    """How many match; from the counters where they can tell."""
    if wanted.narrow:
        where, values = record_filters.where(db, entity_id, wanted)
        return int(db.execute(f"SELECT count(*) FROM synced_records WHERE {where}", values).fetchone()[0])
    counts = state_counts(db, entity_id, object_type=wanted.object_type, problem=wanted.problem)
    return sum(n for state, n in counts.items() if not wanted.states or state in wanted.states)


def state_counts(
    db: Database, entity_id: str, *, object_type: str = "", problem: str = ""
) -> dict[RecordState, int]:
    """How many records are in each state, from the counters."""
    rows = db.query(
        """
        SELECT state, sum(n) AS n FROM record_counts
        WHERE entity_id = :entity
          AND (:type = '' OR object_type = :type) AND (:problem = '' OR problem = :problem)
        GROUP BY state
        """,
        {"entity": entity_id, "type": object_type, "problem": problem},
    )
    return {RecordState(row["state"]): int(row["n"]) for row in rows}


def problem_groups(db: Database, entity_id: str, wanted: LogFilter) -> list[ProblemGroup]:
    """What stops records, biggest impact first."""
    if wanted.narrow:
        where, values = record_filters.where(db, entity_id, wanted)
        source = f"""
            SELECT problem, object_type, currency, count(*) AS n, coalesce(sum(amount), 0) AS amount
            FROM synced_records WHERE {where} AND problem <> '' GROUP BY 1, 2, 3"""
    else:
        where, values = record_filters.where(db, entity_id, wanted)
        source = (
            f"SELECT problem, object_type, currency, n, amount FROM record_counts WHERE {where} AND n > 0"
        )
        source += " AND problem <> ''"
    groups: dict[str, ProblemGroup] = {}
    for row in db.query(source, values):
        group = groups.get(row["problem"], ProblemGroup(row["problem"], 0))
        groups[row["problem"]] = _add_up(group, row)
    full = (_with_samples(db, entity_id, wanted, group) for group in groups.values())
    return sorted(full, key=lambda group: group.weight, reverse=True)


def problems_in_use(db: Database, entity_id: str) -> list[str]:
    """The codes that stop anything at all now."""
    rows = db.query(
        """
        SELECT DISTINCT problem FROM record_counts WHERE entity_id = ? AND n > 0 AND problem <> '' ORDER BY 1
        """,
        [entity_id],
    )
    return [row["problem"] for row in rows]


def newer_changes(
    db: Database, entity_id: str, wanted: LogFilter, *, than: str, shown: Sequence[str], limit: int = 100
) -> int:
    """How many matching records changed later than this, those shown left aside; counted up to a limit."""
    where, values = record_filters.where(db, entity_id, wanted)
    found = db.execute(
        f"""
        SELECT count(*) FROM (
            SELECT 1 FROM synced_records WHERE {where} AND updated_at > :than
              AND id NOT IN (SELECT value FROM json_each(:shown)) LIMIT :size)
        """,
        {**values, "than": than, "shown": json.dumps(list(shown)), "size": limit},
    ).fetchone()
    return int(found[0])


def set_waiting(db: Database, record_ids: Sequence[str]) -> None:
    """Show these records as on their way; what Monite says about them stays as it was."""
    db.execute(
        """
        UPDATE synced_records SET state = 'waiting', problem = ''
        WHERE id IN (SELECT value FROM json_each(?))
        """,
        [json.dumps(list(record_ids))],
    )


def set_handled(db: Database, record_ids: Sequence[str], reason: str) -> None:
    """Leave these records out for this reason; with an empty one they only lose the one they had."""
    shown = "state = 'left_out', problem = ''," if reason else ""
    db.execute(
        f"UPDATE synced_records SET {shown} handled = ? WHERE id IN (SELECT value FROM json_each(?))",
        [reason, json.dumps(list(record_ids))],
    )


def set_as_told(db: Database, entity_id: str, record_ids: Sequence[str]) -> None:
    """Show these records as Monite tells of them; those that are handled elsewhere stay left out."""
    lines = find_by_ids(db, entity_id, record_ids)
    db.conn.executemany(
        "UPDATE synced_records SET state = ?, problem = ? WHERE id = ? AND handled = ''",
        [(line.as_told.state.value, line.as_told.problem, line.id) for line in lines],
    )


def find_stranded(db: Database, entity_id: str, limit: int = 500) -> list[RecordLine]:
    """Records shown as on their way although Monite says they failed and no Retry is queued any more."""
    rows = db.query(
        """
        SELECT * FROM synced_records r WHERE entity_id = ? AND state = 'waiting' AND sync_status = 'error'
          AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.object_id = r.id AND o.action = 'retry'
                          AND o.state IN ('queued', 'running')) LIMIT ?
        """,
        [entity_id, limit],
    )
    return [from_row(row) for row in rows]


def _ranks(wanted: LogFilter) -> tuple[int, ...]:
    """The ranks that a list holds, in order; one rank needs no ordering by it."""
    return (0, 1) if not wanted.states else (1,)


def _slice(
    where: str, rank: int | None, start: tuple[str, str] | None, back: bool
) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {}
    if rank is not None:
        where += f" AND urgency = {rank:d}"
    if start is not None:
        where += f" AND (updated_at, id) {'>' if back else '<'} (:start_at, :start_id)"
        values.update(start_at=start[0], start_id=start[1])
    order = "updated_at, id" if back else "updated_at DESC, id DESC"
    return f"SELECT * FROM synced_records WHERE {where} ORDER BY {order} LIMIT :size", values


def _add_up(group: ProblemGroup, row: dict[str, Any]) -> ProblemGroup:
    types, amounts = dict(group.types), dict(group.amounts)
    types[row["object_type"]] = types.get(row["object_type"], 0) + row["n"]
    if row["currency"]:
        amounts[row["currency"]] = amounts.get(row["currency"], 0) + row["amount"]
    return replace(group, count=group.count + row["n"], types=types, amounts=amounts)


def _with_samples(db: Database, entity_id: str, wanted: LogFilter, group: ProblemGroup) -> ProblemGroup:
    where, values = record_filters.where(db, entity_id, replace(wanted, problem=group.code))
    oldest = db.execute(
        f"SELECT updated_at FROM synced_records WHERE {where} ORDER BY updated_at, id LIMIT 1", values
    ).fetchone()
    newest = db.query(
        f"SELECT error_text FROM synced_records WHERE {where} ORDER BY updated_at DESC, id DESC LIMIT 20",
        values,
    )
    texts = tuple(row["error_text"] or "" for row in newest)
    return replace(group, since=from_text(oldest[0]) if oldest else None, samples=texts)


def _read_cursor(text: str) -> tuple[int, str, str] | None:
    """A cursor from an address; None when it is no cursor of ours, which shows the first page."""
    rank, _, rest = text.partition("~")
    moment, _, record_id = rest.partition("~")
    return (int(rank), moment, record_id) if rank in ("0", "1") and moment and record_id else None


def _cursor(row: dict[str, Any], wanted: LogFilter) -> str:
    rank = row["urgency"] if len(_ranks(wanted)) > 1 else 1
    return f"{rank}~{row['updated_at']}~{row['id']}"


def from_row(row: dict[str, Any]) -> RecordLine:
    """A line from a row of the table."""
    return RecordLine(
        id=row["id"],
        entity_id=row["entity_id"],
        object_type=row["object_type"],
        object_id=row["object_id"],
        sync_status=row["sync_status"],
        state=RecordState(row["state"]),
        problem=row["problem"],
        error_text=row["error_text"],
        title=row["title"],
        party=row["party"],
        amount=row["amount"],
        currency=row["currency"],
        object_status=row["object_status"],
        platform=row["platform"],
        platform_object_id=row["platform_object_id"],
        provider=row["provider"],
        provider_object_id=row["provider_object_id"],
        last_pulled_at=maybe_from_text(row["last_pulled_at"]),
        object_updated_at=maybe_from_text(row["object_updated_at"]),
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        tries=row["tries"],
        handled=row["handled"],
        automatic_tries=row["automatic_tries"],
    )
