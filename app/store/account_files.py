"""Files of accounts that people uploaded, with what applying them would change, kept for a month."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from app.domain.account_files import AccountFile, Change, FileReport, Problem
from app.domain.accounts import LedgerAccount
from app.domain.assignables import Kind
from app.store import ledger_accounts
from app.store.database import from_text, maybe_from_text, to_text


def add(db: Database, file: AccountFile) -> None:
    """Keep a file that was read."""
    db.execute(
        """
        INSERT INTO account_files (id, entity_id, kind, name, report, actor_name, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
            file.id,
            file.entity_id,
            file.kind.value,
            file.name,
            _report_text(file.report),
            file.actor_name,
            to_text(file.created_at),
        ],
    )


def get(db: Database, entity_id: str, file_id: str) -> AccountFile | None:
    """The file of this id, if it is this entity's own."""
    rows = db.query("SELECT * FROM account_files WHERE id = ? AND entity_id = ?", [file_id, entity_id])
    return next((_from_row(row) for row in rows), None)


def mark_applied(db: Database, file_id: str, batch_id: str, now: datetime) -> None:
    """Remember the batch that a file became; the first one stays."""
    db.execute(
        "UPDATE account_files SET applied_at = ?, batch_id = ? WHERE id = ? AND batch_id IS NULL",
        [to_text(now), batch_id, file_id],
    )


def has_older(db: Database, than: datetime) -> bool:
    """Whether anything was uploaded before the given moment; asked of an index, for the rows are large."""
    sql = "SELECT 1 FROM account_files INDEXED BY account_files_by_entity WHERE created_at < ? LIMIT 1"
    return db.execute(sql, [to_text(than)]).fetchone() is not None


def drop_older(db: Database, than: datetime) -> int:
    """Throw away what was uploaded before the given moment; how many files that were."""
    return db.execute("DELETE FROM account_files WHERE created_at < ?", [to_text(than)]).rowcount


def accounts(db: Database, entity_id: str) -> list[LedgerAccount]:
    """Every account that the entity ever had; those that are no longer listed count as archived."""
    rows = db.query("SELECT * FROM ledger_accounts WHERE entity_id = ?", [entity_id])
    return [
        replace(ledger_accounts.from_row(row), status="Archived")
        if row["gone"]
        else ledger_accounts.from_row(row)
        for row in rows
    ]


def _report_text(report: FileReport) -> str:
    # Tens of thousands of rows: values alone, without their names.
    return json.dumps(
        {
            "encoding": report.encoding,
            "separator": report.separator,
            "rows": report.rows,
            "unchanged": report.unchanged,
            "ignored": report.ignored,
            "is_blind": report.is_blind,
            "repaired": report.repaired,
            "changes": [astuple(change) for change in report.changes],
            "problems": [astuple(problem) for problem in report.problems],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _from_row(row: dict[str, Any]) -> AccountFile:
    report = json.loads(row["report"])
    report["changes"] = [Change(*values) for values in report["changes"]]
    report["problems"] = [Problem(*values) for values in report["problems"]]
    return AccountFile(
        id=row["id"],
        entity_id=row["entity_id"],
        kind=Kind(row["kind"]),
        name=row["name"],
        report=FileReport(**report),
        actor_name=row["actor_name"],
        created_at=from_text(row["created_at"]),
        applied_at=maybe_from_text(row["applied_at"]),
        batch_id=row["batch_id"],
    )
