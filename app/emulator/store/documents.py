"""Payables and invoices as a push reads them: whole, with their lines, many at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from sqlite_utils import Database

from app.emulator.rules.documents import Deduction, Document, Kind, Line
from app.emulator.rules.statuses import VOID

Row = dict[str, Any]

OBJECT_TYPES: Mapping[Kind, str] = {"bill": "bill", "invoice": "receivable"}

_BILLS = """
    SELECT p.*, MAX(p.updated_at, COALESCE((SELECT MAX(l.updated_at) FROM payable_line_items l
                                            WHERE l.payable_id = p.id), '')) AS changed_at
    FROM payables p
"""

# Never tried, or done with something older, or void by now while the books still have it open.
_DUE = """
    AND (r.id IS NULL
         OR (r.sync_status = 'done' AND (r.object_updated_at IS NULL OR r.object_updated_at < o.changed_at))
         OR (r.sync_status = 'done' AND o.status IN (SELECT value FROM json_each(:void))
             AND d.status IN ('open', 'partially_paid')))
"""

_JOINS = """
    LEFT JOIN synced_records r ON r.entity_id = o.entity_id AND r.organisation_id = :organisation_id
        AND r.object_type = :object_type AND r.object_id = o.id
    LEFT JOIN book_documents d ON d.organisation_id = r.organisation_id AND d.id = r.platform_object_id
    WHERE o.entity_id = :entity_id AND o.status IN (SELECT value FROM json_each(:statuses))
"""


def find_to_push(
    db: Database, entity_id: str, organisation_id: str, kind: Kind, statuses: Sequence[str]
) -> list[Row]:
    """Documents in these statuses that the organisation lacks or has in an older form.

    Each row has the `id`, the moment it was `changed_at`, when it was `created_at`, and its
    `record_id`, null when it was never tried. What failed is left out: only a retry sends it again.
    """
    if kind == "bill":
        source = f"({_BILLS} WHERE p.entity_id = :entity_id)"
    else:
        source = "(SELECT *, updated_at AS changed_at FROM receivables WHERE type = 'invoice')"
    return list(
        db.query(
            f"""
            SELECT o.id, o.changed_at, o.created_at, r.id AS record_id FROM {source} o
            {_JOINS} {_DUE} ORDER BY o.created_at, o.id
            """,
            {
                "entity_id": entity_id,
                "organisation_id": organisation_id,
                "object_type": OBJECT_TYPES[kind],
                "statuses": json.dumps(list(statuses)),
                "void": json.dumps(VOID if kind == "invoice" else ()),
            },
        )
    )


def load_bills(db: Database, payable_ids: Sequence[str]) -> dict[str, Document]:
    """The payables with these ids, with their lines."""
    wanted = json.dumps(list(payable_ids))
    lines: dict[str, list[Line]] = {}
    for row in db.query(
        """
        SELECT * FROM payable_line_items WHERE payable_id IN (SELECT value FROM json_each(?))
        ORDER BY payable_id, position, id
        """,
        [wanted],
    ):
        lines.setdefault(row["payable_id"], []).append(_bill_line(row))
    rows = db.query(f"{_BILLS} WHERE p.id IN (SELECT value FROM json_each(?))", [wanted])
    return {row["id"]: _bill(row, lines.get(row["id"], [])) for row in rows}


def load_invoices(db: Database, receivable_ids: Sequence[str]) -> dict[str, Document]:
    """The invoices with these ids; products of the catalogue are read as they are now."""
    rows = list(
        db.query(
            "SELECT * FROM receivables WHERE id IN (SELECT value FROM json_each(?)) AND type = 'invoice'",
            [json.dumps(list(receivable_ids))],
        )
    )
    bodies = {row["id"]: json.loads(row["body"]) for row in rows}
    product_ids = {
        (line.get("product") or {}).get("id") for body in bodies.values() for line in _body_lines(body)
    }
    products = _products(db, [product_id for product_id in product_ids if product_id])
    return {row["id"]: _invoice(row, bodies[row["id"]], products) for row in rows}


def _products(db: Database, product_ids: Sequence[str]) -> dict[str, Row]:
    rows = db.query(
        """
        SELECT id, name, ledger_account_id, price FROM products
        WHERE id IN (SELECT value FROM json_each(?))
        """,
        [json.dumps(list(product_ids))],
    )
    return {row["id"]: row for row in rows}


def _bill(row: Row, lines: Sequence[Line]) -> Document:
    discount = json.loads(row["body"]).get("discount") or 0
    net, tax = sum(line.amount for line in lines), sum(line.tax_amount for line in lines)
    return Document(
        kind="bill",
        id=row["id"],
        status=row["status"],
        number=row["document_id"],
        counterpart_id=row["counterpart_id"],
        date=(row["issued_at"] or row["due_date"] or row["created_at"])[:10],
        due_date=row["due_date"],
        currency=row["currency"] or "",
        lines=tuple(lines),
        updated_at=row["changed_at"],
        discounted=(net - discount, tax) if discount else None,
    )


def _bill_line(row: Row) -> Line:
    body = json.loads(row["body"])
    quantity = body.get("quantity") or 0
    unit_price = body.get("unit_price") or 0
    amount = _whole(body.get("subtotal"), quantity * unit_price)
    tax = row["tax"]
    return Line(
        name=body.get("name") or body.get("description") or "",
        quantity=quantity,
        unit_amount=_whole(unit_price, 0),
        amount=amount,
        tax_amount=_whole(body.get("tax_amount"), amount * (tax or 0) / 10_000),
        tax=tax,
        ledger_account_id=row["ledger_account_id"],
        accounting_tax_rate_id=row["accounting_tax_rate_id"],
    )


def _invoice(row: Row, body: Row, products: Mapping[str, Row]) -> Document:
    lines = tuple(_invoice_line(line, products) for line in _body_lines(body))
    return Document(
        kind="invoice",
        id=row["id"],
        status=row["status"],
        number=row["document_id"],
        counterpart_id=row["counterpart_id"],
        date=(row["issue_date"] or row["due_date"] or row["created_at"])[:10],
        due_date=row["due_date"],
        currency=row["currency"] or "",
        lines=lines,
        updated_at=row["updated_at"],
        discounted=_discounted(body, lines) if body.get("discount") else None,
        deduction=_deduction(body),
    )


def _deduction(body: Row) -> Deduction | None:
    amount = body.get("deduction_amount")
    return Deduction(int(amount), body.get("deduction_memo") or "") if amount else None


def _invoice_line(line: Row, products: Mapping[str, Row]) -> Line:
    """A line of an invoice; its product stands in the line when inline, else in the catalogue."""
    product = line.get("product") or {}
    known: Mapping[str, Any] = products.get(product.get("id") or "") or {
        "name": product.get("name"),
        "ledger_account_id": product.get("ledger_account_id"),
        "price": (product.get("price") or {}).get("value"),
    }
    quantity = line.get("quantity") or 0
    price = (product.get("price") or {}).get("value")
    unit_amount = _whole(known["price"] if price is None else price, 0)
    tax = _first(line.get("tax"), (product.get("vat_rate") or line.get("vat_rate") or {}).get("value"))
    gross = quantity * unit_amount
    amount = _whole(line.get("total_before_vat"), gross - _discount(line.get("discount"), gross))
    after = line.get("total_after_vat")
    return Line(
        name=known["name"] or "",
        quantity=quantity,
        unit_amount=unit_amount,
        discount_amount=max(_whole(gross, 0) - amount, 0),
        amount=amount,
        tax_amount=int(after) - amount if after is not None else _whole(amount * (tax or 0) / 10_000, 0),
        tax=tax,
        ledger_account_id=known["ledger_account_id"],
        accounting_tax_rate_id=_first(
            line.get("accounting_tax_rate_id"), product.get("accounting_tax_rate_id")
        ),
        product_id=product.get("id"),
    )


def _discounted(body: Row, lines: Sequence[Line]) -> tuple[int, int]:
    """Net and tax after the discount on the whole: as Monite states them, else by the same share."""
    before, tax = sum(line.amount for line in lines), sum(line.tax_amount for line in lines)
    net = _whole(body.get("discounted_subtotal"), before - _discount(body["discount"], before))
    return net, _whole(body.get("total_vat_amount"), tax * net / before if before else 0)


def _body_lines(body: Row) -> list[Row]:
    return body.get("line_items") or []


def _discount(discount: Row | None, gross: float) -> float:
    if not discount:
        return 0
    amount = float(discount.get("amount") or 0)
    return gross * amount / 10_000 if discount.get("type") == "percentage" else amount


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _whole(value: float | None, otherwise: float) -> int:
    """The value in whole minor units, half a unit rounded up as invoices do."""
    return floor((otherwise if value is None else value) + 0.5)
