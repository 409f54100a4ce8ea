"""What bills and invoices that were never tried lack, as one number each: thousands in one statement.

What a bit of the number means is told by app/domain/outlines.py. While no account or no rate is known
here, nothing can be said of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from app.domain.facts import Context
from app.domain.outlines import Lack

AWAY = "('archived', 'inactive', 'deleted')"
"""The words for what was put away; any other status, or none, is nothing that is known against it."""
SAME_BILL_NUMBER = "o.counterpart_id = d.counterpart_id AND o.status NOT IN ('draft', 'rejected', 'canceled')"
"""A bill's number counts within its supplier; what is off is sent to nobody."""
SAME_INVOICE_NUMBER = """o.type = 'invoice'
    AND o.status NOT IN ('draft', 'canceled', 'uncollectible', 'deleted')"""
"""What is void gives its number back."""

# Each list is read once for the whole statement: none of them looks at the row.
_ACCOUNTS = "(SELECT id FROM ledger_accounts WHERE entity_id = :entity_id AND gone = 0{more})"
_RATES = "(SELECT {what} FROM tax_rates WHERE entity_id = :entity_id AND gone = 0{more})"
_ACCOUNTS_KNOWN = "EXISTS (SELECT 1 FROM ledger_accounts WHERE entity_id = :entity_id)"
_RATES_KNOWN = "EXISTS (SELECT 1 FROM tax_rates WHERE entity_id = :entity_id)"
_USABLE = f" AND rate IS NOT NULL AND coalesce(lower(status), '') NOT IN {AWAY}"
_LISTED_RATES = _RATES.format(what="id", more="")
_RATES_AWAY = _RATES.format(what="id", more=f" AND lower(status) IN {AWAY}")

# What a line lacks, by the columns that every kind of line has.
_OF_A_LINE: Mapping[Lack, str] = {
    Lack.ACCOUNT: "account_id IS NULL AND NOT saving AND NOT may_default",
    Lack.UNREAD: "account_id IS NULL AND NOT saving AND may_default",
    Lack.SAVING: "saving",
    Lack.ACCOUNT_GONE: f"account_id NOT IN {_ACCOUNTS.format(more='')} AND {_ACCOUNTS_KNOWN}",
    Lack.ACCOUNT_BANK: f"account_id IN {_ACCOUNTS.format(more=' AND is_bank_account = 1')}",
    Lack.ACCOUNT_ARCHIVED: "account_id IN "
    + _ACCOUNTS.format(more=f" AND is_bank_account = 0 AND lower(status) IN {AWAY}"),
    Lack.TAX: "tax IS NULL AND tax_rate_id IS NULL",
    Lack.TAX_UNKNOWN: f"""{_RATES_KNOWN} AND CASE WHEN tax_rate_id IS NOT NULL
        THEN tax_rate_id NOT IN {_LISTED_RATES}
        ELSE tax NOT IN {_RATES.format(what="rate", more=_USABLE)} END""",
    Lack.TAX_ARCHIVED: f"tax_rate_id IN {_RATES_AWAY}",
    Lack.DESCRIPTION: "name = ''",
    Lack.TAX_TOO_LARGE: "abs(tax_amount) > abs(net)",
    Lack.LINE_TOTAL: "abs(expected - net) >= 0.51",
}
# Most lines lack nothing: each is put as one number, once (LIMIT keeps it so), and only the rest is grouped.
_LINES = """
    SELECT id, {gathered} AS lacks
    FROM (SELECT id, {flags} AS lack FROM ({lines}) LIMIT -1) WHERE lack <> 0 GROUP BY id
"""
_NEVER_TRIED = """{row}.entity_id = :entity_id AND {row}.gone = 0 AND NOT EXISTS (
    SELECT 1 FROM synced_records r
    WHERE r.object_id = {row}.id AND +r.object_type = '{type}' AND +r.entity_id = {row}.entity_id)"""
_BILL_LINES = """
    SELECT b.id, l.id AS line, l.ledger_account_id AS account_id, l.tax,
        l.accounting_tax_rate_id AS tax_rate_id,
        l.ledger_account_id IS NULL AND l.assign_state IS 'saving' AS saving,
        coalesce(nullif(l.name, ''), l.description, '') AS name, l.subtotal AS net, l.tax_amount,
        l.quantity * l.unit_price AS expected, 0 AS may_default
    FROM payables b JOIN payable_lines l ON l.payable_id = b.id
    WHERE {wanted}
"""
# An invoice's account stands on its product, or on the line itself when it has no product; the entity's
# default account stands in for none. Discounts on lines lower the total, so only more is too much.
_INVOICE_LINES = """
    SELECT *, CASE WHEN net > gross THEN gross ELSE net END AS expected
    FROM (SELECT b.id, l.key AS line, l.value ->> 'tax' AS tax,
            l.value ->> 'accounting_tax_rate_id' AS tax_rate_id,
            coalesce(CASE WHEN p.id IS NULL THEN l.value ->> 'ledger_account_id' ELSE p.ledger_account_id END,
                CASE WHEN p.assign_state IS 'saving' THEN NULL ELSE :default_account END) AS account_id,
            p.ledger_account_id IS NULL AND p.assign_state IS 'saving' AS saving,
            coalesce(p.name, l.value ->> 'name', '') AS name, l.value ->> 'total' AS net,
            (l.value ->> 'total_after') - (l.value ->> 'total') AS tax_amount,
            (l.value ->> 'quantity') * (l.value ->> 'unit_price') AS gross, :defaults_unread AS may_default
        FROM receivables b JOIN json_each(b.lines) l LEFT JOIN products p ON p.id = l.value ->> 'product_id'
        WHERE {wanted})
"""
_SENT = """(SELECT 1 FROM synced_records r WHERE r.object_id = o.id AND +r.object_type = '{type}'
    AND +r.entity_id = o.entity_id AND r.sync_status = 'done' AND r.object_updated_at >= o.updated_at)"""
# Few numbers are there twice: those are found once, and only their documents are looked at further.
_SAME_NUMBER = """CASE WHEN d.document_id IN (SELECT document_id FROM {table}
    WHERE entity_id = :entity_id AND document_id IS NOT NULL GROUP BY document_id HAVING count(*) > 1)
    THEN EXISTS (SELECT 1 FROM {table} o WHERE o.entity_id = d.entity_id
    AND o.document_id = d.document_id AND o.id <> d.id AND o.gone = 0 AND d.document_id <> '' AND {same}
    AND {sent} EXISTS {record}) END"""
_DEDUCTION_RATE = "d.deduction IS NOT NULL AND NOT :defaults_unread AND {what}"
_CARRIED = "d.deduction IS NOT NULL AND (:deduction_rate IS NOT NULL OR :defaults_unread)"
# Such a deduction goes to the books as a line of its own, on the default account if there is one.
_BILL_HAS_LINES = "EXISTS (SELECT 1 FROM payable_lines l WHERE l.payable_id = d.id)"
# What a document lacks as a whole.
_OF_A_BILL: Mapping[Lack, str] = {
    Lack.UNREAD: "d.lines_for IS NULL",
    Lack.BILL_NO_LINES: f"d.lines_for IS NOT NULL AND NOT {_BILL_HAS_LINES}",
    Lack.PARTY: "d.counterpart_id IS NULL",
    Lack.BILL_DISCOUNT: f"CASE WHEN d.discount <> 0 THEN {_BILL_HAS_LINES} END",
    Lack.ZERO: f"""CASE WHEN coalesce(d.total_amount, 0) = 0 AND coalesce(d.discount, 0) = 0
        THEN {_BILL_HAS_LINES} AND NOT EXISTS (SELECT 1 FROM payable_lines l WHERE l.payable_id = d.id
            AND (l.subtotal IS NOT 0 OR l.tax_amount IS NOT 0)) END""",
    Lack.NUMBER_LONG: "length(d.document_id) > 21",
    Lack.PERIOD: "coalesce(d.issued_at, d.due_date) <= :closed_up_to",
}
_OF_AN_INVOICE: Mapping[Lack, str] = {
    Lack.DISCOUNT: "d.has_whole_discount",
    Lack.DEDUCTION_NO_RATE: _DEDUCTION_RATE.format(what=":deduction_rate IS NULL"),
    Lack.DEDUCTION_RATE_GONE: _DEDUCTION_RATE.format(
        what=f"{_RATES_KNOWN} AND :deduction_rate NOT IN {_LISTED_RATES}"
    ),
    Lack.DEDUCTION_RATE_ARCHIVED: _DEDUCTION_RATE.format(what=f":deduction_rate IN {_RATES_AWAY}"),
    Lack.INVOICE_NO_LINES: f"json_array_length(d.lines) = 0 AND NOT ({_CARRIED})",
    Lack.ACCOUNT: f"{_CARRIED} AND json_array_length(d.lines) = 0 AND :default_account IS NULL"
    " AND NOT :defaults_unread",
    Lack.ACCOUNT_GONE: f"{_CARRIED} AND {_ACCOUNTS_KNOWN}"
    f" AND :default_account NOT IN {_ACCOUNTS.format(more='')}",
    Lack.ACCOUNT_BANK: f"{_CARRIED} AND :default_account IN"
    f" {_ACCOUNTS.format(more=' AND is_bank_account = 1')}",
    Lack.ACCOUNT_ARCHIVED: f"{_CARRIED} AND :default_account IN "
    + _ACCOUNTS.format(more=f" AND is_bank_account = 0 AND lower(status) IN {AWAY}"),
    Lack.PARTY: "d.counterpart_id IS NULL",
    Lack.ZERO: """CASE WHEN coalesce(d.total_amount, 0) = 0 AND d.deduction IS NULL
            AND NOT d.has_whole_discount AND json_array_length(d.lines) > 0
        THEN NOT EXISTS (SELECT 1 FROM json_each(d.lines) l
            WHERE (l.value ->> 'total') IS NOT 0 OR (l.value ->> 'total_after') IS NOT 0) END""",
    Lack.NUMBER_LONG: "length(d.document_id) > 21",
    Lack.PERIOD: "coalesce(d.issue_date, d.due_date) <= :closed_up_to",
}
_CURRENCY = "d.currency <> '' AND d.currency NOT IN (SELECT value FROM json_each(:currencies))"


def never_tried(kind: str, row: str = "d") -> str:
    """An SQL condition that a row of this kind was never tried."""
    return _NEVER_TRIED.format(row=row, type="bill" if kind == "payable" else kind)


def lacks(kind: str, of_lines: str = "g.lacks") -> str:
    """An SQL expression for what a row `d` of this kind lacks.

    `of_lines` is what its lines lack: of `g`, joined from `lines(kind)`, unless told otherwise.
    """
    is_bill = kind == "payable"
    whole = dict(_OF_A_BILL if is_bill else _OF_AN_INVOICE)
    table, record = ("payables", "bill") if is_bill else ("receivables", "receivable")
    same = SAME_BILL_NUMBER if is_bill else SAME_INVOICE_NUMBER
    for lack, sent in ((Lack.NUMBER_SENT, ""), (Lack.NUMBER_SHARED, "NOT")):
        whole[lack] = _SAME_NUMBER.format(table=table, same=same, sent=sent, record=_SENT.format(type=record))
    whole[Lack.CURRENCY] = _CURRENCY
    return f"({_bits(whole)} | coalesce({of_lines}, 0))"


def find(
    db: Database, entity_id: str, context: Context, object_type: str, ids: Sequence[str]
) -> dict[str, int]:
    """What each of these bills or invoices lacks, by its id, whether or not it was tried before."""
    kind, table = ("payable", "payables") if object_type == "bill" else ("receivable", "receivables")
    wanted = "{row}.entity_id = :entity_id AND {row}.id IN (SELECT value FROM json_each(:ids))"
    rows = db.query(
        f"""
        SELECT d.id, {lacks(kind)} AS lacks FROM {table} d
            LEFT JOIN ({lines(kind, wanted.format(row="b"))}) g ON g.id = d.id
        WHERE {wanted.format(row="d")}
        """,
        {**values(entity_id, context), "ids": json.dumps(list(ids))},
    )
    return {row["id"]: row["lacks"] for row in rows}


def lines(kind: str, wanted: str = "") -> str:
    """A SELECT of `id` and `lacks` of each document of this kind whose lines lack something.

    `wanted` says which rows `b` those are; those that were never tried, unless told otherwise.
    """
    source = _BILL_LINES if kind == "payable" else _INVOICE_LINES
    return _LINES.format(
        gathered=" | ".join(f"max(lack & {int(lack)})" for lack in _OF_A_LINE),
        flags=_bits(_OF_A_LINE),
        lines=source.format(wanted=wanted or never_tried(kind, "b")),
    )


def of_its_lines(kind: str) -> str:
    """An SQL expression for what the lines of one row `d` lack: to walk a list that ends soon."""
    return f"(SELECT lacks FROM ({lines(kind, 'b.id = d.id')}))"


def values(entity_id: str, context: Context) -> dict[str, Any]:
    """What the expressions have to be given."""
    known = {context.base_currency, *context.currencies_sent} - {None}
    closed = context.closed_up_to
    return {
        "entity_id": entity_id,
        # With no currency of the books known, nothing is foreign; a NULL in the list says so.
        "currencies": json.dumps(sorted(filter(None, known)) if context.base_currency else [None]),
        "closed_up_to": closed.isoformat() if closed else None,
        "defaults_unread": context.defaults_unread,
        "default_account": context.defaults.products_account_id if context.defaults else None,
        "deduction_rate": context.defaults.deductions_tax_id if context.defaults else None,
    }


def _bits(flags: Mapping[Lack, str]) -> str:
    return " | ".join(f"(coalesce({sql}, 0) * {int(lack)})" for lack, sql in flags.items())
