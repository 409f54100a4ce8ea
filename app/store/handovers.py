"""What the handover sheet tells of a period, read from the mirror and the audit trail.

A document belongs to the day on it, or to the day it was made when it has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from app.domain.events import ASSIGNED
from app.domain.handovers import AccountChange, AccountTotal, DefaultUsed, NotSent, Period
from app.domain.people import Actor, Role
from app.store.database import from_text, to_text

_DAY = {
    "bill": "coalesce(d.issued_at, substr(d.created_at, 1, 10))",
    "receivable": "coalesce(d.issue_date, substr(d.created_at, 1, 10))",
}
_TABLE = {"bill": "payables d", "receivable": "receivables d"}
_OF_PERIOD = "d.entity_id = :entity AND {day} BETWEEN :first AND :last"
# There is one record for each document in all but odd cases; then the newest counts.
_RECORD = """(SELECT r.id FROM synced_records r WHERE r.object_id = d.id AND +r.entity_id = d.entity_id
    AND +r.object_type = '{kind}' ORDER BY r.updated_at DESC LIMIT 1)"""
_LINES = {
    "bill": "JOIN payable_lines l ON l.payable_id = d.id",
    "receivable": "JOIN json_each(d.lines) j LEFT JOIN products p ON p.id = j.value ->> 'product_id'",
}
_ACCOUNT = {
    "bill": "l.ledger_account_id",
    "receivable": "CASE WHEN p.id IS NULL THEN j.value ->> 'ledger_account_id' ELSE p.ledger_account_id END",
}
_NET = {"bill": "coalesce(l.subtotal, l.total)", "receivable": "j.value ->> 'total'"}
_LABEL = "coalesce({a}.nominal_code || ' ', '') || {a}.name"


def _documents(kind: str) -> str:
    """The documents of the period, each with its record's id."""
    where = _OF_PERIOD.format(day=_DAY[kind])
    extra = "AND d.type = 'invoice'" if kind == "receivable" else ""
    return f"FROM {_TABLE[kind]} {{lines}} {{joins}} WHERE {where} AND d.gone = 0 {extra}"


def sent(db: Database, entity_id: str, period: Period, default_account: str | None) -> list[AccountTotal]:
    """What arrived, by account: bills first, the largest amount first."""
    found = []
    for kind in ("bill", "receivable"):
        rows = db.query(
            f"""
            SELECT account_id, found.currency, count(DISTINCT found.id) AS n, sum(net) AS amount,
                {_LABEL.format(a="a")} AS label
            FROM (SELECT d.id, coalesce(d.currency, '') AS currency,
                    {_ACCOUNT[kind]} AS account_id, {_NET[kind]} AS net
                {_documents(kind).format(lines=_LINES[kind], joins="")}
                AND (SELECT state FROM synced_records WHERE id = {_RECORD.format(kind=kind)}) = 'sent') found
            LEFT JOIN ledger_accounts a ON a.id = account_id
            GROUP BY account_id, found.currency ORDER BY abs(sum(net)) DESC
            """,
            _values(entity_id, period),
        )
        found += [_total(kind, row, default_account) for row in rows]
    return found


def _total(kind: str, row: dict[str, Any], default_account: str | None) -> AccountTotal:
    by_default = kind == "receivable" and row["account_id"] is None and default_account is not None
    return AccountTotal(
        object_type=kind,
        account=default_account if by_default else row["label"] or row["account_id"],
        by_default=by_default,
        currency=row["currency"],
        documents=row["n"],
        amount=row["amount"] or 0,
    )


def not_sent(
    db: Database, entity_id: str, period: Period, statuses: dict[str, tuple[str, ...]]
) -> Iterator[NotSent]:
    """Every document of the period that did not arrive, then other records that stopped in it.

    Documents that were never tried count when they are in one of these statuses.
    """
    for kind in ("bill", "receivable"):
        ours = ", ".join(f"'{status}'" for status in statuses[kind])
        rows = db.query(
            f"""
            SELECT d.id AS object_id, '{
                kind
            }' AS object_type, r.id AS record_id, coalesce(d.document_id, '') AS number,
                coalesce(d.counterpart_name, c.name, '') AS party, {
                _DAY[kind]
            } AS day, d.total_amount AS amount,
                coalesce(d.currency, '') AS currency, d.status, r.state, coalesce(r.problem, '') AS problem,
                r.error_text, coalesce(r.handled, '') AS handled
            {
                _documents(kind).format(
                    lines="",
                    joins=f"LEFT JOIN synced_records r ON r.id = {_RECORD.format(kind=kind)} "
                    "LEFT JOIN counterparts c ON c.id = d.counterpart_id",
                )
            }
                AND (r.state <> 'sent' OR (r.id IS NULL AND d.status IN ({ours})))
            ORDER BY day, d.id
            """,
            _values(entity_id, period),
        )
        yield from map(_not_sent, rows)
    yield from map(_not_sent, _others(db, entity_id, period))


def _others(db: Database, entity_id: str, period: Period) -> Iterator[dict[str, Any]]:
    yield from db.query(
        """
        SELECT coalesce(object_id, id) AS object_id, object_type, id AS record_id, title AS number, party,
            substr(updated_at, 1, 10) AS day, amount, currency, NULL AS status, state, problem, error_text,
            handled
        FROM synced_records WHERE entity_id = :entity AND state IN ('attention', 'cannot')
            AND object_type NOT IN ('bill', 'receivable')
            AND substr(updated_at, 1, 10) BETWEEN :first AND :last
        ORDER BY updated_at, id
        """,
        _values(entity_id, period),
    )


def _not_sent(row: dict[str, Any]) -> NotSent:
    day = row.pop("day")
    return NotSent(day=date.fromisoformat(day[:10]) if day else None, code=row.pop("problem"), **row)


def changes(db: Database, entity_id: str, since: datetime, until: datetime) -> Iterator[AccountChange]:
    """Every account that was given or changed here between two moments, newest first.

    A choice that Monite has refused, or not confirmed yet, changed nothing.
    """
    rows = db.query(
        f"""
        SELECT e.at, e.actor_name, e.actor_role, e.object_type, coalesce(e.note, '') AS name,
            coalesce(l.document_id, '') AS document,
            coalesce({_LABEL.format(a="w")}, e.was, '') AS was,
            coalesce({_LABEL.format(a="b")}, e.became, '') AS became
        FROM events e LEFT JOIN payable_lines l ON l.id = e.object_id
            LEFT JOIN products p ON p.id = e.object_id
            LEFT JOIN ledger_accounts w ON w.id = e.was LEFT JOIN ledger_accounts b ON b.id = e.became
        WHERE e.entity_id = :entity AND e.kind = '{ASSIGNED}' AND e.at >= :since AND e.at < :until
            AND NOT (coalesce(l.save_state, p.save_state, '') <> ''
                AND coalesce(e.became, '') = coalesce(l.wanted_account_id, p.wanted_account_id, ''))
        ORDER BY e.id DESC
        """,
        {"entity": entity_id, "since": to_text(since), "until": to_text(until)},
    )
    for row in rows:
        yield AccountChange(
            at=from_text(row["at"]),
            actor=Actor(row["actor_name"], Role(row["actor_role"])),
            object_type=row["object_type"] or "",
            name=row["name"],
            document=row["document"],
            was=row["was"],
            became=row["became"],
        )


def defaults(db: Database, entity_id: str, period: Period) -> Iterator[DefaultUsed]:
    """Every line of an invoice of the period that arrived though its product has no account of its own."""
    rows = db.query(
        f"""
        SELECT coalesce(d.document_id, '') AS invoice, coalesce(d.counterpart_name, '') AS party,
            {_DAY["receivable"]} AS day,
            coalesce(p.name, j.value ->> 'name', '') AS product, {_NET["receivable"]} AS amount,
            coalesce(d.currency, '') AS currency
        {_documents("receivable").format(lines=_LINES["receivable"], joins="")}
            AND {_ACCOUNT["receivable"]} IS NULL
            AND (SELECT state FROM synced_records WHERE id = {_RECORD.format(kind="receivable")}) = 'sent'
        ORDER BY day, d.id, j.key
        """,
        _values(entity_id, period),
    )
    for row in rows:
        day = row.pop("day")
        yield DefaultUsed(day=date.fromisoformat(day[:10]) if day else None, **row)


def _values(entity_id: str, period: Period) -> dict[str, str]:
    return {"entity": entity_id, "first": period.first.isoformat(), "last": period.last.isoformat()}
