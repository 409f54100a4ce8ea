"""Large stores for measuring, made without Monite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from app.domain.people import Actor, Role
from app.domain.resources import RESOURCES
from app.store import events
from app.store.database import prepare, to_text, write

ENTITY = "bench"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TYPES = ("bill", "bill", "bill", "receivable", "receivable", "product", "vendor", "customer")
PROBLEMS = ("ACC_ARCHIVED", "TAX_NO_MATCH", "PERIOD_CLOSED", "UNKNOWN")


def make_store(
    path: Path, *, records: int = 100_000, lines: int = 20_000, accounts: int = 200, failing: int = 25
) -> Database:
    """A connected business with so many synced records, bill lines and ledger accounts.

    One record of `failing` has stopped.
    """
    db = prepare(path)
    with write(db):
        _insert(db, "entities", iter([_entity()]))
        _insert(db, "connections", iter([_connection()]))
        _insert(db, "ledger_accounts", map(_account, range(accounts)))
        _insert(db, "payable_lines", (_line(n, accounts) for n in range(lines)))
        _insert(db, "synced_records", (_record(n, failing) for n in range(records)))
        for n, kind in enumerate(
            ("account_assigned", "retried", "import_finished", "rules_saved", "connected")
        ):
            events.add(db, ENTITY, NOW - timedelta(hours=7 * n), kind, Actor("Marie", Role.OWNER, ENTITY))
        _insert(db, "resources", map(_resource, RESOURCES))
    db.execute("ANALYZE")
    return db


def crowd(db: Database, *, entities: int, records: int) -> None:
    """Other businesses beside the one that is measured, with so many synced records between them.

    Counters and the search index are filled at once instead of row by row, with what the triggers
    would have written.
    """
    each = records // entities
    with write(db):
        triggers = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE name LIKE 'record_%' AND type = 'trigger'"
        )
        kept = triggers.fetchall()
        for name, _sql in kept:
            db.execute(f"DROP TRIGGER {name}")
        _insert(db, "entities", ({**_entity(), "id": f"other-{n:04}"} for n in range(entities)))
        _insert(
            db,
            "synced_records",
            (
                {**_record(n), "id": f"{entity}-{n:06}", "entity_id": f"other-{entity:04}"}
                for entity in range(entities)
                for n in range(each)
            ),
        )
        db.execute(COUNT_AFRESH)
        db.execute("INSERT INTO record_search (record_search) VALUES ('rebuild')")
        for _name, sql in kept:
            db.execute(sql)
    db.execute("ANALYZE")


COUNT_AFRESH = """
    INSERT INTO record_counts (entity_id, object_type, state, problem, currency, n, amount)
    SELECT entity_id, object_type, state, problem, currency, count(*), sum(coalesce(amount, 0))
    FROM synced_records WHERE entity_id LIKE 'other-%' GROUP BY 1, 2, 3, 4, 5
"""


def _insert(db: Database, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    statement = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({', '.join(f':{name}' for name in first)})"
    db.conn.execute(statement, first)
    db.conn.executemany(statement, rows)


def _moment(n: int) -> str:
    return to_text(NOW - timedelta(seconds=37 * n))


def _entity() -> dict[str, Any]:
    return {
        "id": ENTITY,
        "name": "Bench & Sons Ltd",
        "country": "GB",
        "currency": "GBP",
        "status": "active",
        "raw": "{}",
        "seen_at": to_text(NOW),
    }


def _connection() -> dict[str, Any]:
    return {
        "id": "connection",
        "entity_id": ENTITY,
        "status": "connected",
        "platform": "xero",
        "last_pull": to_text(NOW),
        "created_at": _moment(9000),
        "updated_at": to_text(NOW),
        "raw": "{}",
        "seen_at": to_text(NOW),
        "first_connected_at": _moment(8999),
        "confirmed_at": _moment(8998),
        "confirmed_by": "Marie",
    }


def _account(n: int) -> dict[str, Any]:
    return {
        "id": f"account-{n}",
        "entity_id": ENTITY,
        "name": f"Account {n}",
        "nominal_code": str(200 + n),
        "type": ("Expense", "Income", "Asset", "Liability")[n % 4],
        "status": "Active",
        "is_bank_account": 0,
        "raw": "{}",
        "seen_at": to_text(NOW),
    }


def _line(n: int, accounts: int) -> dict[str, Any]:
    return {
        "id": f"line-{n:06}",
        "entity_id": ENTITY,
        "payable_id": f"payable-{n // 2:06}",
        "position": n % 2,
        "name": f"Item {n}",
        "quantity": 1.0,
        "subtotal": 1000 + n,
        "total": 1200 + n,
        "tax": 2000,
        "ledger_account_id": None if n % 3 else f"account-{n % accounts}",
        "supplier": f"Supplier {n % 400:03}",
        "document_id": f"INV-{n // 2}",
        "payable_status": "waiting_to_be_paid",
        "currency": "GBP",
        "issued_at": "2026-02-01",
        "editable": 1,
        "raw": "{}",
        "seen_at": to_text(NOW),
    }


def _record(n: int, failing: int = 25) -> dict[str, Any]:
    failed = n % failing == 0
    return {
        "id": f"record-{n:06}",
        "entity_id": ENTITY,
        "object_type": TYPES[n % len(TYPES)],
        "object_id": f"object-{n:06}",
        "sync_status": "error" if failed else "done",
        "state": "attention" if failed else "sent",
        "problem": PROBLEMS[n // failing % len(PROBLEMS)] if failed else "",
        "error_text": f"Account code '{n}' has been archived, or has been deleted." if failed else None,
        "title": f"INV-{n}",
        "party": f"Supplier {n % 400:03}",
        "amount": 1000 + n,
        "currency": "GBP",
        "platform": "xero",
        "created_at": _moment(n),
        "updated_at": _moment(n),
        "raw": "{}",
        "seen_at": to_text(NOW),
    }


def _resource(name: str) -> dict[str, Any]:
    return {"entity_id": ENTITY, "resource": name, "state": "ok", "as_of": to_text(NOW)}
