"""What uses a ledger account: products, lines of bills, and of those the ones that are still to be sent.

The accounts in use are found by hops along an index, one for each account, however many lines there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from app.domain.account_problems import StoppedBill, UsedAccount
from app.domain.assignables import Kind
from app.domain.documents import PAYABLES_THAT_MATTER
from app.store import ledger_accounts
from app.store.database import from_text, maybe_to_text
from app.store.mirror import ids, maybe_day

MOST = 1000
"""Rows are counted no further than this."""
_OPEN = {
    Kind.PRODUCTS: "products u"
    " WHERE u.entity_id = :entity AND u.ledger_account_id IS NOT NULL AND u.gone = 0",
    # Named, because the planner would take the index of all lines, sent and paid ones too.
    Kind.BILLS: "payable_lines u INDEXED BY lines_open_by_account"
    " WHERE u.entity_id = :entity AND u.ledger_account_id IS NOT NULL AND u.editable = 1",
}
_NOT_SENT = """NOT EXISTS (SELECT 1 FROM synced_records r
    WHERE r.object_id = {bill} AND r.object_type = 'bill' AND r.state = 'sent')"""
_OF_LINE = _NOT_SENT.format(bill="u.payable_id")
_NO_TAX = f"""payable_lines u
    WHERE u.entity_id = :entity AND u.tax IS NULL AND u.accounting_tax_rate_id IS NULL AND u.editable = 1
      AND {_OF_LINE}"""
_NO_LINES = f"""payables b INDEXED BY payables_without_lines
    WHERE b.entity_id = :entity AND b.line_count = 0 AND b.gone = 0 AND b.lines_for IS b.updated_at
      AND b.status IN (SELECT value FROM json_each(:statuses)) AND {_NOT_SENT.format(bill="b.id")}"""


_USED = """
    WITH RECURSIVE used (account_id) AS (
        SELECT min(u.ledger_account_id) FROM {rows}
        UNION ALL
        SELECT (SELECT min(u.ledger_account_id) FROM {rows} AND u.ledger_account_id > used.account_id)
        FROM used WHERE used.account_id IS NOT NULL)
"""


def used_ids(db: Database, entity_id: str, kind: Kind) -> set[str]:
    """The accounts of the rows of this kind that can still be changed."""
    sql = _USED.format(rows=_OPEN[kind]) + "SELECT account_id FROM used WHERE account_id IS NOT NULL"
    return {row["account_id"] for row in db.query(sql, {"entity": entity_id})}


def suspects(db: Database, entity_id: str, kind: Kind, base: str | None) -> list[UsedAccount]:
    """Those of them that are archived, gone, never listed, or not in the currency of the books."""
    rows = db.query(
        f"""
        {_USED.format(rows=_OPEN[kind])}
        SELECT used.account_id, a.* FROM used
            LEFT JOIN ledger_accounts a ON a.id = used.account_id AND a.entity_id = :entity
        WHERE used.account_id IS NOT NULL AND (
            a.id IS NULL OR a.gone = 1 OR lower(a.status) <> 'active' OR a.currency <> :base)
        """,
        {"entity": entity_id, "base": base},
    )
    return [_used(row) for row in rows]


def _used(row: dict[str, Any]) -> UsedAccount:
    if row["id"] is None:
        return UsedAccount(row["account_id"], None)
    return UsedAccount(row["account_id"], ledger_accounts.from_row(row))


@dataclass(frozen=True, slots=True)
class OpenRows:
    """Rows of an account that can still be changed, and are not being changed just now."""

    kind: Kind
    account_id: str
    other_than: str = ""
    """Only those in other currencies than this one."""
    seen_before: datetime | None = None
    """Only those that were read before this moment."""

    @property
    def sql(self) -> str:
        not_sent = f"AND {_OF_LINE}" if self.kind is Kind.BILLS else ""
        return f"""
            {_OPEN[self.kind]} AND u.ledger_account_id = :account AND u.assign_state <> 'saving'
            AND (:other_than = '' OR (u.currency IS NOT NULL AND u.currency <> :other_than))
            AND (:before IS NULL OR u.seen_at < :before) {not_sent}
        """

    def values(self, entity_id: str) -> dict[str, str | None]:
        return {
            "entity": entity_id,
            "account": self.account_id,
            "other_than": self.other_than,
            "before": maybe_to_text(self.seen_before),
        }


def open_ids(db: Database, entity_id: str, rows: OpenRows) -> list[str]:
    """Which rows these are."""
    found = db.query(f"SELECT u.id FROM {rows.sql}", rows.values(entity_id))
    return [row["id"] for row in found]


def count_open(db: Database, entity_id: str, rows: OpenRows) -> int:
    """How many these are, counted no further than MOST."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {rows.sql} LIMIT {MOST})"
    return int(db.execute(sql, rows.values(entity_id)).fetchone()[0])


def noticed(db: Database, entity_id: str, account_ids: Sequence[str]) -> dict[tuple[str, str], datetime]:
    """When each kind of change of these accounts was last noticed."""
    rows = db.query(
        """
        SELECT account_id, kind, max(at) AS at FROM account_changes
        WHERE entity_id = ? AND account_id IN (SELECT value FROM json_each(?)) GROUP BY account_id, kind
        """,
        [entity_id, ids(account_ids)],
    )
    return {(row["account_id"], row["kind"]): from_text(row["at"]) for row in rows}


def count_without_tax(db: Database, entity_id: str) -> int:
    """How many lines that can still be changed have no tax rate, counted no further than MOST."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {_NO_TAX} LIMIT {MOST})"
    return int(db.execute(sql, {"entity": entity_id}).fetchone()[0])


def without_tax(db: Database, entity_id: str, limit: int) -> list[StoppedBill]:
    """The bills with such lines."""
    rows = db.query(
        f"""
        SELECT u.payable_id, u.document_id, u.supplier, u.payable_status AS status, u.issued_at,
            count(*) AS lines
        FROM {_NO_TAX} GROUP BY u.payable_id ORDER BY u.payable_id LIMIT :limit
        """,
        {"entity": entity_id, "limit": limit},
    )
    return [_stopped(row) for row in rows]


def count_without_lines(db: Database, entity_id: str) -> int:
    """How many bills that matter have no lines, counted no further than MOST."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {_NO_LINES} LIMIT {MOST})"
    return int(db.execute(sql, {"entity": entity_id, "statuses": _statuses()}).fetchone()[0])


def without_lines(db: Database, entity_id: str, limit: int) -> list[StoppedBill]:
    """Those bills, newest first."""
    rows = db.query(
        f"""
        SELECT b.id AS payable_id, b.document_id, coalesce(b.counterpart_name, c.name, '') AS supplier,
            b.status, b.issued_at, 0 AS lines
        FROM (SELECT * FROM {_NO_LINES} ORDER BY b.created_at DESC, b.id DESC LIMIT :limit) b
            LEFT JOIN counterparts c ON c.id = b.counterpart_id
        ORDER BY b.created_at DESC, b.id DESC
        """,
        {"entity": entity_id, "statuses": _statuses(), "limit": limit},
    )
    return [_stopped(row) for row in rows]


def _statuses() -> str:
    return ids(PAYABLES_THAT_MATTER)


def _stopped(row: dict[str, Any]) -> StoppedBill:
    issued: date | None = maybe_day(row["issued_at"][:10] if row["issued_at"] else None)
    return StoppedBill(
        payable_id=row["payable_id"],
        document_id=row["document_id"],
        supplier=row["supplier"],
        status=row["status"],
        issued_at=issued,
        lines=row["lines"],
    )


def counts(db: Database, entity_id: str, account_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many products and how many lines of bills, sent ones too, have each of these accounts."""
    rows = db.query(
        """
        SELECT j.value AS id,
            (SELECT count(*) FROM products u WHERE u.entity_id = :entity
                AND u.ledger_account_id = j.value AND u.gone = 0) AS products,
            (SELECT count(*) FROM payable_lines u WHERE u.entity_id = :entity
                AND u.ledger_account_id = j.value) AS lines
        FROM json_each(:ids) j
        """,
        {"entity": entity_id, "ids": ids(account_ids)},
    )
    return {row["id"]: (row["products"], row["lines"]) for row in rows}


def unsent(db: Database, entity_id: str, account_id: str) -> int:
    """How many lines with this account are not in the accounting system, counted no further than MOST."""
    sql = f"""SELECT count(*) FROM (SELECT 1 FROM payable_lines u
        WHERE u.entity_id = :entity AND u.ledger_account_id = :account AND {_OF_LINE} LIMIT {MOST})"""
    return int(db.execute(sql, {"entity": entity_id, "account": account_id}).fetchone()[0])


def staying(db: Database, entity_id: str, account_id: str) -> tuple[int, int]:
    """How many lines keep this account because they were sent, and how many because they are locked."""
    row = db.execute(
        f"""
        SELECT coalesce(sum(sent), 0), coalesce(sum(NOT sent AND NOT editable), 0)
        FROM (SELECT NOT ({_OF_LINE}) AS sent, u.editable FROM payable_lines u
              WHERE u.entity_id = :entity AND u.ledger_account_id = :account)
        """,
        {"entity": entity_id, "account": account_id},
    ).fetchone()
    return int(row[0]), int(row[1])


def staying_ids(db: Database, entity_id: str, account_id: str, limit: int) -> list[str]:
    """The newest of those lines."""
    rows = db.query(
        f"""
        SELECT u.id FROM payable_lines u
        WHERE u.entity_id = :entity AND u.ledger_account_id = :account
          AND (u.editable = 0 OR NOT ({_OF_LINE}))
        ORDER BY u.issued_at DESC, u.id LIMIT :limit
        """,
        {"entity": entity_id, "account": account_id, "limit": limit},
    )
    return [row["id"] for row in rows]


def stopped_records(db: Database, entity_id: str, batch_ids: Sequence[str]) -> dict[str, int]:
    """How many of the bills whose lines these batches changed were stopped for an account, by problem."""
    rows = db.query(
        """
        SELECT r.problem, count(*) AS n FROM synced_records r
        WHERE r.entity_id = ? AND r.state = 'attention' AND r.object_type = 'bill'
          AND r.problem IN ('ACC_ARCHIVED', 'ACC_GONE', 'ACC_LINE', 'INACTIVE') AND r.object_id IN (
            SELECT parent_id FROM outbox
            WHERE batch_id IN (SELECT value FROM json_each(?)) AND state = 'done')
        GROUP BY r.problem ORDER BY n DESC, r.problem
        """,
        [entity_id, ids(batch_ids)],
    )
    return {row["problem"]: row["n"] for row in rows}
