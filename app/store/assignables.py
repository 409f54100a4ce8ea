"""Products and bill lines as the assignment screen lists and changes them.

Pages go by keyset. A list is sorted by several columns, some of them downwards, so the rows after a
place are read as a few ranges of the index, one after the other: every page costs the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlite_utils import Database

from app.domain.assignables import (
    Assignable,
    AssignPage,
    AssignProgress,
    AssignQuery,
    AssignState,
    Kind,
)
from app.store.database import from_text

PAGE = 50
NO_LIMIT = -1
TABLES = {Kind.PRODUCTS: "products", Kind.BILLS: "payable_lines"}
_ORDER = {
    Kind.PRODUCTS: ("name {up}, id {up}", ("name", "id")),
    Kind.BILLS: (
        "supplier {up}, issued_at {down}, payable_id {up}, id {up}",
        ("supplier", "issued_at", "payable_id", "id"),
    ),
}
_NOT_SENT = """NOT EXISTS (SELECT 1 FROM synced_records r WHERE r.object_id = payable_lines.payable_id
    AND r.object_type = 'bill' AND r.state = 'sent')"""


@dataclass(frozen=True, slots=True)
class _Range:
    """A part of the list that the index reads in order."""

    where: str
    values: tuple[Any, ...]


def page(db: Database, entity_id: str, query: AssignQuery, after: str = "", before: str = "") -> AssignPage:
    """Up to 50 rows after or before a place that an earlier page named, with its neighbours' places."""
    place, backwards = _place(query.kind, before or after), bool(before)
    rows = _read(db, entity_id, query, place, backwards=backwards)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    earlier = more if backwards else place is not None
    later = True if backwards else more
    return AssignPage(
        rows=_with_sent(db, [_from_row(query.kind, row) for row in rows]),
        previous=_mark(query.kind, rows[0]) if rows and earlier else None,
        next=_mark(query.kind, rows[-1]) if rows and later else None,
    )


def every(db: Database, entity_id: str, query: AssignQuery, at_once: int) -> Iterator[list[Assignable]]:
    """All rows that a filter shows, in the order of the list, so many at a time."""
    place: list[Any] | None = None
    while rows := _read(db, entity_id, query, place, backwards=False, limit=at_once):
        yield _with_sent(db, [_from_row(query.kind, row) for row in rows])
        place = [rows[-1][column] for column in _ORDER[query.kind][1]]


def get(db: Database, entity_id: str, kind: Kind, object_id: str) -> Assignable | None:
    """One row of this entity, whatever its state."""
    sql = f"SELECT * FROM {TABLES[kind]} WHERE id = ? AND entity_id = ?"
    rows = [_from_row(kind, row) for row in db.query(sql, [object_id, entity_id])]
    return _with_sent(db, rows)[0] if rows else None


def find(db: Database, entity_id: str, kind: Kind, ids: Sequence[str]) -> list[Assignable]:
    """Those of the given rows that this entity has, whatever their state."""
    sql = f"SELECT * FROM {TABLES[kind]} WHERE id IN (SELECT value FROM json_each(?)) AND entity_id = ?"
    rows = [_from_row(kind, row) for row in db.query(sql, [json.dumps(list(ids)), entity_id])]
    return _with_sent(db, rows)


def changeable(db: Database, entity_id: str, kind: Kind, ids: Sequence[str]) -> list[Assignable]:
    """Those of the given rows whose account may still be changed here."""
    rows = db.query(
        f"""
        SELECT * FROM {TABLES[kind]}
        WHERE id IN (SELECT value FROM json_each(?)) AND entity_id = ? AND {_changeable(kind)}
        """,
        [json.dumps(list(ids)), entity_id],
    )
    return [_from_row(kind, row) for row in rows]


def all_changeable(db: Database, entity_id: str, query: AssignQuery) -> list[Assignable]:
    """Every row that a filter shows and whose account may still be changed here."""
    where, values = _filter(entity_id, query)
    sql = f"SELECT * FROM {TABLES[query.kind]} WHERE {where} AND {_changeable(query.kind)}"
    return [_from_row(query.kind, row) for row in db.query(sql, values)]


def changeable_ids(db: Database, entity_id: str, query: AssignQuery, at_most: int = NO_LIMIT) -> list[str]:
    """The ids of what `all_changeable` would give, which may be very many."""
    where, values = _filter(entity_id, query)
    order = _ORDER[query.kind][0].format(up="ASC", down="DESC")
    rows = f"SELECT id FROM {TABLES[query.kind]} WHERE {where} AND {_changeable(query.kind)}"
    return [row[0] for row in db.execute(f"{rows} ORDER BY {order} LIMIT ?", [*values, at_most]).fetchall()]


def count(db: Database, entity_id: str, query: AssignQuery, at_most: int, after: str | None = None) -> int:
    """How many rows a filter shows, those after a place where given, no further than `at_most`."""
    where, values = _filter(entity_id, query)
    found = 0
    for part in _ranges(query.kind, _place(query.kind, after or ""), backwards=False):
        rows = f"SELECT 1 FROM {TABLES[query.kind]} WHERE {where} AND {part.where} LIMIT ?"
        sql = f"SELECT count(*) FROM ({rows})"
        found += int(db.execute(sql, [*values, *part.values, at_most - found]).fetchone()[0])
        if found >= at_most:
            break
    return found


def count_by_supplier(
    db: Database, entity_id: str, query: AssignQuery, suppliers: Collection[str]
) -> dict[str, int]:
    """How many rows a filter shows of each of these suppliers."""
    where, values = _filter(entity_id, query)
    rows = db.query(
        f"""
        SELECT supplier, count(*) AS n FROM {TABLES[query.kind]}
        WHERE {where} AND supplier IN (SELECT value FROM json_each(?)) GROUP BY supplier
        """,
        [*values, json.dumps(sorted(suppliers))],
    )
    return {row["supplier"]: row["n"] for row in rows}


def progress(db: Database, entity_id: str, kind: Kind) -> AssignProgress:
    """How many rows have an account and how many need one."""
    rows = db.query(
        "SELECT state, n FROM assign_counts WHERE entity_id = ? AND kind = ?", [entity_id, kind.value]
    )
    known = {state.value for state in AssignState}
    return AssignProgress(**{row["state"]: row["n"] for row in rows if row["state"] in known})


def suppliers(db: Database, entity_id: str, limit: int = 500) -> list[str]:
    """The suppliers on bill lines, by name; each is one step in the index, however many lines it has."""
    rows = db.query(
        """
        WITH RECURSIVE names (supplier) AS (
            SELECT min(supplier) FROM payable_lines WHERE entity_id = :entity_id
            UNION ALL
            SELECT (SELECT min(supplier) FROM payable_lines
                    WHERE entity_id = :entity_id AND supplier > names.supplier)
            FROM names WHERE names.supplier IS NOT NULL
        )
        SELECT supplier FROM names WHERE supplier IS NOT NULL LIMIT :limit
        """,
        {"entity_id": entity_id, "limit": limit},
    )
    return [row["supplier"] for row in rows]


def _read(
    db: Database,
    entity_id: str,
    query: AssignQuery,
    place: list[Any] | None,
    *,
    backwards: bool,
    limit: int = PAGE + 1,  # one more tells whether there is a next page
) -> list[dict[str, Any]]:
    where, values = _filter(entity_id, query)
    order = _ORDER[query.kind][0].format(
        up="DESC" if backwards else "ASC", down="ASC" if backwards else "DESC"
    )
    found: list[dict[str, Any]] = []
    for part in _ranges(query.kind, place, backwards):
        sql = f"SELECT * FROM {TABLES[query.kind]} WHERE {where} AND {part.where} ORDER BY {order} LIMIT ?"
        found += db.query(sql, [*values, *part.values, limit - len(found)])
        if len(found) >= limit:
            break
    return found


def _ranges(kind: Kind, place: list[Any] | None, backwards: bool) -> Iterator[_Range]:
    beyond, dates = ("<", ">") if backwards else (">", "<")
    if place is None:
        yield _Range("true", ())
    elif kind is Kind.PRODUCTS:
        yield _Range(f"(name, id) {beyond} (?, ?)", tuple(place))
    else:
        supplier, day, payable_id, line_id = place
        yield _Range(
            f"supplier = ? AND issued_at IS ? AND (payable_id, id) {beyond} (?, ?)",
            (supplier, day, payable_id, line_id),
        )
        # Lines without a date come last within their supplier.
        if day is not None:
            yield _Range(f"supplier = ? AND issued_at {dates} ?", (supplier, day))
        if day is not None and not backwards:
            yield _Range("supplier = ? AND issued_at IS NULL", (supplier,))
        if day is None and backwards:
            yield _Range("supplier = ? AND issued_at IS NOT NULL", (supplier,))
        yield _Range(f"supplier {beyond} ?", (supplier,))


def _filter(entity_id: str, query: AssignQuery) -> tuple[str, list[Any]]:
    one_bill = bool(query.only) and query.kind is Kind.BILLS
    # A bill has few lines: with a plus, the planner does not go along the whole list to find them.
    where, values = ["+entity_id = ?" if one_bill else "entity_id = ?"], [entity_id]
    if query.kind is Kind.PRODUCTS:
        where.append("gone = 0")
    if query.state is not None:
        where.append("assign_state = ?")
        values.append(query.state.value)
    if query.supplier and query.kind is Kind.BILLS:
        where.append("supplier = ?")
        values.append(query.supplier)
    if one_bill:
        where.append("payable_id = ?")
        values.append(query.only)
    if query.account:
        where.append("ledger_account_id = ?")
        values.append(query.account)
    if query.search:
        column = "search" if query.kind is Kind.BILLS else "lower(name)"
        spellings = _spellings(query.search)
        where.append(f"({' OR '.join([f'instr({column}, ?) > 0'] * len(spellings))})")
        values += spellings
    return " AND ".join(where), values


def _spellings(text: str) -> list[str]:
    """How a text may stand in what is searched: SQLite makes small only the letters of plain English."""
    if text.isascii():
        return [text.lower()]
    forms = (text.lower(), text.upper(), text.title(), text)
    return list(dict.fromkeys(_ascii_lower(form) for form in forms))


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _changeable(kind: Kind) -> str:
    return f"editable = 1 AND {_NOT_SENT}" if kind is Kind.BILLS else "gone = 0"


def _mark(kind: Kind, row: dict[str, Any]) -> str:
    return json.dumps([row[column] for column in _ORDER[kind][1]], ensure_ascii=False)


def _place(kind: Kind, mark: str) -> list[Any] | None:
    """The place that a mark names; a mark that was tampered with starts from the beginning."""
    try:
        place = json.loads(mark)
    except ValueError:
        return None
    if not isinstance(place, list) or len(place) != len(_ORDER[kind][1]):
        return None
    return place if all(value is None or isinstance(value, str) for value in place) else None


def _with_sent(db: Database, rows: list[Assignable]) -> list[Assignable]:
    bills = json.dumps(sorted({row.payable_id for row in rows if row.payable_id}))
    sent = {
        found["object_id"]: from_text(found["updated_at"])
        for found in db.query(
            """
            SELECT object_id, updated_at FROM synced_records
            WHERE object_id IN (SELECT value FROM json_each(?)) AND object_type = 'bill' AND state = 'sent'
            """,
            [bills],
        )
    }
    return [
        replace(row, sent=True, sent_at=sent[row.payable_id]) if row.payable_id in sent else row
        for row in rows
    ]


def _from_row(kind: Kind, row: dict[str, Any]) -> Assignable:
    bill = kind is Kind.BILLS
    return Assignable(
        kind=kind,
        id=row["id"],
        name=row["name"] or "",
        description=row["description"] if bill else None,
        amount=row["total"] if bill else row["price"],
        currency=row["currency"],
        account_id=row["ledger_account_id"],
        wanted_id=row["wanted_account_id"],
        state=AssignState(row["assign_state"]),
        refused=row["save_state"] == "refused",
        error=row["save_error"],
        payable_id=row["payable_id"] if bill else None,
        supplier=row["supplier"] if bill else "",
        document_id=row["document_id"] if bill else None,
        payable_status=row["payable_status"] if bill else None,
        issued_at=date.fromisoformat(row["issued_at"][:10]) if bill and row["issued_at"] else None,
        quantity=row["quantity"] if bill else None,
        editable=bool(row["editable"]) if bill else not row["gone"],
    )
