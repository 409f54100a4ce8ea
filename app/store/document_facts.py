"""One bill or invoice with everything that decides whether it can be sent, gathered from the mirror.

A line's tax is matched as Monite does: by the rate that it names, else by the same number. What many
documents lack is told by document_lacks; both come to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlite_utils import Database

from app.domain.facts import ARCHIVED, BANK, GONE, NONE, Context, DocumentFacts, LineFacts
from app.store.document_lacks import AWAY, SAME_BILL_NUMBER, SAME_INVOICE_NUMBER

_OF_A_LINE = f"""
    SELECT line.*, a.name AS account, a.nominal_code AS code, w.name AS wanted, w.nominal_code AS wanted_code,
        CASE WHEN line.account_id IS NULL THEN ''
            WHEN a.id IS NULL OR a.gone = 1 THEN CASE WHEN {{accounts_known}} THEN '{GONE}' ELSE '' END
            WHEN a.is_bank_account = 1 THEN '{BANK}'
            WHEN lower(a.status) IN {AWAY} THEN '{ARCHIVED}' ELSE '' END AS account_state,
        CASE WHEN NOT {{rates_known}} THEN NULL
            WHEN line.tax_rate_id IS NOT NULL THEN EXISTS (
                SELECT 1 FROM tax_rates t
                WHERE t.id = line.tax_rate_id AND t.entity_id = :entity AND t.gone = 0)
            ELSE EXISTS (
                SELECT 1 FROM tax_rates t WHERE t.entity_id = :entity AND t.gone = 0 AND t.rate = line.tax
                    AND coalesce(lower(t.status), '') NOT IN {AWAY}) END AS tax_known,
        EXISTS (SELECT 1 FROM tax_rates t
            WHERE t.id = line.tax_rate_id AND t.entity_id = :entity AND t.gone = 0
                AND lower(t.status) IN {AWAY}) AS tax_archived
    FROM line LEFT JOIN ledger_accounts a ON a.id = line.account_id AND a.entity_id = :entity
        LEFT JOIN ledger_accounts w ON w.id = line.wanted_id
    ORDER BY line.position
""".format(
    accounts_known="EXISTS (SELECT 1 FROM ledger_accounts WHERE entity_id = :entity)",
    rates_known="EXISTS (SELECT 1 FROM tax_rates WHERE entity_id = :entity)",
)
_BILL_LINES = f"""
    WITH line AS (
        SELECT id, position, coalesce(nullif(name, ''), description, '') AS name, total, tax,
            accounting_tax_rate_id AS tax_rate_id, ledger_account_id AS account_id, 0 AS by_default,
            CASE WHEN assign_state = 'saving' THEN wanted_account_id END AS wanted_id,
            subtotal AS net, tax_amount, quantity * unit_price AS expected
        FROM payable_lines WHERE payable_id = :id)
    {_OF_A_LINE}
"""
# An invoice's account stands on its product, or on the line itself when it has no product; the entity's
# default account stands in for none.
_INVOICE_LINES = f"""
    WITH own AS (
        SELECT l.key AS position, l.value AS value, coalesce(p.name, l.value ->> 'name', '') AS name,
            coalesce(l.value ->> 'product_id', '') AS id,
            CASE WHEN p.id IS NULL THEN l.value ->> 'ledger_account_id' ELSE p.ledger_account_id END
                AS own_id,
            CASE WHEN p.assign_state = 'saving' THEN p.wanted_account_id END AS wanted_id
        FROM receivables r, json_each(r.lines) l LEFT JOIN products p ON p.id = l.value ->> 'product_id'
        WHERE r.id = :id),
    line AS (
        SELECT id, position, name, value ->> 'total' AS total, value ->> 'tax' AS tax, wanted_id,
            value ->> 'accounting_tax_rate_id' AS tax_rate_id,
            CASE WHEN own_id IS NULL AND wanted_id IS NULL THEN :default_account ELSE own_id END
                AS account_id,
            own_id IS NULL AND wanted_id IS NULL AND :default_account IS NOT NULL AS by_default,
            value ->> 'total' AS net, (value ->> 'total_after') - (value ->> 'total') AS tax_amount,
            min((value ->> 'quantity') * (value ->> 'unit_price'), value ->> 'total') AS expected
        FROM own)
    {_OF_A_LINE}
"""
_RATE_STATE = f"""
    SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM tax_rates WHERE entity_id = :entity) THEN ''
        ELSE coalesce((SELECT CASE WHEN lower(status) IN {AWAY} THEN '{ARCHIVED}' ELSE '' END
            FROM tax_rates WHERE id = :rate AND entity_id = :entity AND gone = 0), '{GONE}') END
"""
_ACCOUNT_STATE = f"""
    SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE entity_id = :entity) THEN ''
        ELSE coalesce((SELECT CASE WHEN is_bank_account = 1 THEN '{BANK}'
                WHEN lower(status) IN {AWAY} THEN '{ARCHIVED}' ELSE '' END
            FROM ledger_accounts WHERE id = :account AND entity_id = :entity AND gone = 0), '{GONE}') END
"""
_SAME_NUMBER = """
    SELECT o.document_id, EXISTS (SELECT 1 FROM synced_records r
        WHERE r.object_id = o.id AND +r.object_type = :type AND +r.entity_id = o.entity_id
            AND r.sync_status = 'done' AND r.object_updated_at >= o.updated_at) AS sent,
        o.counterpart_name AS party
    FROM {table} d JOIN {table} o ON o.entity_id = d.entity_id AND o.document_id = d.document_id
        AND o.id <> d.id AND o.gone = 0
    WHERE d.id = :id AND d.document_id <> '' AND {same} ORDER BY sent DESC, o.created_at LIMIT 2
"""
_IN_BOOKS = """
    SELECT EXISTS (SELECT 1 FROM synced_records r
        WHERE r.object_id = :id AND r.object_type = :type AND r.entity_id = :entity
            AND (r.platform_object_id IS NOT NULL OR r.problem = 'TIMEOUT' OR EXISTS (
                SELECT 1 FROM record_tries t WHERE t.record_id = r.id
                    AND (t.problem = 'TIMEOUT' OR t.result = 'unknown'))))
"""


def facts(
    db: Database, entity_id: str, object_type: str, object_id: str, context: Context
) -> DocumentFacts | None:
    """What is known of a bill or an invoice; None for anything else, or when it isn't known here."""
    table = {"bill": "payables", "receivable": "receivables"}.get(object_type)
    if table is None:
        return None
    rows = db.query(f"SELECT * FROM {table} WHERE id = ? AND entity_id = ?", [object_id, entity_id])
    document = next(rows, None)
    if document is None:
        return None
    if object_type == "bill":
        return _bill(db, entity_id, document)
    return _invoice(db, entity_id, document, context)


def currencies_sent(db: Database, entity_id: str) -> frozenset[str]:
    """The currencies of everything that the accounting system has taken so far."""
    rows = db.query(
        "SELECT DISTINCT currency FROM record_counts WHERE entity_id = ? AND state = 'sent' AND n > 0",
        [entity_id],
    )
    return frozenset(row["currency"] for row in rows if row["currency"])


def _bill(db: Database, entity_id: str, bill: dict[str, Any]) -> DocumentFacts:
    rows = list(db.query(_BILL_LINES, {"entity": entity_id, "id": bill["id"]}))
    sent, shared = _same_number(db, bill["id"], "bill")
    return DocumentFacts(
        is_bill=True,
        status=bill["status"],
        currency=bill["currency"] or "",
        lines_read=bill["lines_for"] is not None,
        lines=tuple(_line(row) for row in rows),
        whole_discount=bool(bill["discount"]),
        gone=bool(bill["gone"]),
        number=bill["document_id"],
        date=_day(bill["issued_at"] or bill["due_date"]),
        has_counterpart=bill["counterpart_id"] is not None,
        is_zero=_is_zero(rows) and not bill["discount"],
        number_sent=sent,
        number_shared=shared,
        in_books=_in_books(db, entity_id, "bill", bill["id"]),
    )


def _invoice(db: Database, entity_id: str, invoice: dict[str, Any], context: Context) -> DocumentFacts:
    default = context.defaults.products_account_id if context.defaults else None
    values = {"entity": entity_id, "id": invoice["id"], "default_account": default}
    rows = list(db.query(_INVOICE_LINES, values))
    sent, shared = _same_number(db, invoice["id"], "receivable")
    deduction = invoice["deduction"] is not None
    return DocumentFacts(
        is_bill=False,
        status=invoice["status"],
        currency=invoice["currency"] or "",
        lines_read=True,
        lines=tuple(_line(row, may_default=context.defaults_unread) for row in rows),
        whole_discount=bool(invoice["has_whole_discount"]),
        gone=bool(invoice["gone"]),
        number=invoice["document_id"],
        date=_day(invoice["issue_date"] or invoice["due_date"]),
        has_counterpart=invoice["counterpart_id"] is not None,
        deduction=deduction,
        deduction_rate=_deduction_rate(db, entity_id, context) if deduction else "",
        deduction_account=_deduction_account(db, entity_id, context, rows) if deduction else "",
        is_zero=_is_zero(rows) and not deduction and not invoice["has_whole_discount"],
        number_sent=sent,
        number_shared=shared,
        in_books=_in_books(db, entity_id, "receivable", invoice["id"]),
    )


def _line(row: dict[str, Any], *, may_default: bool = False) -> LineFacts:
    name, net, expected, tax_amount = row["name"], row["net"], row["expected"], row["tax_amount"]
    return LineFacts(
        id=row["id"],
        name=name or f"#{int(row['position']) + 1}",
        total=row["total"],
        tax=row["tax"],
        tax_known=None if row["tax_known"] is None else bool(row["tax_known"]),
        has_tax=row["tax"] is not None or row["tax_rate_id"] is not None,
        tax_archived=bool(row["tax_archived"]),
        account=_label(row["code"], row["account"]) if row["account"] else row["account_id"],
        account_state=row["account_state"],
        by_default=bool(row["by_default"]),
        may_default=may_default and row["account_id"] is None,
        saving=_label(row["wanted_code"], row["wanted"]) if row["wanted"] else row["wanted_id"],
        described=bool(name),
        adds_up=net is None or expected is None or abs(expected - net) < 0.51,
        tax_too_large=net is not None and tax_amount is not None and abs(tax_amount) > abs(net),
    )


def _is_zero(rows: Sequence[dict[str, Any]]) -> bool:
    return bool(rows) and all(row["net"] == 0 and row["tax_amount"] == 0 for row in rows)


def _deduction_rate(db: Database, entity_id: str, context: Context) -> str:
    if context.defaults_unread:
        return ""
    rate = context.defaults.deductions_tax_id if context.defaults else None
    if rate is None:
        return NONE
    return str(db.execute(_RATE_STATE, {"entity": entity_id, "rate": rate}).fetchone()[0])


def _deduction_account(db: Database, entity_id: str, context: Context, rows: Sequence[dict[str, Any]]) -> str:
    """Why the line that the deduction becomes has no usable account; without a rate there is no such line."""
    if context.defaults is None or context.defaults.deductions_tax_id is None:
        return ""
    default = context.defaults.products_account_id
    if default is None:
        # It goes where the first line goes, which is looked at itself.
        return "" if rows else NONE
    values = {"entity": entity_id, "account": default}
    return str(db.execute(_ACCOUNT_STATE, values).fetchone()[0])


def _same_number(db: Database, object_id: str, object_type: str) -> tuple[str | None, str | None]:
    """Documents of the same number: one that was sent as it is now, and one that was not."""
    is_bill = object_type == "bill"
    statement = _SAME_NUMBER.format(
        table="payables" if is_bill else "receivables",
        same=SAME_BILL_NUMBER if is_bill else SAME_INVOICE_NUMBER,
    )
    rows = list(db.query(statement, {"id": object_id, "type": object_type}))
    names = {bool(row["sent"]): _label(row["document_id"], row["party"] or "") for row in reversed(rows)}
    return names.get(True), names.get(False)


def _in_books(db: Database, entity_id: str, object_type: str, object_id: str) -> bool:
    values = {"id": object_id, "type": object_type, "entity": entity_id}
    return bool(db.execute(_IN_BOOKS, values).fetchone()[0])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _label(code: str | None, name: str) -> str:
    return f"{code} {name}".strip() if code else name
