"""Synced records and the documents behind them, put into a store as a refresh would leave them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from app.domain.problems import diagnose
from app.store.database import to_text

NOW = datetime.fromisoformat("2025-05-09T09:42:00+00:00")


def add_record(db: Database, record_id: str, **changes: Any) -> str:
    """A failed bill, unless told otherwise; `minutes` is how long ago it changed. Returns its id."""
    minutes = changes.pop("minutes", 10)
    at = to_text(changes.pop("at", NOW - timedelta(minutes=minutes)))
    row: dict[str, Any] = {
        "id": record_id,
        "entity_id": "e1",
        "object_type": "bill",
        "object_id": f"bill-{record_id}",
        "sync_status": "error",
        "error_text": "Tax rate does not exist",
        "title": record_id,
        "party": "Acme Dairy",
        "amount": 4320,
        "currency": "GBP",
        "created_at": at,
        "updated_at": at,
        "raw": "{}",
        "seen_at": at,
    } | changes
    if row["sync_status"] != "error":
        row["error_text"] = changes.get("error_text")
    found = diagnose(row["object_type"], row["sync_status"], row["error_text"])
    row = {"state": found.state.value, "problem": found.problem} | row
    names = ", ".join(row)
    db.execute(
        f"INSERT INTO synced_records ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values())
    )
    return record_id


def add_bill(db: Database, payable_id: str, *lines: dict[str, Any], **changes: Any) -> str:
    """A bill waiting to be paid whose lines were read; a line has account and rate unless told not."""
    at = to_text(NOW - timedelta(days=1))
    row: dict[str, Any] = {
        "id": payable_id,
        "entity_id": "e1",
        "status": "waiting_to_be_paid",
        "document_id": payable_id,
        "counterpart_id": "acme",
        "counterpart_name": "Acme Dairy",
        "currency": "GBP",
        "total_amount": 4320,
        "lines_for": at,
        "created_at": at,
        "updated_at": at,
        "raw": "{}",
        "seen_at": at,
    } | changes
    _insert(db, "payables", row)
    for position, line in enumerate(lines):
        _insert(
            db,
            "payable_lines",
            {
                "id": f"{payable_id}-line-{position}",
                "entity_id": row["entity_id"],
                "payable_id": payable_id,
                "position": position,
                "name": "Oat milk",
                "total": 4320,
                "tax": 2000,
                "ledger_account_id": "account-310",
                "payable_status": row["status"],
                "editable": 1,
                "raw": "{}",
                "seen_at": at,
            }
            | line,
        )
    return payable_id


def add_invoice(db: Database, receivable_id: str, lines: str = "[]", **changes: Any) -> str:
    """An issued invoice."""
    at = to_text(NOW - timedelta(days=1))
    row: dict[str, Any] = {
        "id": receivable_id,
        "entity_id": "e1",
        "type": "invoice",
        "status": "issued",
        "document_id": receivable_id,
        "counterpart_id": "smith",
        "counterpart_name": "J Smith",
        "currency": "GBP",
        "total_amount": 4320,
        "has_whole_discount": 0,
        "lines": lines,
        "created_at": at,
        "updated_at": at,
        "raw": "{}",
        "seen_at": at,
    } | changes
    _insert(db, "receivables", row)
    return receivable_id


def add_books(db: Database, entity_id: str = "e1") -> None:
    """A connected Xero with two accounts, one of them archived, one tax rate, and the usual rules."""
    at, of = to_text(NOW - timedelta(hours=1)), "" if entity_id == "e1" else f"-{entity_id}"
    _insert(
        db,
        "connections",
        {
            "id": f"connection-{entity_id}",
            "entity_id": entity_id,
            "status": "connected",
            "platform": "xero",
            "last_pull": at,
            "created_at": to_text(NOW - timedelta(hours=2)),
            "updated_at": at,
            "raw": "{}",
            "seen_at": at,
            "first_connected_at": to_text(NOW - timedelta(hours=2)),
        },
    )
    for account_id, code, name, status in (
        ("account-310", "310", "Cost of goods sold", "Active"),
        ("account-404", "404", "Old marketing", "Archived"),
    ):
        _insert(
            db,
            "ledger_accounts",
            {
                "id": account_id + of,
                "entity_id": entity_id,
                "name": name,
                "nominal_code": code,
                "type": "Expense",
                "status": status,
                "is_bank_account": 0,
                "raw": "{}",
                "seen_at": at,
            },
        )
    _insert(
        db,
        "tax_rates",
        {
            "id": f"rate-20{of}",
            "entity_id": entity_id,
            "name": "20% VAT",
            "rate": 2000,
            "raw": "{}",
            "seen_at": at,
        },
    )
    _insert(
        db,
        "sync_rules",
        {
            "entity_id": entity_id,
            "payable": '["waiting_to_be_paid", "paid", "partially_paid"]',
            "receivable": '["issued", "paid", "partially_paid", "overdue", "canceled", "uncollectible"]',
            "seen_at": at,
        },
    )


def _insert(db: Database, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
